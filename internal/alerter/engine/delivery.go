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
	s.tx.Told(n)
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
	return s.announce(state.OpenAlert{Alert: a, Met: s.now.UnixNano(), Received: s.now, Except: n.Target})
}

// Delivered takes a notification off what is pending; what was wrong with its
// target is over.
func (s *Step) Delivered(n state.Notification) error {
	s.tx.Told(n)
	all, err := s.tx.OpenWith(undelivered + "/" + n.Target)
	if err != nil {
		return err
	}
	for _, open := range all {
		open.Alert.Updated = s.now.UTC()
		text := fmt.Sprintf("%s takes notifications again since %s.", n.Target, clock(s.now))
		if err := s.resolve(open, ending{text: text, keep: true}); err != nil {
			return err
		}
	}
	return nil
}

// Retry records a try that failed and when the next one is due.
func (s *Step) Retry(n state.Notification, problem string, next time.Time) (state.Notification, error) {
	n.Attempts++
	n.Problem, n.Next = problem, next
	if !s.tx.Pends(n) {
		return n, nil // withdrawn meanwhile
	}
	return n, s.tx.Retry(n)
}
