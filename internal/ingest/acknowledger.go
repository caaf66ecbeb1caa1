package ingest

import (
	"context"
	"time"
)

// acknowledger acknowledges messages in the order of their arrival, each once
// Kafka has it, and bounds how many wait for that.
type acknowledger struct {
	waiting chan *message
	drained chan struct{} // signals that half of the room is free
}

func newAcknowledger(capacity int) *acknowledger {
	return &acknowledger{
		waiting: make(chan *message, capacity),
		drained: make(chan struct{}, 1),
	}
}

// admit takes the message in, waiting for room at most that long and not past
// the end of lost.
func (a *acknowledger) admit(m *message, patience time.Duration, lost <-chan struct{}) bool {
	select {
	case a.waiting <- m:
		return true
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case a.waiting <- m:
		return true
	case <-timer.C:
		return false
	case <-lost:
		return false
	}
}

// awaitRoom returns when half of the room is free or ctx is done.
func (a *acknowledger) awaitRoom(ctx context.Context) {
	for len(a.waiting) > cap(a.waiting)/2 {
		select {
		case <-a.drained:
		case <-ctx.Done():
			return
		}
	}
}

// close lets run return after what was admitted. Nothing may be admitted after.
func (a *acknowledger) close() { close(a.waiting) }

// run acknowledges until close, or until ctx is done.
func (a *acknowledger) run(ctx context.Context) {
	for m := range a.waiting {
		select {
		case <-m.settled:
			m.ack() // does nothing when its connection is gone
		case <-ctx.Done():
			return
		}
		if len(a.waiting) <= cap(a.waiting)/2 {
			select {
			case a.drained <- struct{}{}:
			default:
			}
		}
	}
}
