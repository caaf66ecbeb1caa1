package ingest

import (
	"maps"
	"sync"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Counts says where the messages received since the start are. Of one reading,
// Received = Forwarded + DeadLettered() + InFlight, always.
type Counts struct {
	Received  uint64
	Forwarded uint64
	Refused   map[holterv1.Reason]uint64 // dead letters by reason
	InFlight  uint64
}

// DeadLettered is the number of messages refused for any reason.
func (c Counts) DeadLettered() (n uint64) {
	for _, m := range c.Refused {
		n += m
	}
	return n
}

// ledger counts messages. Each change is one step, so that no reading falls
// between two of its parts.
type ledger struct {
	mu     sync.Mutex
	counts Counts // guarded by mu
}

func newLedger() *ledger {
	return &ledger{counts: Counts{Refused: make(map[holterv1.Reason]uint64)}}
}

func (l *ledger) received() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Received++
	l.counts.InFlight++
}

func (l *ledger) forwarded() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.InFlight--
	l.counts.Forwarded++
}

func (l *ledger) refused(reason holterv1.Reason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.InFlight--
	l.counts.Refused[reason]++
}

func (l *ledger) snapshot() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.counts
	c.Refused = maps.Clone(c.Refused)
	return c
}
