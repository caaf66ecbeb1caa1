// Package notify tells people and programs of alerts: by webhook, e-mail, ntfy, and
// any other service that the shoutrrr library knows (chats, SMS gateways, …).
//
// A message has a picture of the signal where the target can show one: e-mail,
// ntfy, webhook, Discord and Signal can. The picture never decides whether a
// message arrives. High priority waits up to Waits.High for it, the rest up to
// Patience for signal that is on its way; then a message goes without and says
// why, and one that is refused with its picture is sent again without at once.
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
	Scene
}

// Scene is what the signal shows of an alert.
type Scene struct {
	// Picture is the strip, as PNG; nil: there is none.
	Picture []byte
	// Missing says why there is no picture, to go after "No picture of the
	// signal: "; empty where none belongs to the alert.
	Missing string
	// Rhythm is that of the time when the symptom button was pressed, in words.
	Rhythm string
	// Early tells that more can be expected a little later.
	Early bool
}

// Subject is what a scene is asked for.
type Subject struct {
	Alert alert.Alert
	Zone  *time.Location // the reader's; nil: UTC
	// Analysed is until when the device's signal is analysed; zero: not known.
	Analysed time.Time
	// CanWait: a scene that is early need not be made.
	CanWait bool
}

// Notifier tells one target.
type Notifier interface {
	// Notify returns nil when the target has the notification for good, and
	// otherwise whether trying again can help. It returns soon after ctx is
	// done. The error holds no secrets.
	Notify(ctx context.Context, m Message) (retry bool, err error)
}

// Scenes shows what an alert is about.
type Scenes interface {
	// Scene returns soon after ctx is done, with what there is by then. It is
	// called from several goroutines.
	Scene(ctx context.Context, about Subject) Scene
}

// Target is somebody to tell. The name goes to logs and texts; it stays the
// same over restarts and holds no secrets.
type Target struct {
	Name string
	Notifier
}
