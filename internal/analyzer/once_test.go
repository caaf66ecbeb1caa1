package analyzer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// undisturbed is the world after one life without a kill.
func undisturbed(t *testing.T, tapes []*tape, sizes func() int) (*world, int) {
	t.Helper()
	w := newWorld()
	_, records := someRecords()
	w.feed(records...)
	survived, ops := w.live(t, options{model: &oracle{tapes: tapes}, sizes: sizes})
	require.True(t, survived)
	return w, ops
}

// requireSame compares what two worlds hold in the end.
func requireSame(t *testing.T, want, got *world, msg string) {
	t.Helper()
	require.Equal(t, want.events, got.events, msg)
	require.Equal(t, want.windows, got.windows, msg)
	last, beats := got.sent(t)
	require.Equal(t, got.events, last, "ecg.events and InfluxDB differ: "+msg)
	for id, e := range got.events {
		require.Equal(t, e.Beats, beats[id], "the new beats of %s do not sum up: %s", id, msg)
	}
	requireTold(t, got, msg)
	require.Equal(t, want.committed, got.committed, msg)
	letters := map[string]bool{}
	for _, d := range got.deadLetters(t) {
		letters[string(d.GetPayload())] = true
	}
	require.Len(t, letters, 2, msg)
	tapes, _ := someRecords()
	require.Equal(t, want.progress(t, tapes[1]).GetRefused(), got.progress(t, tapes[1]).GetRefused(), "counted twice: "+msg)
}

// requireTold compares what ecg.windows tells with what is stored.
func requireTold(t *testing.T, w *world, msg string) {
	t.Helper()
	told := map[string]*holterv1.Window{}
	found := map[string]int{}
	for _, m := range w.topics[kafka.TopicWindows] {
		var x holterv1.Window
		require.NoError(t, proto.Unmarshal(m.Value, &x))
		id := x.Device + " " + x.Id
		if again, ok := told[id]; ok {
			require.True(t, proto.Equal(again, &x), "a window that comes again is the same: "+msg)
			continue
		}
		told[id] = &x
		require.Len(t, x.Found, 2, msg)
		for _, f := range x.Found {
			found[x.Patient+f.Kind] += int(f.Beats)
		}
	}
	require.Len(t, told, len(w.windows), msg)
	for id, stored := range w.windows {
		require.Equal(t, stored.From.UnixNano(), told[id].StartTimeNs, msg)
		require.Equal(t, stored.To.UnixNano(), told[id].EndTimeNs, msg)
		require.Len(t, told[id].BeatOffsetsMs, stored.Beats, msg)
		require.Equal(t, stored.Quality, told[id].Quality, msg)
		require.Equal(t, w.beatsOf(stored.Patient, "V"), found[stored.Patient+"V"], msg)
	}
}

func TestEveryBeatBecomesPartOfOneEvent(t *testing.T) {
	tapes, _ := someRecords()
	w, _ := undisturbed(t, tapes, nil)
	for _, tape := range tapes[:2] { // the third has a gap
		require.Equal(t, tape.count("V"), w.beatsOf(tape.patient, "V"), tape.patient)
		require.Zero(t, w.beatsOf(tape.patient, "A"))
	}
	var seconds float64
	for _, x := range w.windows {
		require.Equal(t, 2, x.Questions)
		require.Equal(t, "oracle 1", x.Model)
		require.Equal(t, "II,V5,V6", x.Leads)
		require.Greater(t, x.Quality, .5)
		seconds += x.To.Sub(x.From).Seconds()
	}
	require.InDelta(t, 45+31+38, seconds, .5, "the own parts partition the signal")
	requireSame(t, w, w, "")
	require.EqualValues(t, len(w.topics["ecg.samples"]), w.committed, "nothing is needed again")
}

func TestBatchesDoNotMatter(t *testing.T) {
	tapes, _ := someRecords()
	want, _ := undisturbed(t, tapes, nil)
	for seed := range uint64(5) {
		got, _ := undisturbed(t, tapes, randomSizes(seed))
		requireSame(t, want, got, fmt.Sprint("seed ", seed))
	}
	got, _ := undisturbed(t, tapes, func() int { return 1000 })
	requireSame(t, want, got, "all at once")
}

// TestKilledAnywhere kills the analyzer at every one of its operations: before
// it takes effect, when half of it has, and after.
func TestKilledAnywhere(t *testing.T) {
	tapes, records := someRecords()
	want, ops := undisturbed(t, tapes, nil)
	require.Greater(t, ops, 40)
	for kill := 1; kill <= ops; kill++ {
		for _, how := range []int{before, halfway, after} {
			w := newWorld()
			w.feed(slices.Clone(records)...)
			survived, _ := w.live(t, options{model: &oracle{tapes: tapes}, killAt: kill, how: how})
			require.False(t, survived)
			survived, _ = w.live(t, options{model: &oracle{tapes: tapes}, sizes: randomSizes(uint64(kill))})
			require.True(t, survived)
			requireSame(t, want, w, fmt.Sprintf("killed at operation %d (%d)", kill, how))
		}
	}
}

// TestKilledAgainAndAgain kills every life after a few operations, and lets the
// model answer a little differently each time.
func TestKilledAgainAndAgain(t *testing.T) {
	tapes, records := someRecords()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 3))
		model := &oracle{tapes: tapes, wobble: func() float64 { return .04 * (r.Float64() - .5) }}
		w := newWorld()
		w.feed(slices.Clone(records)...)
		lives := 0
		for survived := false; !survived; lives++ {
			survived, _ = w.live(t, options{model: model, killAt: 1 + r.IntN(8), how: r.IntN(3), sizes: randomSizes(seed)})
			require.Less(t, lives, 1000, "no progress")
		}
		require.Greater(t, lives, 3)
		for _, tape := range tapes[:2] {
			require.Equal(t, tape.count("V"), w.beatsOf(tape.patient, "V"), "seed %d, %s", seed, tape.patient)
		}
		requireDisjoint(t, w)
		requireSame(t, w, w, fmt.Sprint("seed ", seed))
	}
}

// requireDisjoint: an event that was stored twice would overlap itself.
func requireDisjoint(t *testing.T, w *world) {
	t.Helper()
	byPatient := map[string][]localize.Event{}
	for _, e := range w.events {
		byPatient[e.Patient+e.Kind] = append(byPatient[e.Patient+e.Kind], e)
	}
	for _, events := range byPatient {
		slices.SortFunc(events, func(a, b localize.Event) int { return a.Start.Compare(b.Start) })
		for i := 1; i < len(events); i++ {
			require.False(t, events[i].Start.Before(events[i-1].End), "%v and %v overlap", events[i-1], events[i])
		}
	}
}
