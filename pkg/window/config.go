package window

import "time"

// Config says how to cut. The zero value of a field means its default.
type Config struct {
	// Length of a window while the signal goes on: 10 s to 60 s, default 10 s.
	Length time.Duration
	// Overlap of two windows that follow each other: 1 s to half of Length,
	// default 4 s.
	Overlap time.Duration
	// MaxGap is the longest gap that is bridged by a straight line: 20 ms to
	// 5 s, default 500 ms. A longer one ends the segment.
	MaxGap time.Duration
	// Jitter is how far a time stamp may be off without a gap or an overlap
	// being meant: up to 1 s, default 50 ms.
	Jitter time.Duration
	// Reorder is how much later signal may arrive before a missing chunk is
	// given up: up to 60 s, default 10 s.
	Reorder time.Duration
}

const (
	defaultLength  = 10 * time.Second
	defaultOverlap = 4 * time.Second
	defaultMaxGap  = 500 * time.Millisecond
	defaultJitter  = 50 * time.Millisecond
	defaultReorder = 10 * time.Second
)

// withDefaults fills in what is zero and brings the rest into its bounds.
func (c Config) withDefaults() Config {
	within := func(d, byDefault, least, most time.Duration) time.Duration {
		if d == 0 {
			d = byDefault
		}
		return min(max(d, least), most)
	}
	c.Length = within(c.Length, defaultLength, 10*time.Second, time.Minute)
	c.Overlap = within(c.Overlap, defaultOverlap, time.Second, c.Length/2)
	c.MaxGap = within(c.MaxGap, defaultMaxGap, 20*time.Millisecond, 5*time.Second)
	c.Jitter = within(c.Jitter, defaultJitter, time.Millisecond, time.Second)
	c.Reorder = within(c.Reorder, defaultReorder, 0, time.Minute)
	return c
}

// samples is a duration at 100 Hz.
func samples(d time.Duration) int64 { return int64(d * Rate / time.Second) }
