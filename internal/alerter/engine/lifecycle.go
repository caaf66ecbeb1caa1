package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// ending is why an alert is over.
type ending struct {
	text   string
	silent bool // nobody is notified
	keep   bool // what counted toward it goes on counting
}

// fresh is an alert that began within the message that is being worked on. It
// is told of at the message's end, so that all of the message is in it.
type fresh struct {
	patient, key string
	rule         *rule.Rule
	best         hit
}

// subject is whom and what a message is about.
type subject struct {
	patient, device string
	st              *alert.ST
}

func about(ev *holterv1.Event) subject {
	who := subject{patient: ev.Patient, device: ev.Device}
	if ev.StEvidence != holterv1.StEvidence_ST_EVIDENCE_UNSPECIFIED {
		st := episode(ev)
		who.st = &st
	}
	return who
}

// met takes note that a rule's condition is met.
func (s *Step) met(r *rule.Rule, who subject, h hit, w state.Window, at Arrival) error {
	key := r.KeyFor(who.patient, who.device)
	open, exists, err := s.tx.Open(who.patient, key)
	if err != nil {
		return err
	}
	if exists && open.Alert.Rule != r.Name && open.Alert.Priority < r.Priority {
		if err := s.resolve(open, superseded(r)); err != nil {
			return err
		}
		exists = false
	}
	if !exists {
		open = s.raise(r, key, who, h, at)
	}
	a := &open.Alert
	a.Updated = time.Unix(0, max(a.Updated.UnixNano(), h.last)).UTC()
	tells := exists && a.Rule == r.Name && h.beats >= a.Beats // the message is of what there is most of
	if a.Rule == r.Name {
		a.Beats = max(a.Beats, h.beats)
		measure(r, a, h)
	}
	for _, c := range w.Events {
		if c.At >= h.first {
			a.AddEvent(c.ID)
			a.Confidence = min(a.Confidence, c.Confidence)
		}
	}
	if who.st != nil {
		a.AddST(*who.st)
	}
	open.Met = max(open.Met, h.last)
	if at.Received.After(open.Received) {
		open.Received = at.Received
	}
	for _, f := range s.fresh {
		if f.patient == who.patient && f.key == key && h.beats >= f.best.beats && h.last >= f.best.last {
			f.best, tells = h, false
		}
	}
	if tells {
		a.Title, a.Message = title(r, *a), describe(r, *a, h)
	}
	if exists && !s.untold(who.patient, key) && s.now.Sub(open.Published) >= publishEvery {
		open.Published = s.now
		if err := s.tx.Publish(*a); err != nil {
			return err
		}
	}
	return s.tx.SetOpen(open)
}

// publishEvery is how often an open alert that goes on is published.
const publishEvery = 10 * time.Second

func (s *Step) raise(r *rule.Rule, key string, who subject, h hit, at Arrival) state.OpenAlert {
	s.fresh = append(s.fresh, &fresh{patient: who.patient, key: key, rule: r, best: h})
	confidence := 1.0
	if r.OfWindows() {
		confidence = h.sure
	}
	return state.OpenAlert{
		Alert: alert.Alert{
			ID: alert.NewID(r.Name, key, time.Unix(0, h.cause)), Key: key, Rule: r.Name,
			Priority: r.Priority, Class: r.Class, State: alert.Triggered,
			Patient: who.patient, Device: who.device, Kinds: r.Kinds(),
			Confidence: confidence,
			Start:      time.Unix(0, h.first).UTC(), Updated: time.Unix(0, h.last).UTC(), Raised: s.now.UTC(),
		},
		Met: h.last, Received: at.Received,
	}
}

// untold is whether an alert began within the message, so that it has no words yet.
func (s *Step) untold(patient, key string) bool {
	return slices.ContainsFunc(s.fresh, func(f *fresh) bool { return f.patient == patient && f.key == key })
}

// settle tells of the alerts that began within the message.
func (s *Step) settle() error {
	for len(s.fresh) > 0 {
		f := s.fresh[0]
		s.fresh = s.fresh[1:]
		open, exists, err := s.tx.Open(f.patient, f.key)
		if err != nil {
			return err
		}
		if !exists || open.Alert.Rule != f.rule.Name {
			return fmt.Errorf("alert %s of patient %s vanished before it was told of", f.key, f.patient)
		}
		open.Alert.Title = title(f.rule, open.Alert)
		open.Alert.Message = describe(f.rule, open.Alert, f.best)
		if err := s.announce(open); err != nil {
			return err
		}
	}
	return nil
}

// resolve ends an alert.
func (s *Step) resolve(open state.OpenAlert, why ending) error {
	if s.untold(open.Alert.Patient, open.Alert.Key) {
		if err := s.settle(); err != nil {
			return err
		}
	}
	if err := s.withdraw(&open, why.silent); err != nil {
		return err
	}
	if err := s.tx.Close(open, s.now); err != nil {
		return err
	}
	if !why.keep {
		if err := s.forget(open); err != nil {
			return err
		}
	}
	a := &open.Alert
	a.State, a.Resolved, a.Message, a.HeldBy = alert.Resolved, s.now.UTC(), why.text, ""
	if n := len(a.History); n == 0 || a.History[n-1].What != "resolved" {
		a.Note(alert.Change{At: s.now.UTC(), What: "resolved", By: alert.Self, Why: why.text})
	}
	r := s.ruleOf(a.Patient, a.Rule)
	if !why.silent && (r == nil || r.Tells()) && !s.now.Before(a.SilencedUntil) {
		if err := s.tellOn(open, ""); err != nil {
			return err
		}
	}
	return s.tell(*a)
}

// forget removes what counted toward an alert from the windows of all rules
// that share its key.
func (s *Step) forget(open state.OpenAlert) error {
	for _, r := range s.rulesOf(open.Alert.Patient) {
		if r.OfDevice() {
			continue
		}
		changed := map[string]state.Window{}
		err := s.tx.EachWindow(r.Name, open.Alert.Patient, func(device string, w state.Window) error {
			if r.KeyFor(open.Alert.Patient, device) == open.Alert.Key {
				forget(&w, open.Met)
				changed[device] = w
			}
			return nil
		})
		if err != nil {
			return err
		}
		for device, w := range changed {
			if err := s.tx.SetWindow(r.Name, open.Alert.Patient, device, w); err != nil {
				return err
			}
		}
	}
	return nil
}
