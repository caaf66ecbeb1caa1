package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/state"
)

// tell publishes the alert.
func (s *Step) tell(a alert.Alert) error {
	if err := s.tx.Publish(a); err != nil {
		return err
	}
	s.Alerts = append(s.Alerts, a)
	return nil
}

// notify makes a notification. What is urgent goes out at once; the rest may
// wait for more of the same patient, and low priority for the end of a person's
// quiet hours.
func (s *Step) notify(a alert.Alert, to state.Addressee) error {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s\x00%d\x00%d", a.ID, a.State, to.Target, to.Person, a.Escalated, len(a.History)))
	n := state.Notification{
		Partition: s.partition, ID: hex.EncodeToString(sum[:16]), Target: to.Target, Person: to.Person,
		Alert: a, Made: s.now, Next: s.now,
	}
	if person := s.set.Person(to.Person); person != nil && a.State == alert.Triggered && a.Priority < alert.High {
		n.Next = s.now.Add(s.set.Delivery.Group)
		if a.Priority == alert.Low {
			if until := person.QuietUntil(s.now); until.After(n.Next) {
				n.Next = until
			}
		}
		if joined, err := s.join(n); joined || err != nil {
			return err
		}
	}
	if err := s.tx.Notify(&n); err != nil {
		return err
	}
	s.Notifications = append(s.Notifications, n)
	return nil
}

// join adds a notification to one that waits, when there is one for the same
// person about the same patient.
func (s *Step) join(n state.Notification) (joined bool, err error) {
	pending, err := s.tx.PendingOf(n.Alert.Patient)
	if err != nil {
		return false, err
	}
	at := slices.IndexFunc(pending, func(o state.Notification) bool {
		return o.Target == n.Target && o.Person == n.Person && o.Alert.Patient == n.Alert.Patient &&
			o.Alert.State == alert.Triggered && o.Attempts == 0 && o.Next.After(s.now)
	})
	if at < 0 {
		return false, nil
	}
	other := pending[at]
	other.Partition = s.partition
	if n.Next.Before(other.Next) {
		other.Next = n.Next
	}
	if n.Alert.Priority > other.Alert.Priority { // the most urgent gives the message its title
		other.Alert, n.Alert = n.Alert, other.Alert
	}
	other.Also = append(other.Also, n.Alert)
	if err := s.tx.Retry(other); err != nil {
		return false, err
	}
	s.Notifications = append(s.Notifications, other)
	return true, nil
}
