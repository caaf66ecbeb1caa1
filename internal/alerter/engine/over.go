package engine

import (
	"time"

	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
)

// over returns the open alert of the rule's key if, at the given point of the
// device's signal, it has not been met for long enough.
func (s *Step) over(r *rule.Rule, patient, device string, at int64) (*state.OpenAlert, error) {
	open, exists, err := s.tx.Open(patient, r.KeyFor(patient, device))
	if err != nil || !exists || !s.outlived(open, device, at, r.OfWindows()) {
		return nil, err
	}
	return &open, nil
}

// outlived tells whether the device's signal has reached a point at which the
// alert is over.
// windows tells that they have: each kind of rule ends by its own messages, for
// they are not read in step.
func (s *Step) outlived(open state.OpenAlert, device string, at int64, windows bool) bool {
	r := s.ruleOf(open.Alert.Patient, open.Alert.Rule)
	return r != nil && !r.OfDevice() && r.OfWindows() == windows && open.Alert.Device == device && at-open.Met > int64(r.ResolveAfter)
}

// expire ends the device's alerts that are over at a point of its signal which
// events, or windows, have reached.
func (s *Step) expire(patient, device string, at int64, windows bool) error {
	all, err := s.tx.OpenOf(patient)
	if err != nil {
		return err
	}
	for _, open := range all {
		if !s.outlived(open, device, at, windows) {
			continue
		}
		if err := s.resolve(open, s.notMet(open)); err != nil {
			return err
		}
	}
	return nil
}

// lapsed tells whether no message has met the alert's condition for long
// enough by the clock on the wall.
func (s *Step) lapsed(open state.OpenAlert, health func(topic string, partition int) Health) bool {
	r := s.ruleOf(open.Alert.Patient, open.Alert.Rule)
	if r == nil || r.OfDevice() || s.now.Sub(open.Received) < r.ResolveAfter {
		return false
	}
	topic := eventsTopic
	if r.OfWindows() {
		topic = windowsTopic
	}
	return health(topic, s.partition).believed()
}

// blindAfter is how long the broker may not answer before nothing is concluded
// from what does not come.
const blindAfter = 30 * time.Second
