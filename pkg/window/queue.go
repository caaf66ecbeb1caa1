package window

import (
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// waiting is a chunk that has been checked.
type waiting struct {
	Chunk
	slots []ecg.Slot
}

// queue brings chunks in order. What comes too early waits, until the missing
// ones are there or so much later signal that they are given up.
type queue struct {
	patience time.Duration
	next     uint64
	early    map[uint64]waiting
	signal   time.Duration // of the chunks that wait
	lost     uint64        // sequence numbers given up
}

// least is what a chunk counts for at least while it waits, so that empty
// ones cannot pile up.
const least = 10 * time.Millisecond

// add takes a chunk; those that have had their turn or wait already are
// dropped.
func (q *queue) add(c waiting) {
	if c.Sequence < q.next {
		return
	}
	if _, double := q.early[c.Sequence]; double {
		return
	}
	q.early[c.Sequence] = c
	q.signal += max(least, c.duration())
}

// pop gives the chunk whose turn it is. With force no chunk is waited for.
func (q *queue) pop(force bool) (waiting, bool) {
	if _, ready := q.early[q.next]; !ready {
		if len(q.early) == 0 || !force && q.signal < q.patience {
			return waiting{}, false
		}
		first := q.first()
		q.lost += first - q.next
		q.next = first
	}
	c := q.early[q.next]
	delete(q.early, q.next)
	q.signal -= max(least, c.duration())
	q.next++
	return c, true
}

// first is the lowest number that waits.
func (q *queue) first() uint64 {
	first := ^uint64(0)
	for sequence := range q.early {
		first = min(first, sequence)
	}
	return first
}
