package notify

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/holterd/holter/internal/alerter/state"
)

// lane is the notifications of one target that wait for each other.
type lane struct {
	target Target
	wake   chan struct{} // holds a token when something was added

	mu    sync.Mutex
	queue []state.Notification // guarded by mu; in order of sequence
}

func newLane(t Target) *lane { return &lane{target: t, wake: make(chan struct{}, 1)} }

func (l *lane) add(n state.Notification) {
	l.mu.Lock()
	at, _ := slices.BinarySearchFunc(l.queue, n.Sequence, bySequence)
	l.queue = slices.Insert(l.queue, at, n)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// put replaces a notification after a try.
func (l *lane) put(n state.Notification) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, found := slices.BinarySearchFunc(l.queue, n.Sequence, bySequence); found {
		l.queue[at] = n
	}
}

func (l *lane) drop(n state.Notification) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, found := slices.BinarySearchFunc(l.queue, n.Sequence, bySequence); found {
		l.queue = slices.Delete(l.queue, at, at+1)
	}
}

func bySequence(n state.Notification, sequence uint64) int { return cmp.Compare(n.Sequence, sequence) }

// longestSleep bounds a wait by the timer: the clock on the wall may be set.
const longestSleep = time.Minute

// next waits for a notification that is due; ok is false once ctx is done.
func (l *lane) next(ctx context.Context) (n state.Notification, ok bool) {
	for ctx.Err() == nil {
		n, due, found := l.best(time.Now())
		if found && due <= 0 {
			return n, true
		}
		sleep := longestSleep
		if found {
			sleep = min(sleep, due)
		}
		timer := time.NewTimer(sleep)
		select {
		case <-timer.C:
		case <-l.wake:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	return state.Notification{}, false
}

// best picks the most urgent notification that is due, among equals the oldest;
// when none is due, the one that will be next, and in how long. Of one alert,
// only the oldest notification can be picked.
func (l *lane) best(now time.Time) (pick state.Notification, due time.Duration, found bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	earlier := make(map[string]bool, len(l.queue))
	for _, n := range l.queue {
		if earlier[n.Alert.ID] {
			continue
		}
		earlier[n.Alert.ID] = true
		in := max(n.Next.Sub(now), 0)
		if !found || in < due || in == due && n.Alert.Priority > pick.Alert.Priority {
			pick, due, found = n, in, true
		}
	}
	return pick, due, found
}
