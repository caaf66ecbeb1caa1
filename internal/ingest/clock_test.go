package ingest

import (
	"sync/atomic"
	"time"
)

// ticking is a clock that the test sets.
type ticking struct{ ns atomic.Int64 }

func (c *ticking) set(t time.Time) { c.ns.Store(t.UnixNano()) }

func (c *ticking) now() time.Time { return time.Unix(0, c.ns.Load()) }
