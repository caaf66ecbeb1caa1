package engine

import (
	"slices"
	"time"

	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/pkg/rhythm"
)

// shortestRR is that of 300/min: so many beats can a run have.
const shortestRR = 200 * time.Millisecond

// beatAt is one of the beats that are remembered.
func beatAt(w *state.Window, i int) rhythm.Beat {
	b := rhythm.Beat{Time: time.Unix(0, w.Times[i]), Between: rhythm.Unknown}
	if len(w.RR) > 0 && w.RR[i] != 0 {
		b.Previous = time.Unix(0, w.Times[i]-w.RR[i])
	}
	if len(w.Others) > 0 && w.Others[i] != 0 {
		b.Between = int(w.Others[i] - 1)
	}
	return b
}

// ran tells whether the beat at a place is in a run as the rule looks for it.
func ran(w *state.Window, at int, want *rule.Run) (hit, bool) {
	first, last := at, at
	for first > 0 && beatAt(w, first).Follows(beatAt(w, first-1), want.MaxInterval) {
		first--
	}
	for last < len(w.Times)-1 && beatAt(w, last+1).Follows(beatAt(w, last), want.MaxInterval) {
		last++
	}
	h := hit{first: w.Times[first], last: w.Times[last], cause: w.Times[at], beats: last - first + 1}
	lasts := time.Duration(h.last - h.first)
	if lasts > 0 {
		h.rate = float64(h.beats-1) / lasts.Minutes()
	}
	return h, h.beats >= want.AtLeast && lasts >= want.Lasting && (want.FasterThan == 0 || h.rate > want.FasterThan)
}

// recurred notes the pattern around the beat at a place, or the one before it,
// and tells whether there are enough of them. A couplet or triplet counts when
// another beat has come after it, or when it is known that none follows. What lasts
// longer than the beats that are kept is joined to what was found before.
func recurred(w *state.Window, at int, ended bool, want *rule.Pattern) (hit, bool) {
	beats := make([]rhythm.Beat, len(w.Times))
	for i := range beats {
		beats[i] = beatAt(w, i)
	}
	begin := 0
	for _, p := range rhythm.Patterns(beats, want.MaxInterval) {
		last := begin + p.Beats - 1
		here, before := begin <= at && at <= last, last == at-1
		begin = last + 1
		counts := here && (want.Grows() || ended && at == len(beats)-1) || before && !want.Grows()
		if !counts || !want.Takes(p) {
			continue
		}
		found, isNew := note(w, state.Span{Start: p.From.UnixNano(), End: p.To.UnixNano()}, want.AtLeast+mostSpans)
		if !isNew || time.Duration(found.End-found.Start) < want.Lasting {
			continue
		}
		h := hit{first: found.Start, last: found.End, cause: w.Times[at], beats: p.Beats, rate: p.Rate}
		if !want.Alternates() {
			h.cause = found.Start
		}
		for _, s := range w.Spans {
			if s.End-s.Start >= int64(want.Lasting) && s.Start <= found.Start && (want.Within == 0 && s == found || want.Within > 0 && found.End-s.Start <= int64(want.Within)) {
				h.first = min(h.first, s.Start)
				h.patterns++
			}
		}
		return h, h.patterns >= want.AtLeast
	}
	return hit{}, false
}

// note adds a pattern to those that were found, joined to one that it overlaps;
// it tells whether that is news.
func note(w *state.Window, found state.Span, most int) (state.Span, bool) {
	at := slices.IndexFunc(w.Spans, func(s state.Span) bool { return s.Start <= found.End && found.Start <= s.End })
	if at >= 0 {
		s := &w.Spans[at]
		before := *s
		s.Start, s.End = min(s.Start, found.Start), max(s.End, found.End)
		return *s, *s != before
	}
	at, _ = slices.BinarySearchFunc(w.Spans, found, func(a, b state.Span) int { return int(min(max(a.Start-b.Start, -1), 1)) })
	w.Spans = slices.Insert(w.Spans, at, found)
	if len(w.Spans) > most {
		if at >= most/2 {
			w.Spans = w.Spans[1:]
		} else {
			w.Spans = w.Spans[:most]
		}
	}
	return found, true
}
