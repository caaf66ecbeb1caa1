package localize

import (
	"math"
	"slices"
	"sort"
	"time"
)

// silence is the longest time between two beats that counts as an RR interval.
const silence = int64(5 * time.Second)

// addBeats serves Beat conditions: every beat counts in one window only.
func (j *joiner) addBeats() {
	qrs, seconds := j.seen.beats(), j.seen.seconds()
	length := j.seen.End.Sub(j.seen.Start).Seconds()
	last := nearby(qrs, j.kind.Last)
	j.completeEnd(qrs, last)
	for _, s := range j.seen.Spans.Merge() {
		index := insideBeats(j.condition, s, length, seconds, j.seen.Heat)
		beats := make([]int64, 0, len(index))
		for _, i := range index {
			beats = append(beats, qrs[i])
		}
		if len(index) == 0 {
			beats = append(beats, j.seen.at((s.Start+s.End)/2))
		}
		beats = slices.DeleteFunc(beats, func(t int64) bool { return !j.owns(t, last) })
		part := j.contribution(s, beats, qrs)
		if len(beats) == 0 {
			j.passed = j.passed || j.continues(part.whole)
			continue
		}
		j.put(part)
		last = j.kind.Last
	}
	j.settle(j.kind.Event, j.mayGrow(qrs))
	j.remember(qrs)
}

// owns tells whether a beat of the condition is this window's to count: it lies
// in the core, or as near before it as two windows may differ, and comes after
// the newest one that was counted.
func (j *joiner) owns(t, last int64) bool {
	if j.kind.Last != 0 && (t <= last || t-j.kind.Last <= same && last == j.kind.Last) {
		return false
	}
	return t >= j.seen.CoreFrom.UnixNano()-same && (t < j.seen.CoreTo.UnixNano() || j.seen.EndsSegment)
}

// contribution is the part of a span that its owned beats stand for: from the
// beat before the first to the beat after the last.
func (j *joiner) contribution(s Span, beats, qrs []int64) contribution {
	whole := span{j.seen.at(s.Start), j.seen.at(s.End)}
	part := contribution{start: whole.start, end: whole.end, whole: whole, beats: beats, weight: float64(len(beats)), confidence: s.Confidence}
	if len(beats) == 0 {
		return part
	}
	const reach = int64(snap * 1e9)
	first, last := beats[0], beats[len(beats)-1]
	if before, ok := previous(qrs, first); !ok && j.kind.QRS != 0 && s.Start < snap {
		part.start = max(j.kind.QRS, first-silence) // it lies before this window
	} else if ok && before >= whole.start-reach {
		part.start = before
	}
	if after, ok := next(qrs, last); !ok {
		part.cut = whole.end > j.seen.End.UnixNano()-reach // it lies after this window
	} else if after <= whole.end+reach {
		part.end = after
	}
	return part
}

// completeEnd moves the end of an event that the last window could not see to
// the beat after its newest one. A silence is not followed for long.
func (j *joiner) completeEnd(qrs []int64, last int64) {
	e := j.kind.Event
	if e == nil || !e.Cut {
		return
	}
	after, ok := next(qrs, last)
	if !ok {
		after = j.seen.End.UnixNano()
	}
	e.Cut = !ok && after < j.kind.Last+silence
	if after = min(after, j.kind.Last+silence); after > e.End {
		e.End, j.grown = after, true
	}
}

// mayGrow tells whether a beat that the next window will own can touch the
// newest event: whether the beat before such a one may lie in it.
func (j *joiner) mayGrow(qrs []int64) bool {
	e := j.kind.Event
	if e == nil || j.seen.EndsSegment || !e.Open && !j.grown {
		return false
	}
	before, ok := previous(qrs, j.seen.CoreTo.UnixNano()-same-near/2)
	if !ok {
		before = j.kind.QRS
	}
	return e.Cut || e.End+near >= before
}

// remember keeps what the next window needs.
func (j *joiner) remember(qrs []int64) {
	if before, ok := previous(qrs, j.seen.CoreTo.UnixNano()); ok {
		j.kind.Since = j.others(qrs, before+1)
		j.kind.QRS = before
	}
}

// previous is the last beat before a time, next the first after it.
func previous(qrs []int64, t int64) (int64, bool) {
	i := sort.Search(len(qrs), func(i int) bool { return qrs[i] >= t })
	if i == 0 {
		return 0, false
	}
	return qrs[i-1], true
}

func next(qrs []int64, t int64) (int64, bool) {
	i := sort.Search(len(qrs), func(i int) bool { return qrs[i] > t })
	if i == len(qrs) {
		return math.MaxInt64, false
	}
	return qrs[i], true
}

func abs(x int64) int64 { return max(x, -x) }
