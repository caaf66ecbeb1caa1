// Package alert holds what the alerter raises: the alert, its priority, class
// and state, as JSON (webhooks, state on disk) and as the message of
// ecg.alerts. It decides nothing.
package alert

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Alert is a rule that fired for a patient. The zero time stands for "not
// yet".
type Alert struct {
	// ID is deterministic: the same rule, key and cause give the same one.
	ID string `json:"id"`
	// Key says what the alert is about: at any time one alert of a key is open.
	Key      string   `json:"key"`
	Rule     string   `json:"rule"`
	Priority Priority `json:"priority"`
	Class    Class    `json:"class"`
	State    State    `json:"state"`
	Patient  string   `json:"patient"`
	Device   string   `json:"device,omitempty"`
	// Kinds are the codes of the conditions the rule looks for.
	Kinds   []string `json:"kinds,omitempty"`
	Title   string   `json:"title"`
	Message string   `json:"message"`
	// Start is when what the alert tells of began, Updated until when it is
	// known to have lasted; both in the signal's time. Of a silent device:
	// when it was heard last, and when that was noticed.
	Start   time.Time `json:"start"`
	Updated time.Time `json:"updated"`
	// Raised and Resolved are when the alerter decided, by its own clock.
	Raised   time.Time `json:"raised"`
	Resolved time.Time `json:"resolved,omitzero"`
	// Confidence is the lowest of the model's for the events below, 0 to 1;
	// 0 for technical alerts.
	Confidence float64 `json:"confidence,omitempty"`
	// Beats that met the rule; 0 where beats are not what it counts.
	Beats int `json:"beats,omitempty"`
	// Events that made the rule fire, the newest MaxEvents of them.
	Events []string `json:"events,omitempty"`
}

// MaxEvents bounds Alert.Events.
const MaxEvents = 100

// NewID names the alert that rule raises under key because of what happened
// at the time cause: the first 128 bits of a SHA-256, in hexadecimal.
func NewID(rule, key string, cause time.Time) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", rule, key, cause.UnixNano()))
	return hex.EncodeToString(sum[:16])
}

// AddEvent notes an event that takes part in the alert.
func (a *Alert) AddEvent(id string) {
	for i := len(a.Events) - 1; i >= 0; i-- {
		if a.Events[i] == id {
			return
		}
	}
	a.Events = append(a.Events, id)
	if over := len(a.Events) - MaxEvents; over > 0 {
		a.Events = append([]string(nil), a.Events[over:]...)
	}
}
