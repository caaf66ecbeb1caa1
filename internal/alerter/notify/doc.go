// Package notify tells people and programs of alerts: by webhook, and by any
// service that the shoutrrr library knows (ntfy, e-mail, chats, …).
//
// What is to be told is on disk (package state) before a first try, and stays
// there until it was delivered or given up. So a notification is delivered at
// least once: one whose answer was lost is sent again, with the same id.
//
// Each target has two lanes, one for high priority and one for the rest, which
// do not wait for each other; in a lane the more urgent goes first. Nothing is
// held back to be grouped. What is said of one alert keeps its order.
package notify

import (
	"context"

	"github.com/holterd/holter/internal/alerter/state"
)

// Notifier tells one target.
type Notifier interface {
	// Notify returns nil when the target has the notification for good, and
	// otherwise whether trying again can help. It returns soon after ctx is
	// done. The error holds no secrets.
	Notify(ctx context.Context, n state.Notification) (retry bool, err error)
}

// Target is somebody to tell. The name goes to logs and texts; it stays the
// same over restarts and holds no secrets.
type Target struct {
	Name string
	Notifier
}
