// Package notify tells people and programs of alerts: by webhook, and by any
// service that the shoutrrr library knows (ntfy, e-mail, chats, …).
//
// What is to be told is in the state (package state) before a first try, and
// stays there until it was delivered, given up or withdrawn. So a notification is delivered at
// least once: one whose answer was lost is sent again, with the same id.
//
// Each target has two lanes, one for high priority and one for the rest, which
// do not wait for each other; in a lane the more urgent goes first. What is said
// of one alert keeps its order.
package notify

import (
	"context"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/state"
)

// Message is a notification with what its reader needs.
type Message struct {
	state.Notification
	// Zone is the reader's time zone; nil: UTC.
	Zone *time.Location
	// Link acknowledges the alert; empty: there is none.
	Link string
	// Picture shows the signal, as PNG; nil: there is none.
	Picture []byte
}

// Notifier tells one target.
type Notifier interface {
	// Notify returns nil when the target has the notification for good, and
	// otherwise whether trying again can help. It returns soon after ctx is
	// done. The error holds no secrets.
	Notify(ctx context.Context, m Message) (retry bool, err error)
}

// Pictures draws the signal around what an alert is about.
type Pictures interface {
	// Picture returns a PNG; nil when there is nothing to show (yet). It returns
	// soon after ctx is done.
	Picture(ctx context.Context, a alert.Alert) ([]byte, error)
}

// Target is somebody to tell. The name goes to logs and texts; it stays the
// same over restarts and holds no secrets.
type Target struct {
	Name string
	Notifier
}
