package engine

import (
	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/internal/kafka"
)

const (
	eventsTopic   = kafka.TopicEvents
	statusTopic   = kafka.TopicStatus
	windowsTopic  = kafka.TopicWindows
	progressTopic = kafka.TopicProgress
)

// healthOf tells how far the reader of a topic's partition can be believed.
type healthOf = func(topic string, partition int) Health

// due is what the passing of time has brought about.
type due struct {
	over     []state.OpenAlert // not met any more
	gone     []state.OpenAlert // of rules that are taken out
	well     []state.OpenAlert // of devices that are well again
	findings []finding         // devices that are not
	waiting  []state.OpenAlert // escalation, or the end of a silence or hold
}

// Due tells whether Tick would change anything; it only reads.
func (s *Step) Due(health healthOf) (bool, error) {
	d, err := s.due(health)
	return len(d.over)+len(d.gone)+len(d.well)+len(d.findings)+len(d.waiting) > 0, err
}

// Tick does what the passing of time alone brings about: alerts that lapse,
// devices that are silent, steps of an escalation. health tells of a topic
// whether its reader is to be believed.
func (s *Step) Tick(health healthOf) error {
	d, err := s.due(health)
	if err != nil {
		return err
	}
	for _, open := range d.over {
		if err := s.resolve(open, s.notMet(open)); err != nil {
			return err
		}
	}
	for _, open := range d.gone {
		if err := s.resolve(open, ending{text: "The rule was taken out of the rules."}); err != nil {
			return err
		}
	}
	for _, open := range d.well {
		open.Alert.Updated = s.now.UTC()
		if err := s.resolve(open, ending{text: "Over since " + clock(s.now) + ".", keep: true}); err != nil {
			return err
		}
	}
	for _, x := range d.findings {
		if err := s.raiseFinding(x); err != nil {
			return err
		}
	}
	for _, open := range d.waiting {
		if err := s.goOn(open.Alert.Patient, open.Alert.Key); err != nil {
			return err
		}
	}
	return nil
}

// goOn does what an open alert waits for.
func (s *Step) goOn(patient, key string) error {
	open, exists, err := s.tx.Open(patient, key)
	if err != nil || !exists {
		return err
	}
	if _, err := s.freed(&open); err != nil {
		return err
	}
	if err := s.alarm(&open); err != nil {
		return err
	}
	return s.record(open)
}

func (s *Step) due(health healthOf) (d due, err error) {
	all, err := s.tx.AllOpen()
	if err != nil {
		return d, err
	}
	for _, open := range all {
		r := s.ruleOf(open.Alert.Patient, open.Alert.Rule)
		switch {
		case r == nil && open.Alert.Rule != undelivered:
			d.gone = append(d.gone, open)
		case s.lapsed(open, health):
			d.over = append(d.over, open)
		case r != nil && s.wellAgain(r, open, health):
			d.well = append(d.well, open)
		default:
			waits, err := s.waits(open, health)
			if err != nil {
				return d, err
			}
			if waits {
				d.waiting = append(d.waiting, open)
			}
		}
	}
	err = s.tx.EachDevice(func(id string, device state.Device) error {
		for _, r := range s.rulesOf(device.Patient) {
			if !r.OfDevice() {
				continue
			}
			blind, met := s.unwell(r, device, health)
			if !met {
				continue
			}
			_, exists, err := s.tx.Open(device.Patient, r.KeyFor(device.Patient, id))
			if err != nil {
				return err
			}
			if !exists {
				d.findings = append(d.findings, finding{rule: r, id: id, device: device, blind: blind})
			}
		}
		return nil
	})
	return d, err
}

// waits tells whether the time has come for something that an open alert waits
// for. Where the partition is not this process's, another sees to it.
func (s *Step) waits(open state.OpenAlert, health healthOf) (bool, error) {
	if !health(eventsTopic, s.partition).Owned {
		return false, nil
	}
	freed, err := s.freed(&open)
	if err != nil || freed {
		return freed, err
	}
	a := open.Alert
	return a.State == alert.Triggered && !s.mute(a) && !open.Due.IsZero() && !s.now.Before(open.Due), nil
}

// Reconcile fits the state to the rules, at a start: alerts of rules that are
// gone are over, whether others can be escalated is told anew, and old records are
// forgotten.
func (s *Step) Reconcile() error {
	all, err := s.tx.AllOpen()
	if err != nil {
		return err
	}
	for _, open := range all {
		if s.ruleOf(open.Alert.Patient, open.Alert.Rule) != nil || open.Alert.Rule == undelivered {
			if open.Alert.WithoutPolicy != (s.policyOf(open.Alert) == nil) {
				if err := s.record(open); err != nil {
					return err
				}
			}
			continue
		}
		if err := s.resolve(open, ending{text: "The rule was taken out of the rules."}); err != nil {
			return err
		}
	}
	s.tx.RemoveWindows(s.set.Has)
	return s.Forget()
}

// Forget removes what is too old to matter.
func (s *Step) Forget() error {
	s.tx.Forget(s.now.Add(-keepEvents), s.now.Add(-keepRecordings))
	s.tx.ForgetCommands(s.now.Add(-keepCommands))
	return s.tx.ForgetClosed(s.now.Add(-keepClosed))
}

// finding is a device that a rule is to tell of.
type finding struct {
	rule   *rule.Rule
	id     string
	device state.Device
	blind  bool
}
