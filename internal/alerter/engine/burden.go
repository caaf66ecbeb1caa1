package engine

import (
	"math"
	"slices"
	"time"

	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// enough is how much of a rate's time must have been analysed.
const enough = 0.8

// bucket is what a window adds, in milliseconds.
func bucket(w *holterv1.Window) state.Bucket {
	start, end := w.StartTimeNs/int64(time.Millisecond), w.EndTimeNs/int64(time.Millisecond)
	return state.Bucket{Start: start, End: end, Analysed: end - start, Beats: int64(len(w.BeatOffsetsMs))}
}

// burden is what a window adds to a burden; asked tells whether the model was
// asked for all of its kinds.
func burden(r *rule.Rule, w *holterv1.Window) (b state.Bucket, asked bool) {
	b = bucket(w)
	for _, kind := range r.Burden.Kinds {
		at := slices.IndexFunc(w.Found, func(f *holterv1.Found) bool { return f.Kind == kind })
		if at < 0 {
			return b, false
		}
		f := w.Found[at]
		if f.Confidence < r.MinConfidence {
			continue
		}
		of := int64(f.Beats)
		if !r.Burden.OfBeats() {
			of = int64(math.Round(min(1000*f.Seconds, float64(b.Analysed))))
		}
		b.Of += of
		b.Sure += int64(math.Round(1000 * f.Confidence * float64(of)))
	}
	return b, true
}

// tally adds what a window brings and sums up what was analysed in the time that
// ends with it.
func tally(kept *state.Window, b state.Bucket, within time.Duration) sum {
	width := max(within.Milliseconds()/fineness, 1)
	at, _ := slices.BinarySearchFunc(kept.Buckets, b, func(a, b state.Bucket) int { return int(min(max(a.Start-b.Start, -1), 1)) })
	if at > 0 && kept.Buckets[at-1].Start/width == b.Start/width {
		last := &kept.Buckets[at-1]
		last.End = max(last.End, b.End)
		last.Analysed += b.Analysed
		last.Beats += b.Beats
		last.Of += b.Of
		last.Sure += b.Sure
	} else {
		kept.Buckets = slices.Insert(kept.Buckets, at, b)
	}
	from := b.End - within.Milliseconds()
	// What lies outside of it on either side is of another recording, or past.
	kept.Buckets = slices.DeleteFunc(kept.Buckets, func(x state.Bucket) bool {
		return x.End <= from || x.Start > b.End+within.Milliseconds()
	})
	if over := len(kept.Buckets) - mostBuckets; over > 0 {
		kept.Buckets = kept.Buckets[over:]
	}
	total := sum{Bucket: state.Bucket{End: b.End, Start: b.Start}}
	for _, x := range kept.Buckets {
		if x.Start > b.End {
			continue
		}
		total.Start = min(total.Start, x.Start)
		total.Analysed += x.Analysed
		total.Beats += x.Beats
		total.Of += x.Of
		total.Sure += x.Sure
	}
	return total
}

// sum is what was analysed in a time.
type sum struct{ state.Bucket }

func (s sum) hit() hit {
	ms := int64(time.Millisecond)
	h := hit{first: s.Start * ms, last: s.End * ms, cause: s.End * ms, analysed: time.Duration(s.Analysed * ms)}
	if s.Of > 0 {
		h.sure = float64(s.Sure) / float64(s.Of) / 1000
	}
	return h
}

func (s sum) rate(want *rule.Rate) (hit, bool) {
	h := s.hit()
	if h.analysed <= 0 || float64(h.analysed) < enough*float64(want.For) {
		return h, false
	}
	h.rate = float64(s.Beats) / h.analysed.Minutes()
	return h, want.Below > 0 && h.rate < want.Below || want.Above > 0 && h.rate > want.Above
}

func (s sum) burden(want *rule.Burden) (hit, bool) {
	h := s.hit()
	whole := s.Analysed
	if want.OfBeats() {
		whole, h.of = s.Beats, s.Beats
	}
	if whole <= 0 || h.analysed < want.Analysable {
		return h, false
	}
	h.share = min(100*float64(s.Of)/float64(whole), 100)
	return h, h.share > want.Above
}
