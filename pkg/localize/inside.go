package localize

import (
	"math"
	"sort"
)

const (
	// snap is how far (seconds) the border of a span may lie from the beat that
	// it means: answers come in tenths, and models are not exact.
	snap = 0.2
	// edge is how near (seconds) to the clip's end a border is no beat but the
	// clip's end, and a beat there as likely a border as inside.
	edge = 0.12
	// HeatStep is the time in seconds that one value of a heat covers.
	HeatStep = 0.05
	// heatReach is how far (seconds) from a beat its heat may lie.
	heatReach = 0.075
	// hot is the heat from which on a beat is one of the condition.
	hot = 0.5
	// uneven is the ratio of RR intervals that tells early from late.
	uneven = 1.35
)

// InsideBeats picks from the QRS times (seconds from the clip's start, in
// order) the beats of a Beat condition that a span stands for. By the interval
// rule a span begins at the beat before them and ends at the beat after, so
// the two on its borders are left out; so are, in a span that holds several,
// the normal beats between abnormal ones. With heat (the probability of the
// condition for each HeatStep from the clip's start) those are told by it: at
// least 0.5 within 75 ms, and never fewer than the best one. Without, they are
// told by their timing: in a bigeminy the normal beats are late, and among
// bundle branch block beats the others are early. length is the clip's length
// in seconds. A span in which no beat was detected stands for one in its middle.
func InsideBeats(c Condition, span Span, length float64, qrs []float64, heat []float32) []float64 {
	index := insideBeats(c, span, length, qrs, heat)
	if len(index) == 0 {
		return []float64{(span.Start + span.End) / 2}
	}
	beats := make([]float64, len(index))
	for i, at := range index {
		beats[i] = qrs[at]
	}
	return beats
}

// insideBeats gives the indices of InsideBeats; none if no beat was detected.
func insideBeats(c Condition, span Span, length float64, qrs []float64, heat []float32) []int {
	if sure := confirmed(span, qrs, heat); len(sure) > 0 {
		return sure
	}
	inner := inner(span, length, qrs)
	switch {
	case len(inner) == 0:
		return nearest(qrs, span)
	case len(heat) > 0:
		return hottest(inner, qrs, heat)
	}
	switch c.Code {
	case "V", "A", "S":
		inner = without(inner, func(i int) bool { return late(qrs, i) })
	case "L", "R":
		inner = without(inner, func(i int) bool { return early(qrs, i) })
	}
	return unambiguous(inner, length, qrs)
}

// inner are the beats between the two on the span's borders. Where the span
// reaches the clip's end there is no beat on its border.
func inner(span Span, length float64, qrs []float64) []int {
	low, high := 0, len(qrs)
	if span.Start >= edge/2 {
		low = sort.SearchFloat64s(qrs, span.Start)
		if border, ok := closest(qrs, span.Start); ok {
			low = border + 1
		}
	}
	if span.End <= length-edge/2 {
		high = sort.SearchFloat64s(qrs, span.End)
		if border, ok := closest(qrs, span.End); ok {
			high = border
		}
	}
	var index []int
	for i := low; i < high; i++ {
		index = append(index, i)
	}
	return index
}

// closest is the beat nearest to a time, if one is within snap of it.
func closest(qrs []float64, at float64) (int, bool) {
	best := -1
	for i, t := range qrs {
		if best < 0 || math.Abs(t-at) < math.Abs(qrs[best]-at) {
			best = i
		}
	}
	return best, best >= 0 && math.Abs(qrs[best]-at) <= snap
}

// nearest is the beat nearest to the span's middle, if one lies in the span.
func nearest(qrs []float64, span Span) []int {
	best, middle := -1, (span.Start+span.End)/2
	for i, t := range qrs {
		if t >= span.Start && t <= span.End && (best < 0 || math.Abs(t-middle) < math.Abs(qrs[best]-middle)) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	return []int{best}
}

// confirmed are the beats in the span, or as near to it as answers are rounded,
// that the heat confirms.
func confirmed(span Span, qrs []float64, heat []float32) []int {
	var index []int
	for i, t := range qrs {
		if t >= span.Start-edge && t <= span.End+edge && heatAt(heat, t) >= hot {
			index = append(index, i)
		}
	}
	return index
}

// hottest is the beat with the most heat.
func hottest(index []int, qrs []float64, heat []float32) []int {
	best := index[0]
	for _, i := range index {
		if heatAt(heat, qrs[i]) > heatAt(heat, qrs[best]) {
			best = i
		}
	}
	return []int{best}
}

// heatAt is the largest heat within heatReach of a time.
func heatAt(heat []float32, at float64) float32 {
	from := max(0, int(math.Floor((at-heatReach)/HeatStep)))
	to := min(len(heat)-1, int(math.Floor((at+heatReach)/HeatStep)))
	most := float32(0)
	for i := from; i <= to; i++ {
		most = max(most, heat[i])
	}
	return most
}

// unambiguous leaves out a first or last beat so near to the clip's end that it
// may be the border: unless there is no other, or a normal one lies between it
// and the others, so that it cannot be normal too.
func unambiguous(index []int, length float64, qrs []float64) []int {
	if len(index) > 1 && qrs[index[0]] < edge && index[1] == index[0]+1 {
		index = index[1:]
	}
	if n := len(index); n > 1 && qrs[index[n-1]] > length-edge && index[n-2] == index[n-1]-1 {
		index = index[:n-1]
	}
	return index
}

// without drops single beats, never the first or last, never two in a row: by
// the interval rule a normal beat inside a span lies between two abnormal ones.
func without(index []int, drop func(int) bool) []int {
	var kept []int
	for at, i := range index {
		lone := len(kept) > 0 && kept[len(kept)-1] == i-1 && at < len(index)-1
		if lone && drop(i) {
			continue
		}
		kept = append(kept, i)
	}
	return kept
}

// late tells whether a beat comes after a pause and before an early beat: the
// interval before it is long against those beside that.
func late(qrs []float64, i int) bool {
	before, after := qrs[i]-qrs[i-1], qrs[i+1]-qrs[i]
	if i >= 2 {
		return before > uneven*(after+qrs[i-1]-qrs[i-2])/2
	}
	return before > 1.1*uneven*after
}

// early tells whether a beat comes early and is followed by a pause.
func early(qrs []float64, i int) bool {
	before, after := qrs[i]-qrs[i-1], qrs[i+1]-qrs[i]
	if i >= 2 {
		return (after+qrs[i-1]-qrs[i-2])/2 > uneven*before
	}
	return after > uneven*before
}
