package localize

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMerge(t *testing.T) {
	got := Spans{{5, 6, 0.5}, {1, 2, 1}, {2, 4, 0.4}, {7, 7, 1}, {9, 8, 1}, {math.NaN(), 3, 1}, {0, math.Inf(1), 1}, {5.5, 5.75, 1}}.Merge()
	require.Len(t, got, 2)
	require.Equal(t, 1.0, got[0].Start)
	require.Equal(t, 4.0, got[0].End)
	require.InDelta(t, 0.6, got[0].Confidence, 1e-9, "the mean by length")
	require.InDelta(t, 0.6, got[1].Confidence, 1e-9)
	require.Empty(t, Spans(nil).Merge())
}

func TestSpanAlgebra(t *testing.T) {
	s := Spans{{1, 3, 0.9}, {6, 8, 0.8}}
	require.Equal(t, Spans{{2, 3, 0.9}, {6, 7, 0.8}}, s.Clip(2, 7))
	require.Empty(t, s.Clip(3, 6))
	require.Equal(t, Spans{{-1, 1, 0.9}, {4, 6, 0.8}}, s.Shift(-2))
	require.Equal(t, Spans{{1, 3, 0.9}, {6, 8, 0.8}}, s, "unchanged")
	require.Equal(t, 4.0, s.Total())
	require.Equal(t, 5.0, s.Union(Spans{{2, 4, 0}}).Total())
}

// The algebra is that of sets: checked point by point.
func TestSpanAlgebraPointwise(t *testing.T) {
	holds := func(s Spans, at float64) bool {
		for _, span := range s {
			if span.valid() && at > span.Start && at < span.End {
				return true
			}
		}
		return false
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawSpans(t, "a"), drawSpans(t, "b")
		at := rapid.Float64Range(-3, 70).Draw(t, "at")
		d := rapid.Float64Range(-5, 5).Draw(t, "shift")
		for _, s := range append(Spans{{Start: 3, End: 20}}, append(a, b...)...) {
			for _, border := range []float64{s.Start, s.End} {
				if math.Abs(border-at) < 1e-6 {
					return
				}
			}
		}
		require.Equal(t, holds(a, at), holds(a.Merge(), at))
		require.Equal(t, holds(a, at) || holds(b, at), holds(a.Union(b), at))
		require.Equal(t, holds(a, at) && holds(b, at), holds(a.Intersect(b), at))
		require.Equal(t, holds(a, at) && at > 3 && at < 20, holds(a.Clip(3, 20), at))
		require.InDelta(t, a.Total(), a.Shift(d).Total(), 1e-9)
		require.InDelta(t, a.Total()+b.Total(), a.Union(b).Total()+a.Intersect(b).Total(), 1e-6)
		for i, s := range a.Merge() {
			require.True(t, s.valid())
			require.True(t, i == 0 || s.Start > a.Merge()[i-1].End)
		}
	})
}

func TestBeatSpans(t *testing.T) {
	beats := []BeatAt{
		{0.4, "N"}, {1.25, "N"}, {1.94, "V"}, {3.1, "N"}, {4, "N"}, {4.6, "V"}, {5.12, "V"}, {6.3, "N"}, {7.2, "A"}, {8.1, "N"},
		{9, "N"}, {9.7, "V"}, {10.8, "N"}, {11.5, "V"}, {12.7, "N"},
	}
	apb, _ := ByCode("A")
	for _, c := range []struct {
		condition Condition
		from, to  float64
		want      string
	}{
		{pvc, 0, 10, "Duration: 1.2s-3.1s, 4.0s-6.3s, 9.0s-10.0s"},
		{pvc, 0, 14, "Duration: 1.2s-3.1s, 4.0s-6.3s, 9.0s-12.7s"}, // the last two touch
		{pvc, 1.9, 4.61, "Duration: 0.0s-1.2s, 2.1s-2.7s"},
		{pvc, 2, 4.6, "No Premature ventricular contraction Found"}, // neighbours only
		{apb, 0, 10, "Duration: 6.3s-8.1s"},
		{apb, 7.2, 7.9, "Duration: 0.0s-0.7s"},
	} {
		require.Equal(t, c.want, Format(c.condition, BeatSpans(beats, c.condition, c.from, c.to)))
	}
	require.Equal(t, Spans{{0, 10, 0}}, BeatSpans([]BeatAt{{5, "V"}}, pvc, 0, 10), "no neighbours")
	shuffled := append(append([]BeatAt{}, beats[7:]...), beats[:7]...)
	require.Equal(t, BeatSpans(beats, pvc, 0, 14), BeatSpans(shuffled, pvc, 0, 14))
}
