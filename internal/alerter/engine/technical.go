package engine

import (
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
)

// unwell tells whether the rule is met by a device; blind says that it is
// concluded from not having reached the broker.
func (s *Step) unwell(r *rule.Rule, d state.Device, health healthOf) (blind, met bool) {
	h := health(statusTopic, s.partition)
	if r.Silent != nil {
		return s.silent(r, d, h)
	}
	if r.Behind != nil {
		h = health(progressTopic, s.partition)
	}
	return false, h.believed() && s.faulty(r, d, 0)
}

// faulty tells whether a device is in the state that the rule looks for; with a
// margin, in percent of a battery, so that it does not come and go.
func (s *Step) faulty(r *rule.Rule, d state.Device, margin float64) bool {
	switch {
	case r.LeadsOff != nil:
		return !d.OffSince.IsZero() && s.now.Sub(d.OffSince) >= r.LeadsOff.For
	case r.Battery != nil:
		return d.Battery != nil && *d.Battery < r.Battery.Below+margin
	case r.Clock != nil:
		return d.ClockOff.Abs() > r.Clock.OffBy
	case r.Behind != nil:
		return !d.Behind.IsZero() && s.now.Sub(d.Behind) >= r.Behind.For
	default:
		return false
	}
}

// batteryMargin is how much a battery must recover for its alert to be over.
const batteryMargin = 5

// wellAgain tells whether what was wrong with a device is over. A silent one is
// told of where it is heard.
func (s *Step) wellAgain(r *rule.Rule, open state.OpenAlert, health healthOf) bool {
	if !r.OfDevice() || r.Silent != nil || !health(statusTopic, s.partition).Owned {
		return false
	}
	d, known, err := s.tx.Device(open.Alert.Device)
	return err == nil && known && !s.faulty(r, d, batteryMargin)
}

// silent tells whether the rule is met by a device that is not heard.
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

func (s *Step) raiseFinding(x finding) error {
	key := x.rule.KeyFor(x.device.Patient, x.id)
	// Another device's alert may have taken the key in this very tick.
	if _, exists, err := s.tx.Open(x.device.Patient, key); err != nil || exists {
		return err
	}
	began := since(x.rule, x.device, s.now)
	a := alert.Alert{
		ID: alert.NewID(x.rule.Name, key, began), Key: key, Rule: x.rule.Name,
		Priority: x.rule.Priority, Class: x.rule.Class, State: alert.Triggered,
		Patient: x.device.Patient, Device: x.id,
		Title: title(x.rule, alert.Alert{Device: x.id}), Message: describeDevice(x, s.now),
		Start: began.UTC(), Updated: s.now.UTC(), Raised: s.now.UTC(),
	}
	return s.announce(state.OpenAlert{Alert: a, Met: s.now.UnixNano(), Received: s.now})
}

// since is when what the rule found began, as far as that is known.
func since(r *rule.Rule, d state.Device, now time.Time) time.Time {
	switch {
	case r.Silent != nil:
		return d.Heard
	case r.LeadsOff != nil:
		return d.OffSince
	case r.Behind != nil:
		return d.Behind
	default:
		return now
	}
}
