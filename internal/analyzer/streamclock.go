package analyzer

import "time"

// streamClock is the time at the place in the log that is being read: the
// newest record's time, plus how long was waited since for another. Silence
// measured on it is a device's, not a stop or a backlog of the analyzer's.
type streamClock struct {
	now   clock
	head  time.Time
	since time.Time // when waiting began; zero while not waiting
}

// wait says that everything that has arrived is read.
func (c *streamClock) wait() {
	if c.since.IsZero() {
		c.since = c.now()
	}
}

// read says that a record of that time is being read.
func (c *streamClock) read(t time.Time) {
	head := c.time()
	c.since = time.Time{}
	if t.After(head) {
		head = t
	}
	c.head = head
}

func (c *streamClock) time() time.Time {
	if c.since.IsZero() {
		return c.head
	}
	waited := c.now().Sub(c.since)
	if c.head.IsZero() {
		return c.since.Add(waited)
	}
	return c.head.Add(waited)
}
