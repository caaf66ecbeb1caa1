package engine

import (
	"fmt"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/state"
)

// undelivered is the rule of the alerts that the alerter raises of itself; the
// blank keeps it apart from every rule in a file.
const undelivered = "notification undelivered"

// GaveUp takes a notification off what is pending, and raises a technical alert
// about it, of which the other targets are told.
func (s *Step) GaveUp(n state.Notification) error {
	if err := s.tx.Told(n); err != nil {
		return err
	}
	if n.Alert.Rule == undelivered {
		return nil // or two dead targets would tell of each other for ever
	}
	key := undelivered + "/" + n.Target
	if _, exists, err := s.tx.Open(n.Alert.Patient, key); err != nil || exists {
		return err
	}
	a := alert.Alert{
		ID: alert.NewID(undelivered, key, n.Made), Key: key, Rule: undelivered,
		Priority: alert.Medium, Class: alert.Technical, State: alert.Triggered,
		Patient: n.Alert.Patient, Device: n.Alert.Device,
		Title: "A notification could not be delivered",
		Message: fmt.Sprintf("%s (%s priority) of patient %s, raised %s, was not delivered to %s: %d tries, then given up. Last problem: %s.",
			n.Alert.Title, n.Alert.Priority, n.Alert.Patient, clock(n.Alert.Raised), n.Target, n.Attempts, n.Problem),
		Start: n.Made.UTC(), Updated: s.now.UTC(), Raised: s.now.UTC(),
	}
	if err := s.tx.SetOpen(state.OpenAlert{Alert: a, Met: s.now.UnixNano(), Received: s.now}); err != nil {
		return err
	}
	return s.tellOthers(a, n.Target)
}

// Delivered takes a notification off what is pending; what was wrong with its
// target is over.
func (s *Step) Delivered(n state.Notification) error {
	if err := s.tx.Told(n); err != nil {
		return err
	}
	all, err := s.tx.OpenWith(undelivered + "/" + n.Target)
	if err != nil {
		return err
	}
	for _, open := range all {
		if err := s.tx.RemoveOpen(open); err != nil {
			return err
		}
		a := open.Alert
		a.State, a.Resolved, a.Updated = alert.Resolved, s.now.UTC(), s.now.UTC()
		a.Message = fmt.Sprintf("%s takes notifications again since %s.", n.Target, clock(s.now))
		if err := s.tellOthers(a, n.Target); err != nil {
			return err
		}
	}
	return nil
}

func (s *Step) tellOthers(a alert.Alert, except string) error {
	if err := s.tell(a, false); err != nil {
		return err
	}
	for _, target := range s.targets {
		if target == except {
			continue
		}
		if err := s.notify(a, target); err != nil {
			return err
		}
	}
	return nil
}

// Retry records a try that failed and when the next one is due.
func (s *Step) Retry(n state.Notification, problem string, next time.Time) (state.Notification, error) {
	n.Attempts++
	n.Problem, n.Next = problem, next
	return n, s.tx.Retry(n)
}
