package engine

import (
	"fmt"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Signal takes a message of ecg.status. A device is heard when ingest tells of
// a newer sample of it; one of which no sample is known, when it says itself
// that it is there.
func (s *Step) Signal(signal *holterv1.DeviceSignal, at Arrival) error {
	status := signal.GetStatus()
	if status == nil {
		return nil // a button press says nothing about the signal
	}
	if !state.Fits(status.Device) || !state.Fits(status.Patient) {
		return fmt.Errorf("%w: status of device %q of patient %q", ErrRefused, status.Device, status.Patient)
	}
	d, known, err := s.tx.Device(status.Device)
	if err != nil {
		return err
	}
	if known && d.Patient != status.Patient {
		if err := s.moved(status.Device, d.Patient, status.Patient); err != nil {
			return err
		}
	}
	heard := !known
	if status.LastSampleTimeNs != nil {
		heard = heard || *status.LastSampleTimeNs != d.LastSample
		d.LastSample = *status.LastSampleTimeNs
	} else if status.Online && d.LastSample == 0 {
		heard = true
	}
	d.Patient, d.Partition = status.Patient, at.Partition
	if heard {
		d.Heard, d.Will = at.Received, time.Time{}
	}
	if !status.Online && d.Will.IsZero() {
		d.Will = at.Received
	}
	if err := s.tx.SetDevice(status.Device, d); err != nil {
		return err
	}
	if !heard {
		return nil
	}
	return s.endSilence(status.Device, d.Patient, "Heard again at "+clock(at.Received)+".", at.Received)
}

// moved ends the silence of a device that was given to another patient.
func (s *Step) moved(device, from, to string) error {
	return s.endSilence(device, from, fmt.Sprintf("The device was given to patient %s.", to), s.now)
}

func (s *Step) endSilence(device, patient, text string, at time.Time) error {
	all, err := s.tx.OpenOf(patient)
	if err != nil {
		return err
	}
	for _, open := range all {
		r := s.byName[open.Alert.Rule]
		if r == nil || r.Silent == nil || open.Alert.Device != device {
			continue
		}
		open.Alert.Updated = at.UTC()
		if err := s.resolve(open, ending{text: text, keep: true}); err != nil {
			return err
		}
	}
	return nil
}

// silence is a device that a rule is to tell of.
type silence struct {
	rule   *rule.Rule
	id     string
	device state.Device
	blind  bool
}

// silent tells whether the rule is met by a device.
func (s *Step) silent(r *rule.Rule, d state.Device, h Health) (blind, met bool) {
	due := d.Heard.Add(r.Silent.For)
	if !d.Will.IsZero() {
		if gone := d.Will.Add(r.Silent.LastWill); gone.Before(due) {
			due = gone
		}
	}
	if s.now.Before(due) || !h.Owned {
		return false, false
	}
	if h.Current && h.Blind < blindAfter {
		return false, true
	}
	return true, h.Blind >= r.Silent.For
}

func (s *Step) raiseSilence(x silence) error {
	key := x.rule.KeyFor(x.device.Patient, x.id)
	a := alert.Alert{
		ID: alert.NewID(x.rule.Name, key, x.device.Heard), Key: key, Rule: x.rule.Name,
		Priority: x.rule.Priority, Class: x.rule.Class, State: alert.Triggered,
		Patient: x.device.Patient, Device: x.id,
		Title: title(x.rule, alert.Alert{Device: x.id}), Message: describeSilence(x, s.now),
		Start: x.device.Heard.UTC(), Updated: s.now.UTC(), Raised: s.now.UTC(),
	}
	err := s.tx.SetOpen(state.OpenAlert{
		Alert: a, Met: s.now.UnixNano(), Received: s.now, Partition: x.device.Partition,
	})
	if err != nil {
		return err
	}
	return s.tell(a, true)
}
