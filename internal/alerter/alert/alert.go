// Package alert holds what the alerter raises: the alert, its priority, class
// and state, as JSON (webhooks, state on disk) and as the message of
// ecg.alerts. It decides nothing.
package alert

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
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
	// Value is what was measured, in Unit: the heart rate or that of a run (/min), a
	// burden (%), the length of a pause (s). Of an alert that goes on it is the
	// newest, but the longest pause and the fastest run. Unit is empty where nothing
	// is measured.
	Value float64 `json:"value,omitempty"`
	Unit  string  `json:"unit,omitempty"`
	// ST is the episode that deviates most, of alerts about ST segments.
	ST *ST `json:"st,omitempty"`
	// Pressed is when the patient pressed the symptom button, of alerts about that.
	Pressed time.Time `json:"pressed,omitzero"`
	// Events that made the rule fire, the newest MaxEvents of them.
	Events []string `json:"events,omitempty"`
	// Assignee is who is to see to it.
	Assignee string `json:"assignee,omitempty"`
	// SilencedUntil is until when nobody is notified of it.
	SilencedUntil time.Time `json:"silenced_until,omitzero"`
	// Escalated is how many steps of the escalation were told.
	Escalated int `json:"escalated,omitempty"`
	// WithoutPolicy says that the rules name nobody to escalate it to.
	WithoutPolicy bool `json:"without_policy,omitempty"`
	// HeldBy is the key of the technical alert that makes this one meaningless
	// for now, so that nobody is notified of it.
	HeldBy string `json:"held_by,omitempty"`
	// History is who did what, when and why; the newest MaxHistory at the end.
	History []Change `json:"history,omitempty"`
}

// ST is an ST episode as far as it is known.
type ST struct {
	// Kind is the code of the condition: STE, STD or ST.
	Kind  string    `json:"kind"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	// PeakUV is the largest deviation in µV, negative for depression; Lead shows
	// it, and is empty when none could be measured.
	PeakUV int    `json:"peak_uv"`
	Lead   string `json:"lead,omitempty"`
	// PeakAt is when it was measured; zero when that is not known.
	PeakAt time.Time `json:"peak_at,omitzero"`
	// Evidence is model, signal or both; only what rests on both is certain.
	Evidence string `json:"evidence"`
}

// AddST notes an ST episode: in place of what was known of it, or of one that
// deviates less.
func (a *Alert) AddST(e ST) {
	same := a.ST != nil && a.ST.Kind == e.Kind && a.ST.Start.Equal(e.Start)
	if a.ST == nil || same || max(e.PeakUV, -e.PeakUV) > max(a.ST.PeakUV, -a.ST.PeakUV) {
		a.ST = &e
	}
}

// Change is one step in an alert's history.
type Change struct {
	At      time.Time `json:"at"`
	What    string    `json:"what"`
	By      string    `json:"by"` // a person, or Self
	Why     string    `json:"why,omitempty"`
	Command string    `json:"command,omitempty"` // its id
}

// ErrWithoutPolicy is why an alert WithoutPolicy is not escalated.
var ErrWithoutPolicy = errors.New("its rule has no policy that says whom to tell")

// PolicyRemedy is what to do about that.
const PolicyRemedy = "add a policy to the file of alert rules, or assign the alert to somebody"

// Self is who did what the alerter does of itself.
const Self = "holter"

// Bounds of Alert.Events and Alert.History.
const (
	MaxEvents  = 100
	MaxHistory = 100
)

// Note adds to the history.
func (a *Alert) Note(c Change) {
	a.History = append(slices.Clip(a.History), c) // copies of the alert keep theirs
	if over := len(a.History) - MaxHistory; over > 0 {
		a.History = append(a.History[:1:1], a.History[over+1:]...) // how it began stays
	}
}

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
