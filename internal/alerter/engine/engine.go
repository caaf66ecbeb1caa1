// Package engine applies the rules: it takes events and device signals in the
// order of their topic, and the passing of time, and decides which alerts begin
// and end. All that it remembers is in package state, so the same messages give
// the same alerts wherever it was interrupted, and a message that comes again
// changes nothing.
//
// # Time
//
// Counts, runs and durations are measured in the signal's own time, so a
// recording that is replayed faster than life, or from last year, is judged as
// it was recorded. An alert of theirs is over when the condition was not met
// for the rule's resolve_after, as told by whichever comes first: an event of
// the same device (of any kind) that is so much later in the signal's time, or
// so much time on the wall without a message that meets the condition. What
// counted toward an alert that is over does not count again: the next alert
// needs as much anew.
//
// A silent device is a matter of time on the wall alone, and is over when new
// signal is heard.
//
// Nothing is concluded from silence while the reader of Kafka is behind or has
// no broker; but a device's silence that lasts as long as the rule says while
// there is no broker either is told of too: absence always alarms in the end.
package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
)

// Engine holds the rules. It is safe for concurrent use; steps on the same
// store exclude each other by their transactions.
type Engine struct {
	rules   []*rule.Rule // most urgent first
	byName  map[string]*rule.Rule
	targets []string
}

// New returns an engine that notifies every target of every alert.
func New(rules []*rule.Rule, targets []string) *Engine {
	e := &Engine{rules: slices.Clone(rules), byName: make(map[string]*rule.Rule), targets: targets}
	// A message that meets several rules of one key raises the most urgent.
	slices.SortStableFunc(e.rules, func(a, b *rule.Rule) int { return cmp.Compare(b.Priority, a.Priority) })
	for _, r := range e.rules {
		e.byName[r.Name] = r
	}
	return e
}

// Step is the work of one transaction. What it gathers is to be used only once
// the transaction is on disk.
type Step struct {
	// Alerts that began or ended, in order.
	Alerts []alert.Alert
	// Notifications that are to be sent.
	Notifications []state.Notification
	// Repeated counts event messages that held nothing new.
	Repeated int

	*Engine
	tx    *state.Tx
	now   time.Time
	fresh []*fresh
}

// Begin starts a step at the time now on the wall.
func (e *Engine) Begin(tx *state.Tx, now time.Time) *Step {
	return &Step{Engine: e, tx: tx, now: now.Round(0)}
}

// Arrival is where and when a message came.
type Arrival struct {
	Partition int
	// Received is the time on the wall at which the message was there to be
	// read: an alerter that was away reads it later.
	Received time.Time
}

// Health is how far the reader of one partition can be believed.
type Health struct {
	Owned   bool          // it is this process that reads it
	Current bool          // everything that is there was read
	Blind   time.Duration // since when the broker has not answered
}
