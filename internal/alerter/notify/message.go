package notify

import (
	"context"
	"net/http"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/state"
)

// Waits are how long messages wait for pictures that are being drawn.
type Waits struct {
	// High is the longest that a message of high priority waits: for its own
	// picture and, where several go to a target at once, those before it.
	High time.Duration
	// Others is for how long each of the rest waits for its own.
	Others time.Duration
}

// DefaultWaits are those of people.
var DefaultWaits = Waits{High: 2 * time.Second, Others: 5 * time.Second}

const (
	// Patience is how long after an alert a message of medium or low priority may
	// wait for signal that is not in the archive yet.
	Patience = 25 * time.Second
	// lookAgain is how often one looks for it.
	lookAgain = time.Second
)

// mayWait tells whether a notification may wait for its scene.
func mayWait(n state.Notification, now time.Time) bool {
	return n.Attempts == 0 && n.Alert.Priority < alert.High && now.Sub(n.Made) < Patience
}

// message adds what the reader needs.
func (q *Queue) message(ctx context.Context, l *lane, n state.Notification) Message {
	m := Message{Notification: n, Zone: time.UTC}
	if q.options.Zone != nil {
		m.Zone = q.options.Zone(n.Person)
	}
	if n.Alert.State != alert.Triggered {
		return m
	}
	if q.options.Link != nil {
		m.Link = q.options.Link(n)
	}
	if q.options.Scenes != nil {
		m.Scene = q.scene(ctx, l, n, m.Zone)
	}
	return m
}

// scene looks what the signal shows, for no longer than the notification and those
// behind it may wait.
func (q *Queue) scene(ctx context.Context, l *lane, n state.Notification, zone *time.Location) Scene {
	within := q.options.Waits.Others
	if n.Alert.Priority == alert.High {
		within = q.options.Waits.High - l.waited
	}
	if n.Alert.Class != alert.Technical && (l.late || within <= 0) {
		return Scene{Missing: "other pictures were late"}
	}
	looking, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	began := time.Now()
	scene := q.options.Scenes.Scene(looking, Subject{Alert: n.Alert, Zone: zone, Analysed: q.analysed(n), CanWait: mayWait(n, began)})
	l.waited += time.Since(began)
	l.late = l.late || looking.Err() != nil
	return scene
}

// analysed is until when the signal of the alert's device is analysed.
func (q *Queue) analysed(n state.Notification) (until time.Time) {
	_ = q.store.View(n.Partition, func(tx *state.Tx) error { // another has it now: nothing is known
		d, known, err := tx.Device(n.Alert.Device)
		if known && err == nil && d.Analysed > 0 {
			until = time.Unix(0, d.Analysed)
		}
		return err
	})
	return until
}

// refusal is the error of a target that refused this very message, maybe for its
// picture.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// refuses tells whether an HTTP status is about this very message.
func refuses(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusGone, http.StatusRequestEntityTooLarge,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	default:
		return false
	}
}
