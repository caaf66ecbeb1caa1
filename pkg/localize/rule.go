package localize

import "slices"

// BeatAt is an annotated beat.
type BeatAt struct {
	Time   float64 // seconds, on the scale of BeatSpans' from and to
	Symbol string  // MIT symbol: N, V, …
}

// BeatSpans applies the interval rule of the anyECG-Localization data: every
// beat of the condition inside [from, to) gives a span from the beat before it
// to the beat after it, clipped to [from, to]; touching spans are merged;
// tenths of a second, counted from from. A beat without a neighbour reaches to
// the window's border. The beats may come in any order and from the whole
// recording; only the condition's symbols matter, so it is for Beat conditions.
func BeatSpans(beats []BeatAt, c Condition, from, to float64) Spans {
	sorted := slices.SortedStableFunc(slices.Values(beats), byTime)
	var spans Spans
	for i, beat := range sorted {
		if beat.Time < from || beat.Time >= to || !c.HasSymbol(beat.Symbol) {
			continue
		}
		span := Span{Start: from, End: to}
		if i > 0 {
			span.Start = max(from, sorted[i-1].Time)
		}
		if i+1 < len(sorted) {
			span.End = min(to, sorted[i+1].Time)
		}
		spans = append(spans, Span{Start: span.Start - from, End: span.End - from})
	}
	return spans.Merge().round()
}

func byTime(a, b BeatAt) int {
	switch {
	case a.Time < b.Time:
		return -1
	case a.Time > b.Time:
		return 1
	}
	return 0
}
