package analyzer

import (
	"context"
	"sync"

	"github.com/holterd/holter/internal/kafka"
)

// inboxBytes bounds what is read ahead of the analysis of a partition.
const inboxBytes = 4 << 20

// inbox holds the records that have been read and not yet worked on, so that a
// step can take all that are there. When it is full, reading waits.
type inbox struct {
	mu       sync.Mutex
	messages []kafka.Message // guarded by mu
	bytes    int             // guarded by mu

	filled chan struct{} // has room for one: something was put in
	taken  chan struct{} // has room for one: everything was taken out
}

func newInbox() *inbox {
	return &inbox{filled: make(chan struct{}, 1), taken: make(chan struct{}, 1)}
}

// fill reads until ctx is done; then it returns the source's error.
func (b *inbox) fill(ctx context.Context, from source) error {
	for {
		m, err := from.Read(ctx)
		if err != nil {
			return err
		}
		for b.put(m); b.full(); {
			select {
			case <-b.taken:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

func (b *inbox) put(m kafka.Message) {
	b.mu.Lock()
	b.messages = append(b.messages, m)
	b.bytes += len(m.Value)
	b.mu.Unlock()
	signal(b.filled)
}

func (b *inbox) full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bytes >= inboxBytes
}

// take returns all that is there.
func (b *inbox) take() []kafka.Message {
	b.mu.Lock()
	messages := b.messages
	b.messages, b.bytes = nil, 0
	b.mu.Unlock()
	signal(b.taken)
	return messages
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is signalled already
	}
}
