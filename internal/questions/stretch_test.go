package questions

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

// ramp is samples whose value is their time, in seconds after began, at 100 Hz.
func ramp(from, to float64) *stretch {
	n := int(math.Round((to - from) * 100))
	rec := &ecg.Recording{Rate: 100, Start: began.Add(time.Duration(from * 1e9)), Leads: []ecg.Lead{{Name: "II", Samples: make([]float32, n)}}}
	for i := range n {
		rec.Leads[0].Samples[i] = float32(from) + float32(i)/100
	}
	return &stretch{"d", "r", rec, rec.Start.Add(rec.Duration())}
}

func TestJoin(t *testing.T) {
	const gap = 500 * time.Millisecond
	late := ramp(3, 4)
	late.Start, late.end = late.Start.Add(20*time.Millisecond), late.end.Add(20*time.Millisecond) // a jittering stamp
	pieces := []*stretch{ramp(5, 6), ramp(0, 2), ramp(1, 3), ramp(0.5, 1), late, ramp(4.3, 5), ramp(7, 8)}
	joined := join(pieces, gap)
	require.Len(t, joined, 2, "a second is missing")
	samples := joined[0].Leads[0].Samples
	require.InDelta(t, 600, len(samples), 2)
	missing := slices.IndexFunc(samples, func(x float32) bool { return math.IsNaN(float64(x)) })
	require.Equal(t, 400, missing, "a short gap is missing samples")
	for i, x := range samples {
		if !math.IsNaN(float64(x)) {
			require.InDelta(t, float64(i)/100, x, .03)
		}
	}
	require.Len(t, join([]*stretch{ramp(0, 1), {"e", "r", ramp(1, 2).Recording, ramp(1, 2).end}}, gap), 2, "another device")
}

func TestSplit(t *testing.T) {
	s := ramp(0, 10)
	lead := s.Leads[0].Samples
	erase := func(from, to int) {
		for i := from; i < to; i++ {
			lead[i] = float32(math.NaN())
		}
	}
	erase(0, 20)
	erase(300, 340)
	erase(500, 600)
	erase(990, 1000)
	parts := s.split(500 * time.Millisecond)
	require.Len(t, parts, 2)
	require.Equal(t, began.Add(200*time.Millisecond), parts[0].Start)
	require.Equal(t, began.Add(5*time.Second), parts[0].end)
	require.Equal(t, 480, parts[0].Len())
	require.Equal(t, began.Add(6*time.Second), parts[1].Start)
	require.Equal(t, 390, parts[1].Len())
	erase(0, 1000)
	require.Empty(t, s.split(time.Second))
}

// A device whose sampling clock is fast has its time stamps' time.
func TestTimeFollowsTheStamps(t *testing.T) {
	s := ramp(0, 100)
	s.end = s.end.Add(-time.Second)
	require.Equal(t, began.Add(49500*time.Millisecond), s.timeAt(50))
	require.InDelta(t, 50, s.at(began.Add(49500*time.Millisecond)), 1e-6)
}
