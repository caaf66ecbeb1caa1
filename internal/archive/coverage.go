package archive

import (
	"slices"
	"time"
)

// Coverage says how much signal there is of a period.
type Coverage struct {
	// Recorded is the time that samples were received for, of any device.
	Recorded time.Duration
	// Analysable is the part of it in which some lead had contact.
	Analysable time.Duration
	// Gaps are the parts of the period without samples, in order.
	Gaps []Gap
}

// Gap is a time without samples.
type Gap struct{ From, To time.Time }

// Coverage adds up a patient's signal in [from, to), exact to a chunk. It reads
// no sample. Where two devices have sent at once, the time counts once, with the
// one that began earlier.
func (a *Archive) Coverage(patient string, from, to time.Time) (Coverage, error) {
	segments, err := a.segments(patient, from, to)
	if err != nil {
		return Coverage{}, err
	}
	type heard struct {
		from, to time.Time
		valid    float64 // share
	}
	var all []heard
	for _, s := range segments {
		begin := 0
		for _, e := range s.entries {
			n := int(e.end) - begin
			begin = int(e.end)
			all = append(all, heard{e.time(), e.time().Add(s.lasting(n)), float64(e.valid) / float64(n)})
		}
	}
	slices.SortStableFunc(all, func(x, y heard) int { return x.from.Compare(y.from) })
	var c Coverage
	at := from // up to here it is counted
	for _, h := range all {
		if h.to.After(to) {
			h.to = to
		}
		if !h.to.After(at) {
			continue
		}
		if gap := h.from.Sub(at); gap > jitter {
			c.Gaps = append(c.Gaps, Gap{at, h.from})
			at = h.from
		}
		// Less than the jitter of time stamps is no gap.
		d := h.to.Sub(at)
		c.Recorded += d
		c.Analysable += time.Duration(float64(d) * h.valid)
		at = h.to
	}
	if to.Sub(at) > jitter {
		c.Gaps = append(c.Gaps, Gap{at, to})
	}
	return c, nil
}
