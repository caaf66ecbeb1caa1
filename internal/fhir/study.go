package fhir

import (
	"cmp"
	"io"
	"maps"
	"slices"
	"time"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/summary"
	"github.com/holterd/holter/pkg/localize"
)

// PatientSystem is the system of patient identifiers that Holter gives itself.
const PatientSystem = "https://github.com/holterd/holter/patient"

// Show says which findings and strips are written.
type Show int

// What is shown.
const (
	// ShowKey is of each kind the longest and the surest finding, and every one
	// that a clinician has decided about, with their strips.
	ShowKey Show = iota
	// ShowEvents is every finding with its strip.
	ShowEvents
	// ShowAll is every finding, and the whole signal.
	ShowAll
)

// Study is a period of one patient.
type Study struct {
	Patient string
	// PatientSystem is the name space of Patient, a URI.
	PatientSystem string
	From, To      time.Time
	// Made is when the bundle is made.
	Made      time.Time
	Stretches []*archive.Stretch // in order of time
	Events    []localize.Event   // by start
	// Reviews are the newest decisions about events, by event.
	Reviews map[string]influx.Review
	// Summary has the numbers of the period; nil: there are none.
	Summary *summary.Summary
	// Form is the report as people read it; nil: there is none.
	Form *Form
	Show Show
}

// Form is a report in a format for people.
type Form struct {
	ContentType string // application/pdf or text/html
	Title       string
	Data        []byte
}

// urn identifies something of the patient.
func (s *Study) urn(words ...string) string {
	return urn(append([]string{s.PatientSystem, s.Patient}, words...)...)
}

// numberURN identifies a number of the period.
func (s *Study) numberURN(words ...string) string {
	return s.urn(append([]string{"number", instant(s.From), instant(s.To)}, words...)...)
}

// Write writes the bundle. Progress is told how many strips are written of how
// many; its error ends it.
func (s *Study) Write(w io.Writer, progress func(done, of int) error) error {
	gallery := newGallery(s)
	findings := s.Findings()
	shown := make([]string, len(findings))
	for i, e := range findings {
		shown[i] = gallery.show(e.Device, e.Recording, e.Start, e.End)
	}
	numbers := s.numbers(gallery)

	b := newBundle(w, r4.Bundle{Type: r4.BundleTypeTransaction, Timestamp: new(instant(s.Made))})
	b.create("Patient", s.urn("patient"), s.PatientSystem, s.Patient, s.patient())
	s.devices(b, findings)
	var results []r4.Reference
	put := func(o r4.Observation) {
		urn := *o.Identifier[0].Value
		b.put("Observation", urn, o)
		results = append(results, *reference(urn))
	}
	for _, o := range numbers {
		put(o)
	}
	for i, e := range findings {
		put(s.finding(e, shown[i]))
	}
	strips := gallery.strips()
	for i, strip := range strips {
		o, err := s.strip(strip)
		if err != nil {
			return err
		}
		put(o)
		if err := cmp.Or(b.err, progress(i+1, len(strips))); err != nil {
			return err
		}
	}
	s.report(b, results)
	return b.close()
}

// devices writes those that measured something and those that found something.
func (s *Study) devices(b *bundle, findings []localize.Event) {
	wearables, models := make(map[string]bool), make(map[string]bool)
	for _, stretch := range s.Stretches {
		wearables[stretch.Device] = true
	}
	for _, e := range findings {
		if e.Model != "" {
			models[e.Model] = true
		}
	}
	if s.Summary != nil {
		for _, m := range s.Summary.Models {
			models[m.Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wearables)) {
		urn := s.urn("device", name)
		b.put("Device", urn, s.wearable(name, urn))
	}
	for _, name := range slices.Sorted(maps.Keys(models)) {
		urn := s.urn("model", name)
		b.put("Device", urn, model(name, urn))
	}
}

// Findings are the events that are written, by Show.
func (s *Study) Findings() []localize.Event {
	if s.Show != ShowKey {
		return s.Events
	}
	keep := make(map[string]bool)
	longest, surest := make(map[string]localize.Event), make(map[string]localize.Event)
	for _, e := range s.Events {
		r, reviewed := s.Reviews[e.ID]
		if reviewed {
			keep[e.ID] = true
		}
		if reviewed && r.KindOf(e) != e.Kind {
			continue
		}
		if best, ok := longest[e.Kind]; !ok || e.End.Sub(e.Start) > best.End.Sub(best.Start) {
			longest[e.Kind] = e
		}
		if best, ok := surest[e.Kind]; !ok || e.Confidence > best.Confidence {
			surest[e.Kind] = e
		}
	}
	for _, best := range []map[string]localize.Event{longest, surest} {
		for _, e := range best {
			keep[e.ID] = true
		}
	}
	var all []localize.Event
	for _, e := range s.Events {
		if keep[e.ID] {
			all = append(all, e)
		}
	}
	return all
}
