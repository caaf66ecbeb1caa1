package localize

import (
	"cmp"
	"math"
	"slices"
)

// Span is a stretch of time within a clip.
type Span struct {
	// Start and End are seconds from the clip's first sample.
	Start, End float64
	// Confidence is 0 to 1; 0 when nothing is known of it.
	Confidence float64
}

// Len is the span's length in seconds.
func (s Span) Len() float64 { return s.End - s.Start }

// Spans are stretches of time. Methods never modify the spans they are called
// on; their results are ordered, disjoint and free of empty spans.
type Spans []Span

// touching spans may be this far apart (seconds): rounding errors of sums.
const touching = 1e-9

// Merge orders the spans, joins those that overlap or touch (the confidence is
// the mean by length) and drops those that are empty or not finite.
func (s Spans) Merge() Spans {
	sorted := make(Spans, 0, len(s))
	for _, span := range s {
		if span.valid() {
			sorted = append(sorted, span)
		}
	}
	slices.SortStableFunc(sorted, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	merged := sorted[:0]
	var weight, sum float64 // of the last merged span: Σ length, Σ confidence · length
	for _, span := range sorted {
		last := len(merged) - 1
		if last < 0 || span.Start > merged[last].End+touching {
			merged = append(merged, span)
			weight, sum = span.Len(), span.Len()*span.Confidence
			continue
		}
		weight += span.Len()
		sum += span.Len() * span.Confidence
		merged[last].End = max(merged[last].End, span.End)
		merged[last].Confidence = sum / weight
	}
	return merged
}

func (s Span) valid() bool {
	return s.End > s.Start && !math.IsInf(s.Start, 0) && !math.IsInf(s.End, 0)
}

// Clip keeps what lies between from and to.
func (s Spans) Clip(from, to float64) Spans {
	return s.Intersect(Spans{{Start: from, End: to}})
}

// Shift moves all spans by d seconds.
func (s Spans) Shift(d float64) Spans {
	out := s.Merge()
	for i := range out {
		out[i].Start += d
		out[i].End += d
	}
	return out
}

// Union is the time that lies in s or in other.
func (s Spans) Union(other Spans) Spans {
	return slices.Concat(s, other).Merge()
}

// Intersect is the time that lies in both; the confidence is that of s.
func (s Spans) Intersect(other Spans) Spans {
	a, b := s.Merge(), other.Merge()
	var out Spans
	for len(a) > 0 && len(b) > 0 {
		both := Span{max(a[0].Start, b[0].Start), min(a[0].End, b[0].End), a[0].Confidence}
		if both.valid() {
			out = append(out, both)
		}
		if a[0].End < b[0].End {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}

// Total is the length in seconds of the time that the spans cover.
func (s Spans) Total() float64 {
	total := 0.0
	for _, span := range s.Merge() {
		total += span.Len()
	}
	return total
}
