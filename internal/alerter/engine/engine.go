// Package engine applies the rules: it takes events, analysed windows and device
// signals in the order of their topic, and the passing of time, and decides which alerts begin
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
// What rests on windows (burdens, heart rates, pauses, noise) is ended likewise by
// windows, and only by them: the two topics are not read in step, so what one is
// ahead of the other means nothing. A burden is over when it is small again for
// that long in signal that could be judged, and what it is made of goes on
// counting, for it is of a fixed time and not of an episode.
//
// A silent device is a matter of time on the wall alone, and is over when new
// signal is heard.
//
// Nothing is concluded from silence while the reader of Kafka is behind or has
// no broker; but a device's silence that lasts as long as the rule says while
// there is no broker either is told of too: absence always alarms in the end.
package engine

import (
	"sync/atomic"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
)

// Engine holds the rules. It is safe for concurrent use; steps on the same
// partition exclude each other by their transactions.
type Engine struct {
	rules   atomic.Pointer[rule.Set]
	targets []string
}

// New returns an engine that notifies every target of every alert, and the
// people of the rules.
func New(rules *rule.Set, targets []string) *Engine {
	e := &Engine{targets: targets}
	e.Use(rules)
	return e
}

// Use exchanges the rules; steps that have begun go on with the former ones.
func (e *Engine) Use(rules *rule.Set) { e.rules.Store(rules) }

// Step is the work of one transaction on one partition. What it gathers is to be
// used only once the transaction is done.
type Step struct {
	// Alerts that began, ended or were changed by people, in order.
	Alerts []alert.Alert
	// Notifications that are to be sent; one that was known replaces itself.
	Notifications []state.Notification
	// Withdrawn are notifications that are not to be sent any more.
	Withdrawn []state.Notification
	// Repeated counts messages that held nothing new.
	Repeated int

	set       *rule.Set
	targets   []string
	tx        *state.Tx
	partition int
	now       time.Time
	fresh     []*fresh
	rules     map[string][]*rule.Rule // by patient, of those met so far
}

// Begin starts a step at the time now on the wall.
func (e *Engine) Begin(tx *state.Tx, partition int, now time.Time) *Step {
	return &Step{
		set: e.rules.Load(), targets: e.targets, tx: tx, partition: partition, now: now.Round(0),
		rules: make(map[string][]*rule.Rule),
	}
}

// rulesOf are the patient's rules, the most urgent first: a message that meets
// several rules of one key raises that one.
func (s *Step) rulesOf(patient string) []*rule.Rule {
	all, known := s.rules[patient]
	if !known {
		all = s.set.For(patient, s.now)
		s.rules[patient] = all
	}
	return all
}

// ruleOf is the patient's rule of the name, nil when there is none.
func (s *Step) ruleOf(patient, name string) *rule.Rule {
	for _, r := range s.rulesOf(patient) {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Arrival is when a message came.
type Arrival struct {
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

// believed tells whether something may be concluded from what does not come.
func (h Health) believed() bool { return h.Owned && h.Current && h.Blind < blindAfter }
