package engine

import (
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/state"
)

// holder is the key of the open technical alert that makes an alert meaningless
// for now, "" when none does.
func (s *Step) holder(a alert.Alert) (string, error) {
	if a.Class != alert.Physiological {
		return "", nil
	}
	all, err := s.tx.OpenOf(a.Patient)
	if err != nil {
		return "", err
	}
	for _, open := range all {
		r := s.ruleOf(a.Patient, open.Alert.Rule)
		if r != nil && open.Alert.Class == alert.Technical && open.Alert.Device == a.Device && r.HoldsBack >= a.Priority {
			return open.Alert.Key, nil
		}
	}
	return "", nil
}

// freed tells whether what kept an alert from being told of is over, and notes
// that it is.
func (s *Step) freed(open *state.OpenAlert) (bool, error) {
	a := &open.Alert
	is := false
	if a.HeldBy != "" {
		holder, err := s.holder(*a)
		if err != nil {
			return false, err
		}
		if is = holder == ""; is {
			a.Note(alert.Change{At: s.now.UTC(), What: "released", By: alert.Self, Why: a.HeldBy + " is over"})
		}
		a.HeldBy = holder
	}
	if !a.SilencedUntil.IsZero() && !s.now.Before(a.SilencedUntil) {
		is = true
		a.Note(alert.Change{At: s.now.UTC(), What: "silence ended", By: alert.Self})
		a.SilencedUntil = time.Time{}
		open.Announced = false // it is told of anew
	}
	return is, nil
}
