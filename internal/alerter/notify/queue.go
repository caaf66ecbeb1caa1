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
	Delivery func() rule.Delivery
	Log      zerolog.Logger
	// Zone is the time zone of a person; nil: all read UTC.
	Zone func(person string) *time.Location
	// Link makes a notification's acknowledge link; nil: there are none.
	Link func(state.Notification) string
	// Scenes shows the signal; nil: nothing does.
	Scenes Scenes
	Waits  Waits // for scenes
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

// NewQueue returns a queue for what the store holds; it begins empty.
func NewQueue(store *state.Store, e *engine.Engine, o Options) *Queue {
	q := &Queue{store: store, engine: e, options: o, lanes: make(map[string][2]*lane)}
	for _, t := range o.Targets {
		q.lanes[t.Name] = [2]*lane{newLane(t), newLane(t)}
	}
	return q
}

// Add takes notifications that are in the store, or what became of them. It
// does not wait.
func (q *Queue) Add(all ...state.Notification) {
	for _, n := range all {
		lanes, ok := q.lanes[n.Target]
		if !ok {
			q.options.Log.Error().Str("target", n.Target).Str("alert", n.Alert.ID).Msg("a notification is for a target that is not configured")
			continue
		}
		if lanes[1-laneOf(n)].drop(n) { // it has become urgent
			q.count(-1)
		}
		if lanes[laneOf(n)].add(n) {
			q.count(1)
		}
	}
}

// Withdraw drops notifications that are not to be sent any more.
func (q *Queue) Withdraw(all ...state.Notification) {
	for _, n := range all {
		for _, l := range q.lanes[n.Target] {
			if l != nil && l.drop(n) {
				q.count(-1)
			}
		}
	}
}

// Forget drops what belongs to a partition, which another alerter will take up,
// and returns when nothing of it is being sent any more.
func (q *Queue) Forget(partition int) {
	for _, lanes := range q.lanes {
		for _, l := range lanes {
			q.count(-l.forget(partition))
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

// TakeUp reads what an earlier owner of the partition left. Nobody delivers to
// targets that are no longer configured: that is given up at once, and told of.
func (q *Queue) TakeUp(partition int) error {
	var all []state.Notification
	err := q.store.View(partition, func(tx *state.Tx) (err error) {
		all, err = tx.Pending()
		return err
	})
	if err != nil {
		return fmt.Errorf("take up pending notifications: %w", err)
	}
	for _, n := range all {
		n.Partition = partition
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
