package analyzer

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

func TestWhatAWindowTells(t *testing.T) {
	from := began
	at := func(s float64) time.Time { return from.Add(time.Duration(s * float64(time.Second))) }
	w := influx.Window{Patient: "p", Device: "d", Recording: "r", Segment: 1, Index: 2, From: at(2), To: at(8), Quality: 0.8}
	m := tellable(w, []time.Time{at(1.999), at(2), at(3.5), at(7.999), at(8)})
	require.Equal(t, []uint32{0, 1500, 5999}, m.BeatOffsetsMs, "of its own part")
	require.Equal(t, "r/1/2", m.Id)

	seen := localize.Seen{Start: from, CoreFrom: at(2), CoreTo: at(8), Spans: localize.Spans{{Start: 0, End: 3, Confidence: 0.6}, {Start: 7, End: 10, Confidence: 0.8}}}
	af, _ := localize.ByCode("AFIB")
	f := foundOf(af, seen, nil)
	require.InDelta(t, 2, f.Seconds, 1e-9)
	require.InDelta(t, 0.7, f.Confidence, 1e-9)
	require.Zero(t, foundOf(af, localize.Seen{Start: from, CoreFrom: at(2), CoreTo: at(8)}, nil).Confidence)

	v, _ := localize.ByCode("V")
	f = foundOf(v, seen, []localize.Event{
		{NewBeats: []time.Time{at(3)}, Confidence: 0.9}, {NewBeats: []time.Time{at(5), at(6)}, Confidence: 0.6}, {Confidence: 0.1},
	})
	require.EqualValues(t, 3, f.Beats)
	require.InDelta(t, 0.7, f.Confidence, 1e-9)
	require.Zero(t, f.Seconds)
}
