package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/state"
)

// tell publishes the alert and, when asked, notifies every target.
func (s *Step) tell(a alert.Alert, notify bool) error {
	if err := s.tx.Publish(a); err != nil {
		return err
	}
	s.Alerts = append(s.Alerts, a)
	if !notify {
		return nil
	}
	for _, target := range s.targets {
		if err := s.notify(a, target); err != nil {
			return err
		}
	}
	return nil
}

func (s *Step) notify(a alert.Alert, target string) error {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s", a.ID, a.State, target))
	n := state.Notification{ID: hex.EncodeToString(sum[:16]), Target: target, Alert: a, Made: s.now, Next: s.now}
	if err := s.tx.Notify(&n); err != nil {
		return err
	}
	s.Notifications = append(s.Notifications, n)
	return nil
}
