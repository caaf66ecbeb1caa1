package engine

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Signal takes a message of ecg.status. A device is heard when ingest tells of
// a newer sample of it; one of which no sample is known, when it says itself
// that it is there.
func (s *Step) Signal(signal *holterv1.DeviceSignal, at Arrival) error {
	if button := signal.GetButton(); button != nil {
		return s.button(button, at) // it says nothing about the signal
	}
	status := signal.GetStatus()
	if status == nil {
		return nil
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
	if !known {
		if err := s.sayThatHere(status.Device, status.Patient); err != nil {
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
	d.Patient = status.Patient
	if heard {
		d.Heard, d.Will = at.Received, time.Time{}
	}
	if !status.Online && d.Will.IsZero() {
		d.Will = at.Received
	}
	if status.Online && !status.Heartbeat {
		s.selfReport(&d, status, at)
	}
	s.compare(&d)
	if err := s.tx.SetDevice(status.Device, d); err != nil {
		return err
	}
	if !heard {
		return nil
	}
	return s.endSilence(status.Device, d.Patient, "Heard again at "+clock(at.Received)+".", at.Received)
}

// selfReport takes what only the device itself can know.
func (s *Step) selfReport(d *state.Device, status *holterv1.DeviceStatus, at Arrival) {
	if len(status.LeadsOff) == 0 {
		d.OffSince = time.Time{}
	} else if d.OffSince.IsZero() {
		d.OffSince = at.Received
	}
	d.LeadsOff = status.LeadsOff
	if status.BatteryPercent != nil {
		d.Battery = status.BatteryPercent
	}
	d.ClockOff = time.Unix(0, status.TimeNs).Sub(at.Received)
}

// Progress takes a message of ecg.progress.
func (s *Step) Progress(p *holterv1.Progress) error {
	d, known, err := s.tx.Device(p.Device)
	if err != nil || !known || d.Patient != p.Patient {
		return err
	}
	d.Analysed = max(d.Analysed, p.AnalysedUntilNs)
	if p.Ended {
		d.Analysed = max(d.Analysed, d.LastSample)
	}
	s.compare(&d)
	return s.tx.SetDevice(p.Device, d)
}

// lagging is how much signal may wait for its analysis: more than two windows of
// the longest kind.
const lagging = int64(2 * time.Minute)

// compare notes since when the analysis is behind the signal.
func (s *Step) compare(d *state.Device) {
	switch {
	case d.LastSample-d.Analysed <= lagging:
		d.Behind = time.Time{}
	case d.Behind.IsZero():
		d.Behind = s.now
	}
}

// sayThatHere tells the alerters of all partitions that a device has come.
func (s *Step) sayThatHere(device, patient string) error {
	command, err := proto.Marshal(&holterv1.AlertCommand{
		Id: "device-seen", By: alert.Self, TimeNs: s.now.UnixNano(), Action: &holterv1.AlertCommand_DeviceSeen_{
			DeviceSeen: &holterv1.AlertCommand_DeviceSeen{Device: device, Patient: patient},
		},
	})
	if err != nil {
		return fmt.Errorf("write a command: %w", err)
	}
	return s.tx.Send(command)
}

// deviceSeen forgets a device that is another patient's now.
func (s *Step) deviceSeen(seen *holterv1.AlertCommand_DeviceSeen) error {
	d, known, err := s.tx.Device(seen.Device)
	if err != nil || !known || d.Patient == seen.Patient {
		return err
	}
	if err := s.moved(seen.Device, d.Patient, seen.Patient); err != nil {
		return err
	}
	s.tx.RemoveDevice(seen.Device)
	return nil
}

// moved ends the alerts about a device that was given to another patient.
func (s *Step) moved(device, from, to string) error {
	return s.endDevice(device, from, func(*rule.Rule) bool { return true }, fmt.Sprintf("The device was given to patient %s.", to), s.now)
}

func (s *Step) endSilence(device, patient, text string, at time.Time) error {
	return s.endDevice(device, patient, func(r *rule.Rule) bool { return r.Silent != nil }, text, at)
}

func (s *Step) endDevice(device, patient string, which func(*rule.Rule) bool, text string, at time.Time) error {
	all, err := s.tx.OpenOf(patient)
	if err != nil {
		return err
	}
	for _, open := range all {
		r := s.ruleOf(patient, open.Alert.Rule)
		if r == nil || !r.OfDevice() || !which(r) || open.Alert.Device != device {
			continue
		}
		open.Alert.Updated = at.UTC()
		if err := s.resolve(open, ending{text: text, keep: true}); err != nil {
			return err
		}
	}
	return nil
}
