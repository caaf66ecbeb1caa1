package engine

import (
	"fmt"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// button raises an alert for a press of the symptom button. A press while an
// alert of an earlier one is open belongs to that one.
func (s *Step) button(b *holterv1.ButtonPress, at Arrival) error {
	if !state.Fits(b.Device) || !state.Fits(b.Patient) || b.TimeNs <= 0 {
		return fmt.Errorf("%w: button of device %q of patient %q", ErrRefused, b.Device, b.Patient)
	}
	for _, r := range s.rulesOf(b.Patient) {
		if r.Button == nil {
			continue
		}
		key := r.KeyFor(b.Patient, b.Device)
		pressed := time.Unix(0, b.TimeNs).UTC()
		text := fmt.Sprintf("Patient %s pressed the symptom button of device %s at %s.", b.Patient, b.Device, clock(pressed))
		if b.Note != "" {
			text += fmt.Sprintf(" Note: %s.", b.Note)
		}
		rhythm, err := s.rhythm(b.Patient)
		if err != nil {
			return err
		}
		text += rhythm
		open, exists, err := s.tx.Open(b.Patient, key)
		if err != nil {
			return err
		}
		if exists {
			open.Alert.Message = text
			open.Alert.Updated, open.Alert.Pressed = pressed, pressed
			open.Met, open.Received = b.TimeNs, at.Received
			open.Alert.Note(alert.Change{At: s.now.UTC(), What: "pressed again", By: b.Patient, Why: b.Note})
			if err := s.record(open); err != nil {
				return err
			}
			continue
		}
		a := alert.Alert{
			ID: alert.NewID(r.Name, key, pressed), Key: key, Rule: r.Name,
			Priority: r.Priority, Class: r.Class, State: alert.Triggered, Patient: b.Patient, Device: b.Device,
			Title: title(r, alert.Alert{Device: b.Device}), Message: text, Start: pressed, Updated: pressed, Pressed: pressed, Raised: s.now.UTC(),
		}
		if err := s.announce(state.OpenAlert{Alert: a, Met: b.TimeNs, Received: at.Received}); err != nil {
			return err
		}
	}
	return nil
}

// rhythm says what is open about the patient's heart. The signal around the
// press itself is analysed only after it.
func (s *Step) rhythm(patient string) (string, error) {
	all, err := s.tx.OpenOf(patient)
	if err != nil {
		return "", err
	}
	text := ""
	for _, open := range all {
		if r := s.ruleOf(patient, open.Alert.Rule); r == nil || r.Button != nil {
			continue
		}
		if a := open.Alert; a.Class == alert.Physiological {
			text += fmt.Sprintf(" Open at that time: %s, since %s.", a.Title, clock(a.Start))
		}
	}
	if text == "" {
		return " No alert about the heart was open.", nil
	}
	return text, nil
}
