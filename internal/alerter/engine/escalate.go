package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
)

// announce records an alert that began, and tells of it.
func (s *Step) announce(open state.OpenAlert) error {
	a := &open.Alert
	a.Note(alert.Change{At: s.now.UTC(), What: "triggered", By: alert.Self, Why: s.because(*a)})
	silence, err := s.tx.Silence(a.Patient, a.Key)
	if err != nil {
		return err
	}
	if s.now.Before(silence.Until) {
		a.SilencedUntil = silence.Until
	}
	if a.HeldBy, err = s.holder(*a); err != nil {
		return err
	}
	if err := s.alarm(&open); err != nil {
		return err
	}
	return s.record(open)
}

// because names the version of the patient's rules that an alert rests on.
func (s *Step) because(a alert.Alert) string {
	v := s.set.VersionFor(a.Patient, s.now)
	if v == nil {
		return ""
	}
	return fmt.Sprintf("rules of the patient by %s, from %s: %s", v.Author, v.From.UTC().Format(time.DateOnly), v.Reason)
}

// record keeps an open alert as it now is, and publishes it.
func (s *Step) record(open state.OpenAlert) error {
	open.Alert.WithoutPolicy = s.policyOf(open.Alert) == nil
	open.Published = s.now
	if err := s.tx.SetOpen(open); err != nil {
		return err
	}
	return s.tell(open.Alert)
}

func (s *Step) policyOf(a alert.Alert) *rule.Policy {
	return s.set.PolicyOf(s.ruleOf(a.Patient, a.Rule))
}

// mute tells whether nobody is to be notified of the alert for now.
func (s *Step) mute(a alert.Alert) bool { return a.HeldBy != "" || s.now.Before(a.SilencedUntil) }

// alarm notifies whom the alert is due to: once all targets of the
// configuration, and step by step the people of its policy until somebody
// acknowledges it.
func (s *Step) alarm(open *state.OpenAlert) error {
	if s.mute(open.Alert) || open.Alert.State != alert.Triggered {
		return nil
	}
	policy := s.policyOf(open.Alert)
	if !open.Announced {
		for _, target := range s.targets {
			if target == open.Except {
				continue
			}
			if err := s.notify(open.Alert, state.Addressee{Target: target}); err != nil {
				return err
			}
		}
		open.Announced = true
		if policy != nil {
			open.Due = s.now.Add(policy.Steps[0].After)
		}
	}
	for !open.Due.IsZero() && !s.now.Before(open.Due) {
		if err := s.escalate(open, policy); err != nil {
			return err
		}
	}
	return nil
}

// escalate takes the next step.
func (s *Step) escalate(open *state.OpenAlert, policy *rule.Policy) error {
	open.Due = time.Time{}
	if policy == nil {
		return nil // it was taken out of the rules
	}
	a := &open.Alert
	last := len(policy.Steps) - 1
	i := min(a.Escalated, last)
	var names []string
	a.Escalated++
	for _, p := range s.set.Who(policy.Steps[i].Tell, s.now) {
		names = append(names, p.Name)
		if err := s.tellPerson(open, p); err != nil {
			return err
		}
	}
	what := "escalated"
	switch {
	case a.Escalated == 1:
		what = "told"
	case a.Escalated > len(policy.Steps):
		what = "repeated"
	}
	a.Note(alert.Change{At: s.now.UTC(), What: what, By: alert.Self, Why: fmt.Sprintf("step %d, to %s", i+1, strings.Join(names, ", "))})
	switch {
	case i < last:
		open.Due = s.now.Add(policy.Steps[i+1].After)
	case policy.Repeat > 0:
		open.Due = s.now.Add(policy.Repeat)
	}
	return nil
}

func (s *Step) tellPerson(open *state.OpenAlert, p *rule.Person) error {
	for _, channel := range p.Channels {
		to := state.Addressee{Target: channel, Person: p.Name}
		if channel == open.Except {
			continue
		}
		if err := s.notify(open.Alert, to); err != nil {
			return err
		}
		if !slices.Contains(open.Told, to) {
			open.Told = append(open.Told, to)
		}
	}
	return nil
}

// tellOn tells those who know of an alert what became of it.
func (s *Step) tellOn(open state.OpenAlert, except string) error {
	var all []state.Addressee
	if open.Announced {
		for _, target := range s.targets {
			all = append(all, state.Addressee{Target: target})
		}
	}
	for _, to := range append(all, open.Told...) {
		if to.Target == open.Except || to.Person != "" && to.Person == except {
			continue
		}
		if err := s.notify(open.Alert, to); err != nil {
			return err
		}
	}
	return nil
}

// withdraw takes back what was not yet told of an alert; those who were to be
// told do not know of it then. What is being tried again may have arrived, so it
// is taken back only when it is not needed any more.
func (s *Step) withdraw(open *state.OpenAlert, tried bool) error {
	pending, err := s.tx.PendingOf(open.Alert.Patient)
	if err != nil {
		return err
	}
	id := open.Alert.ID
	for _, n := range pending {
		n.Partition = s.partition
		if n.Attempts > 0 && !tried || n.Attempts == 0 && !tried && !n.Next.After(s.now) {
			continue
		}
		all := append([]alert.Alert{n.Alert}, n.Also...)
		rest := slices.DeleteFunc(slices.Clone(all), func(a alert.Alert) bool { return a.ID == id })
		if len(rest) == len(all) {
			continue
		}
		if n.Attempts == 0 {
			open.Told = slices.DeleteFunc(open.Told, func(to state.Addressee) bool {
				return to == state.Addressee{Target: n.Target, Person: n.Person} && n.Alert.Escalated <= 1
			})
		}
		if len(rest) == 0 {
			s.tx.Told(n)
			s.Withdrawn = append(s.Withdrawn, n)
			continue
		}
		n.Alert, n.Also = rest[0], rest[1:]
		if err := s.tx.Retry(n); err != nil {
			return err
		}
		s.Notifications = append(s.Notifications, n)
	}
	return nil
}
