package localize

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Measured is an ST episode as far as it was measured in the signal.
type Measured struct {
	Start, End time.Time
	// Peak is the largest deviation in µV, negative for depression, Lead the lead
	// that shows it, and PeakAt when it does.
	Peak   float64
	Lead   string
	PeakAt time.Time
	// Open says that it goes on.
	Open bool
}

// Level is the ST segment's deviation over a stretch, in µV.
type Level struct {
	From, To  time.Time
	Deviation float64
	Lead      string
}

// peak is a deviation in whole µV, its lead, and its time in ns since the Unix
// epoch; no lead: none was measured.
type peak struct {
	UV   int    `json:"uv"`
	Lead string `json:"lead"`
	At   int64  `json:"at,omitempty"`
}

// nanos and fromNanos write the zero time as 0.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func fromNanos(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

// direction is the sign of the deviations of an ST condition; 0: either.
func (c Condition) direction() int {
	switch c.Code {
	case "STE":
		return 1
	case "STD":
		return -1
	default:
		return 0
	}
}

// Shows tells whether an ST segment that deviates so (µV) shows the condition.
func (c Condition) Shows(deviation float64) bool {
	return c.Kind == ST && deviation*float64(c.direction()) >= 0
}

// further gives the one of two peaks that lies further to the condition's side.
func (c Condition) further(a, b peak) peak {
	size := func(p peak) int {
		if d := c.direction(); d != 0 {
			return d * p.UV
		}
		return max(p.UV, -p.UV)
	}
	if a.Lead == "" || b.Lead != "" && size(b) > size(a) {
		return b
	}
	return a
}

// addST serves ST conditions. An episode that was located and one that was
// measured are one event when they overlap. A measured one that goes on is taken to
// reach to the core's end, which it is known for a little later.
func (j *joiner) addST() {
	var parts []contribution
	for part := range j.episodes() {
		part.model, part.reach = true, part.end
		parts = append(parts, part)
	}
	open := j.reachesOnST()
	for _, m := range j.seen.Measured {
		if !j.condition.Shows(m.Peak) {
			continue
		}
		start, end := m.Start.UnixNano(), m.End.UnixNano()
		part := contribution{start: start, end: end, whole: span{start, end}, signal: true}
		part.peak = peak{int(math.Round(m.Peak)), m.Lead, nanos(m.PeakAt)}
		if part.reach = end; m.Open {
			part.reach = max(end, j.seen.CoreTo.UnixNano())
		}
		parts = append(parts, part)
	}
	for _, part := range j.condition.unite(parts) {
		if !part.signal {
			part.peak = j.peakIn(part)
		}
		if !j.isOld(part) {
			j.put(part)
		}
	}
	j.settle(j.kind.Event, j.kind.Event != nil && !j.seen.EndsSegment && (open || j.reachesOn()))
}

// reachesOnST tells whether a measured episode goes on.
func (j *joiner) reachesOnST() bool {
	return slices.ContainsFunc(j.seen.Measured, func(m Measured) bool { return m.Open && j.condition.Shows(m.Peak) })
}

// unite makes one contribution of those that touch, in order of time.
func (c Condition) unite(parts []contribution) []contribution {
	slices.SortStableFunc(parts, func(a, b contribution) int { return cmp.Compare(a.start, b.start) })
	var united []contribution
	for _, p := range parts {
		n := len(united) - 1
		if n < 0 || p.start > united[n].reach {
			united = append(united, p)
			continue
		}
		u := &united[n]
		u.end, u.whole.end, u.reach = max(u.end, p.end), max(u.whole.end, p.whole.end), max(u.reach, p.reach)
		if weight := u.weight + p.weight; weight > 0 {
			u.confidence, u.weight = (u.weight*u.confidence+p.weight*p.confidence)/weight, weight
		}
		u.model, u.signal, u.peak = u.model || p.model, u.signal || p.signal, c.further(u.peak, p.peak)
	}
	return united
}

// peakIn is the largest deviation in what the model alone has located.
func (j *joiner) peakIn(part contribution) (most peak) {
	for _, l := range j.seen.Levels {
		if l.From.UnixNano() < part.end && l.To.UnixNano() > part.start {
			at := l.From.Add(l.To.Sub(l.From) / 2)
			most = j.condition.further(most, peak{int(math.Round(l.Deviation)), l.Lead, nanos(at)})
		}
	}
	return most
}

// isOld tells whether a measured episode adds nothing: the newest event has it, or
// began after it.
func (j *joiner) isOld(part contribution) bool {
	e := j.kind.Event
	if e == nil || part.model {
		return false
	}
	if part.end < time.UnixMilli(e.Start).UnixNano() {
		return true
	}
	return e.Signal && part.end <= e.End && j.condition.further(e.Peak, part.peak) == e.Peak
}

// rest notes what a contribution rests on. The peak of measured episodes holds, if
// there is any: single levels are noisier.
func (e *OpenEvent) rest(part contribution, c Condition) {
	switch {
	case part.signal == e.Signal:
		e.Peak = c.further(e.Peak, part.peak)
	case part.signal:
		e.Peak = part.peak
	}
	e.Model, e.Signal = e.Model || part.model, e.Signal || part.signal
}
