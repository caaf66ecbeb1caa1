package rule

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/template"
)

const (
	defaultKey       = "{{.Rule}}/{{.Patient}}"
	defaultDeviceKey = "{{.Rule}}/{{.Patient}}/{{.Device}}"
)

type keyTemplate struct{ *template.Template }

type keyFields struct{ Rule, Patient, Device, Priority, Class string }

// KeyFor is the deduplication key of an alert of the rule.
func (r *Rule) KeyFor(patient, device string) string {
	var out strings.Builder
	if err := r.key.Execute(&out, r.keyFields(patient, device)); err != nil {
		// Tried when the file was read, with the same kind of values.
		return r.Name + "/" + patient + "/" + device
	}
	return out.String()
}

func (r *Rule) keyFields(patient, device string) keyFields {
	return keyFields{
		Rule: r.Name, Patient: patient, Device: device,
		Priority: r.Priority.String(), Class: r.Class.String(),
	}
}

// prepareKey compiles the template. A key without the patient would hide one
// patient's alert behind another's.
func (r *Rule) prepareKey() error {
	text := r.Key
	if text == "" {
		text = defaultKey
		if r.aboutDevice() {
			text = defaultDeviceKey
		}
	}
	t, err := template.New("key").Option("missingkey=error").Parse(text)
	if err != nil {
		return fmt.Errorf("is no template: %w", err)
	}
	if err := t.Execute(io.Discard, r.keyFields("p", "d")); err != nil {
		return fmt.Errorf("uses something other than .Rule, .Patient, .Device, .Priority and .Class: %w", err)
	}
	r.key = keyTemplate{t}
	if r.KeyFor("p", "d") == r.KeyFor("q", "d") {
		return errors.New("must contain {{.Patient}}, or one patient's alert hides another's")
	}
	return nil
}
