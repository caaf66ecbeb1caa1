package window

import (
	"math"
	"time"
)

// clock gives the samples of a segment their wall times. It starts from the
// first chunk's time stamp and counts samples; where later time stamps say that
// the device's samples come faster or slower than its rate (±200 ppm are
// common), it follows them in small steps, so that times neither drift away
// nor jump about with the jitter of the stamps.
type clock struct {
	ratio
	ties []tie // oldest first, at least one
}

// tie gives an input sample its time; the samples after it follow at the
// nominal rate.
type tie struct {
	Input int64 `json:"input,omitempty"`
	Time  int64 `json:"time"` // ns since the Unix epoch
}

const (
	// calm is how far off a time stamp may be without a correction: devices
	// round to milliseconds.
	calm = time.Millisecond
	// follow is the part of a deviation that one chunk corrects.
	follow = 4
	// mostStep bounds one correction, so that times stay in order at 100 Hz.
	mostStep = 5 * time.Millisecond
)

// at is the time of an input sample, now.
func (c *clock) at(input int64) int64 {
	last := c.ties[len(c.ties)-1]
	return last.Time + int64(math.Round(float64(input-last.Input)*1e9/c.rate()))
}

// correct moves the clock at an input sample towards the time stamp that is off
// by deviation ns; since is the number of samples since the last correction
// could be made.
func (c *clock) correct(input, deviation, since int64) {
	if time.Duration(deviation).Abs() <= calm {
		return
	}
	most := min(int64(mostStep), int64(float64(since)*1e9/c.rate()/follow))
	step := min(max(deviation/follow, -most), most)
	if step != 0 {
		c.ties = append(c.ties, tie{Input: input, Time: c.at(input) + step})
	}
}

// between gives what Window.TimeAt needs for positions from up to to.
func (c *clock) between(from, to int64) []anchor {
	var anchors []anchor
	for _, t := range c.ties {
		a := anchor{position: c.position(t.Input), time: t.Time}
		switch {
		case len(anchors) == 0 || a.position <= float64(from):
			anchors = []anchor{a}
		case a.position < float64(to):
			anchors = append(anchors, a)
		}
	}
	return anchors
}

// forget drops the ties that no position from keep on needs.
func (c *clock) forget(keep int64) {
	for len(c.ties) > 1 && c.position(c.ties[1].Input) <= float64(keep) {
		c.ties = c.ties[1:]
	}
}

// last is the tie that holds now.
func (c *clock) last() tie { return c.ties[len(c.ties)-1] }
