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
)

// hit is a condition that is met, in nanoseconds since the Unix epoch.
type hit struct {
	first, last int64
	// cause is when the condition came to be met. It does not depend on how
	// the beats were spread over messages.
	cause int64
	beats int // 0 where beats are not what is counted

	rate     float64 // of a run or of the heart, per minute
	share    float64 // of a burden, in percent
	of       int64   // beats of which that is the share
	analysed time.Duration
	patterns int
	sure     float64 // of a burden: mean confidence
}

// beat is a beat, or the begin of an episode, in nanoseconds since the Unix epoch.
type beat struct {
	at int64
	rr int64 // since the beat before, of whatever kind; 0: not known
	// others is one more than the number of beats since the one of its kind before;
	// 0: not known.
	others int64
}

// observe adds a beat (or, for a duration, the stretch from start to the point)
// to what the rule remembers, and tells whether that meets the condition.
func observe(r *rule.Rule, w *state.Window, start int64, b beat) (hit, bool) {
	if len(r.Kinds()) > 1 {
		b.others = 0 // it is of one kind
	}
	switch {
	case r.Count != nil:
		at, isNew := insert(w, beat{at: b.at}, r.Count.AtLeast+spareTimes)
		if !isNew {
			return hit{}, false
		}
		return counted(w.Times, at, r.Count.AtLeast, r.Count.Within)
	case r.Run != nil:
		at, isNew := insert(w, b, max(r.Run.AtLeast, int(r.Run.Lasting/shortestRR))+spareTimes)
		if !isNew {
			return hit{}, false
		}
		return ran(w, at, r.Run)
	case r.Pattern != nil:
		at, isNew := insert(w, b, rule.PatternBeats)
		if !isNew {
			return hit{}, false
		}
		return recurred(w, at, false, r.Pattern)
	default:
		return lasted(&w.Spans, start, b.at, r.Duration.AtLeast, r.Duration.MaxGap)
	}
}

// insert adds a beat to the ordered ones and returns its place. When there are
// more than most, the end that is further from it is cut: messages of one patient
// may jump to another recording, and it is around this beat that they go on.
func insert(w *state.Window, b beat, most int) (at int, isNew bool) {
	at, found := slices.BinarySearch(w.Times, b.at)
	if found {
		return at, false
	}
	beside := func(values *state.Times, value int64) {
		if len(*values) == 0 && value != 0 {
			*values = make(state.Times, len(w.Times)) // of the others it is not known
		}
		if value != 0 || len(*values) > 0 {
			*values = slices.Insert(*values, at, value)
		}
	}
	beside(&w.RR, b.rr)
	beside(&w.Others, b.others)
	w.Times = slices.Insert(w.Times, at, b.at)
	if len(w.Times) <= most {
		return at, true
	}
	cut := len(w.Times) - 1
	if b.at-w.Times[0] >= w.Times[cut]-b.at {
		cut = 0
		at--
	}
	for _, values := range []*state.Times{&w.Times, &w.RR, &w.Others} {
		if len(*values) > 0 {
			*values = slices.Delete(*values, cut, cut+1)
		}
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
	w.Times, w.RR, w.Others = w.Times[past:], w.RR[min(past, len(w.RR)):], w.Others[min(past, len(w.Others)):]
	w.Buckets = slices.DeleteFunc(w.Buckets, func(b state.Bucket) bool { return b.End <= until/int64(time.Millisecond) })
	w.Spans = slices.DeleteFunc(w.Spans, func(s state.Span) bool { return s.End <= until })
	w.Events = slices.DeleteFunc(w.Events, func(c state.Contributor) bool { return c.At <= until })
}
