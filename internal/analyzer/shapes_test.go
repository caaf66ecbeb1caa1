package analyzer

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/localize"
)

// TestBeatsAreDecidedWithOthersOfTheirShape has a model that misses two PVCs in
// three from 12 s on: they look like the first ones.
func TestBeatsAreDecidedWithOthersOfTheirShape(t *testing.T) {
	recorded := makeTape(0, 90)
	missed := func(b localize.BeatAt) bool { return b.Symbol == "V" && b.Time > 12 && int(1000*b.Time)%3 > 0 }
	alone := 0
	for _, b := range recorded.beats {
		if b.Symbol == "V" && !missed(b) {
			alone++
		}
	}
	run := func(kills ...int) *world {
		w := newWorld()
		for _, c := range recorded.chunks() {
			w.append("ecg.samples", recorded.record(c))
		}
		o := &oracle{tapes: []*tape{recorded}, missed: missed}
		for _, kill := range append(kills, 0) {
			survived, _ := w.live(t, options{model: o, killAt: kill, how: halfway})
			require.Equal(t, kill == 0, survived)
		}
		return w
	}
	w := run()
	require.Less(t, alone, recorded.count("V")*3/4)
	require.InDelta(t, recorded.count("V"), w.beatsOf(recorded.patient, "V"), 1)
	require.Equal(t, w.events, run(5, 9, 12).events, "what is known of the shapes outlives the analyzer")
}
