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
	queue []state.Notification // guarded by mu; in order of partition and sequence
	// trying is the partition of the notification that is being sent, and is
	// closed when that is over; nil while there is none.
	trying   chan struct{} // guarded by mu
	tryingOf int           // guarded by mu

	// waited is for how long pictures were waited for since the lane last had
	// nothing to do, late that one did not come. Both are its server's alone.
	waited time.Duration
	late   bool
}

func newLane(t Target) *lane { return &lane{target: t, wake: make(chan struct{}, 1)} }

// add takes a notification, or what became of one that it has.
func (l *lane) add(n state.Notification) (isNew bool) {
	l.mu.Lock()
	at, found := l.at(n)
	if found {
		l.queue[at] = n
	} else {
		l.queue = slices.Insert(l.queue, at, n)
	}
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return !found
}

// put replaces a notification after a try.
func (l *lane) put(n state.Notification) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, found := l.at(n); found {
		l.queue[at] = n
	}
}

func (l *lane) drop(n state.Notification) (had bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, found := l.at(n)
	if found {
		l.queue = slices.Delete(l.queue, at, at+1)
	}
	return found
}

// at is called with the mutex held.
func (l *lane) at(n state.Notification) (at int, found bool) {
	return slices.BinarySearchFunc(l.queue, n, func(a, b state.Notification) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Sequence, b.Sequence))
	})
}

// forget drops what belongs to a partition and waits until none of it is being
// sent.
func (l *lane) forget(partition int) (dropped int) {
	l.mu.Lock()
	before := len(l.queue)
	l.queue = slices.DeleteFunc(l.queue, func(n state.Notification) bool { return n.Partition == partition })
	dropped = before - len(l.queue)
	trying := l.trying
	if l.tryingOf != partition {
		trying = nil
	}
	l.mu.Unlock()
	if trying != nil {
		<-trying
	}
	return dropped
}

// begin notes that a notification is being sent, until the returned function is
// called; ok is false when it is not to be sent any more.
func (l *lane) begin(n state.Notification) (current state.Notification, end func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, found := l.at(n)
	if !found {
		return n, nil, false
	}
	trying := make(chan struct{})
	l.trying, l.tryingOf = trying, n.Partition
	return l.queue[at], func() {
		l.mu.Lock()
		l.trying = nil
		l.mu.Unlock()
		close(trying)
	}, true
}

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
		l.waited, l.late = 0, false
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
