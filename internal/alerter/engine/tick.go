package engine

import (
	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/internal/kafka"
)

const (
	eventsTopic = kafka.TopicEvents
	statusTopic = kafka.TopicStatus
)

// Due tells whether Tick would change anything; it only reads.
func (s *Step) Due(health func(topic string, partition int) Health) (bool, error) {
	over, silences, err := s.due(health)
	return len(over)+len(silences) > 0, err
}

// Tick does what the passing of time alone brings about: alerts that lapse and
// devices that are silent. health tells of a partition whether its reader is to
// be believed.
func (s *Step) Tick(health func(topic string, partition int) Health) error {
	over, silences, err := s.due(health)
	if err != nil {
		return err
	}
	for _, open := range over {
		if err := s.resolve(open, s.notMet(open)); err != nil {
			return err
		}
	}
	for _, x := range silences {
		// Another device's alert may have taken the key in this very tick.
		if _, exists, err := s.tx.Open(x.device.Patient, x.rule.KeyFor(x.device.Patient, x.id)); err != nil || exists {
			if err != nil {
				return err
			}
			continue
		}
		if err := s.raiseSilence(x); err != nil {
			return err
		}
	}
	return nil
}

func (s *Step) due(health func(topic string, partition int) Health) (over []state.OpenAlert, silences []silence, err error) {
	all, err := s.tx.AllOpen()
	if err != nil {
		return nil, nil, err
	}
	for _, open := range all {
		if s.lapsed(open, health) {
			over = append(over, open)
		}
	}
	err = s.tx.EachDevice(func(id string, d state.Device) error {
		for _, r := range s.rules {
			if r.Silent == nil || !r.Watches(d.Patient) {
				continue
			}
			blind, met := s.silent(r, d, health(statusTopic, d.Partition))
			if !met {
				continue
			}
			_, exists, err := s.tx.Open(d.Patient, r.KeyFor(d.Patient, id))
			if err != nil {
				return err
			}
			if !exists {
				silences = append(silences, silence{rule: r, id: id, device: d, blind: blind})
			}
		}
		return nil
	})
	return over, silences, err
}

// Reconcile fits the state to the rules, at a start: alerts of rules that are
// gone are over, and old records are forgotten.
func (s *Step) Reconcile() error {
	all, err := s.tx.AllOpen()
	if err != nil {
		return err
	}
	for _, open := range all {
		if s.byName[open.Alert.Rule] != nil || open.Alert.Rule == undelivered {
			continue
		}
		if err := s.resolve(open, ending{text: "The rule was taken out of the rules."}); err != nil {
			return err
		}
	}
	if err := s.tx.RemoveWindows(func(name string) bool { return s.byName[name] != nil }); err != nil {
		return err
	}
	return s.Forget()
}

// Forget removes what is too old to matter.
func (s *Step) Forget() error {
	return s.tx.Forget(s.now.Add(-keepEvents), s.now.Add(-keepRecordings))
}
