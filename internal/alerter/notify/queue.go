package notify

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
)

// Outcome is how a try ended.
type Outcome int

// Outcomes.
const (
	Sent    Outcome = iota
	Failed          // and will be tried again
	GivenUp         // for good
)

func (o Outcome) String() string { return [...]string{"sent", "failed", "given up"}[o] }

// Report tells of a try.
type Report struct {
	Notification state.Notification
	Outcome      Outcome
	Problem      string    // of Failed and GivenUp
	Next         time.Time // of Failed: the next try
}

// Options are what a Queue needs besides its store.
type Options struct {
	Targets  []Target
	Delivery rule.Delivery
	Log      zerolog.Logger
	// Jitter returns a number from 0 to 1.
	Jitter func() float64
	// Told is called after every try, when its outcome is on disk, with what
	// came of it beyond that; from several goroutines.
	Told func(Report, *engine.Step)
}

// Queue delivers notifications until they are delivered or given up.
type Queue struct {
	store   *state.Store
	engine  *engine.Engine
	options Options
	lanes   map[string][2]*lane // by target: urgent, other

	mu      sync.Mutex
	pending int // guarded by mu
}

// NewQueue returns a queue of what the store holds.
func NewQueue(store *state.Store, e *engine.Engine, o Options) *Queue {
	q := &Queue{store: store, engine: e, options: o, lanes: make(map[string][2]*lane)}
	for _, t := range o.Targets {
		q.lanes[t.Name] = [2]*lane{newLane(t), newLane(t)}
	}
	return q
}

// Add takes notifications that are on disk. It does not wait.
func (q *Queue) Add(all ...state.Notification) {
	for _, n := range all {
		if lanes, ok := q.lanes[n.Target]; ok {
			q.count(1)
			lanes[laneOf(n)].add(n)
		}
	}
}

func laneOf(n state.Notification) int {
	if n.Alert.Priority == alert.High {
		return 0
	}
	return 1
}

// Pending is how many notifications are neither delivered nor given up.
func (q *Queue) Pending() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.pending
}

func (q *Queue) count(by int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending += by
}

// Run delivers until ctx is done and the tries under way have ended. An error
// is the store's: without it nothing can be promised.
func (q *Queue) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, lanes := range q.lanes {
		for _, l := range lanes {
			group.Go(func() error { return q.serve(ctx, l) })
		}
	}
	return group.Wait()
}

// TakeUp reads what an earlier run left; it comes before Add and Run. Nobody
// delivers to targets that are no longer configured: that is given up at once,
// and told of.
func (q *Queue) TakeUp() error {
	var all []state.Notification
	err := q.store.View(func(tx *state.Tx) (err error) {
		all, err = tx.Pending()
		return err
	})
	if err != nil {
		return fmt.Errorf("take up pending notifications: %w", err)
	}
	for _, n := range all {
		if _, ok := q.lanes[n.Target]; ok {
			q.Add(n)
			continue
		}
		if err := q.settle(n, GivenUp, "the target is no longer configured"); err != nil {
			return err
		}
	}
	return nil
}

func (q *Queue) serve(ctx context.Context, l *lane) error {
	for {
		n, ok := l.next(ctx)
		if !ok {
			return nil
		}
		if err := q.try(ctx, l, n); err != nil {
			return err
		}
	}
}
