package engine

import (
	"slices"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	// spareTimes is how many more beats are kept than a rule asks for: room
	// for those that come out of order, and to say how long a run is.
	spareTimes = 256
	mostSpans  = 64
	// sameBeat is how far apart two windows may find one beat.
	sameBeat = int64(150 * time.Millisecond)
)

// hit is a condition that is met, in nanoseconds since the Unix epoch.
type hit struct {
	first, last int64
	// cause is when the condition came to be met. It does not depend on how
	// the beats were spread over messages.
	cause int64
	beats int // 0 for a duration
}

// observe adds a beat (or, for a duration, the stretch from start to point) to
// what the rule remembers, and tells whether that meets the condition. rr is the
// time since the beat before, of whatever kind; 0 when it is not known.
func observe(r *rule.Rule, w *state.Window, start, point, rr int64) (hit, bool) {
	switch {
	case r.Count != nil:
		at, isNew := insert(w, point, 0, r.Count.AtLeast+spareTimes)
		if !isNew {
			return hit{}, false
		}
		return counted(w.Times, at, r.Count.AtLeast, r.Count.Within)
	case r.Run != nil:
		at, isNew := insert(w, point, rr, r.Run.AtLeast+spareTimes)
		if !isNew {
			return hit{}, false
		}
		return inARow(w, at, r.Run.AtLeast, r.Run.MaxInterval)
	default:
		return lasted(&w.Spans, start, point, r.Duration.AtLeast, r.Duration.MaxGap)
	}
}

// insert adds t to the ordered times and returns its place. When there are more
// than most, the end that is further from t is cut: messages of one patient may
// jump to another recording, and it is around t that they go on.
func insert(w *state.Window, t, rr int64, most int) (at int, isNew bool) {
	at, found := slices.BinarySearch(w.Times, t)
	if found {
		return at, false
	}
	if len(w.RR) == 0 && rr != 0 {
		w.RR = make(state.Times, len(w.Times)) // older versions knew of none
	}
	known := rr != 0 || len(w.RR) > 0
	w.Times = slices.Insert(w.Times, at, t)
	if known {
		w.RR = slices.Insert(w.RR, at, rr)
	}
	if len(w.Times) <= most {
		return at, true
	}
	cut := len(w.Times) - 1
	if t-w.Times[0] >= w.Times[cut]-t {
		cut = 0
		at--
	}
	w.Times = slices.Delete(w.Times, cut, cut+1)
	if known {
		w.RR = slices.Delete(w.RR, cut, cut+1)
	}
	return at, true
}

// counted tells whether n of the times, the one at the given place among them,
// lie within a time of each other.
func counted(times []int64, at, n int, within time.Duration) (hit, bool) {
	for i := min(at, len(times)-n); i >= 0 && i > at-n; i-- {
		last := times[i+n-1]
		if last-times[i] > int64(within) {
			continue
		}
		first, _ := slices.BinarySearch(times, last-int64(within))
		return hit{first: times[first], last: last, cause: times[at], beats: i + n - first}, true
	}
	return hit{}, false
}

// inARow tells whether the time at the given place is one of n or more, each at
// most interval after the one before, with no other beat in between.
func inARow(w *state.Window, at, n int, interval time.Duration) (hit, bool) {
	first, last := at, at
	for first > 0 && follows(w, first, interval) {
		first--
	}
	for last < len(w.Times)-1 && follows(w, last+1, interval) {
		last++
	}
	beats := last - first + 1
	return hit{first: w.Times[first], last: w.Times[last], cause: w.Times[at], beats: beats}, beats >= n
}

// follows tells whether a beat comes next after the one that is kept before it.
// Where it is not known what lies between, the interval alone has to tell.
func follows(w *state.Window, i int, interval time.Duration) bool {
	apart := w.Times[i] - w.Times[i-1]
	if apart > int64(interval) {
		return false
	}
	return len(w.RR) == 0 || w.RR[i] == 0 || w.RR[i] >= apart-sameBeat
}

// lasted joins the stretch to the spans that are at most gap away and tells
// whether the episode lasts n or longer.
func lasted(spans *[]state.Span, start, end int64, n, gap time.Duration) (hit, bool) {
	joined := state.Span{Start: start, End: end}
	var apart []state.Span
	for _, s := range *spans {
		if s.Start-joined.End <= int64(gap) && joined.Start-s.End <= int64(gap) {
			joined.Start, joined.End = min(joined.Start, s.Start), max(joined.End, s.End)
		} else {
			apart = append(apart, s)
		}
	}
	at, _ := slices.BinarySearchFunc(apart, joined, func(a, b state.Span) int { return int(min(max(a.Start-b.Start, -1), 1)) })
	*spans = slices.Insert(apart, at, joined)
	if all := *spans; len(all) > mostSpans {
		if at >= mostSpans/2 {
			*spans = all[1:]
		} else {
			*spans = all[:mostSpans]
		}
	}
	h := hit{first: joined.Start, last: joined.End, cause: joined.Start + int64(n)}
	return h, joined.End-joined.Start >= int64(n)
}

// contribute notes which event, and which window of the analysis, the beat or
// stretch is from.
func contribute(w *state.Window, ev *holterv1.Event, at int64) {
	if n := len(w.Events); n > 0 && w.Events[n-1].ID == ev.Id && w.Events[n-1].Window == ev.Window {
		w.Events[n-1].At, w.Events[n-1].Confidence = max(w.Events[n-1].At, at), ev.Confidence
		return
	}
	w.Events = append(w.Events, state.Contributor{ID: ev.Id, Window: ev.Window, At: at, Confidence: ev.Confidence})
	if over := len(w.Events) - alert.MaxEvents; over > 0 {
		w.Events = slices.Delete(w.Events, 0, over)
	}
}

// windows counts the windows that beats or stretches since a time are from.
func windows(w state.Window, since int64) int {
	seen := make(map[string]struct{})
	for _, c := range w.Events {
		if c.At >= since {
			seen[c.Window] = struct{}{}
		}
	}
	return len(seen)
}

// forget removes what lies up to a time.
func forget(w *state.Window, until int64) {
	past, _ := slices.BinarySearch(w.Times, until+1)
	w.Times, w.RR = w.Times[past:], w.RR[min(past, len(w.RR)):]
	w.Spans = slices.DeleteFunc(w.Spans, func(s state.Span) bool { return s.End <= until })
	w.Events = slices.DeleteFunc(w.Events, func(c state.Contributor) bool { return c.At <= until })
}
