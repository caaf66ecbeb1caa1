package ingest

import (
	"context"
	"sync"
)

// current is the link of the moment.
type current struct {
	mu      sync.Mutex
	link    *link         // guarded by mu; nil while there is none
	changed chan struct{} // guarded by mu; closed and replaced at each change
}

func newCurrent() *current { return &current{changed: make(chan struct{})} }

func (c *current) set(l *link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.link = l
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *current) get() *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link
}

// await returns the link, once there is one.
func (c *current) await(ctx context.Context) (*link, error) {
	for {
		c.mu.Lock()
		l, changed := c.link, c.changed
		c.mu.Unlock()
		if l != nil {
			return l, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// flushQuiet is how long a leaving client waits for its last packets, in ms.
const flushQuiet = 250

// disconnect ends the link, if there is one, in order.
func (c *current) disconnect() {
	if l := c.get(); l != nil {
		c.set(nil)
		l.client.Disconnect(flushQuiet)
	}
}
