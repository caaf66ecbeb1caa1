package analyzer

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func (w *world) deadLetters(t *testing.T) []*holterv1.DeadLetter {
	t.Helper()
	var letters []*holterv1.DeadLetter
	for _, m := range w.topics[kafka.TopicDeadLetter] {
		var d holterv1.DeadLetter
		require.NoError(t, proto.Unmarshal(m.Value, &d))
		letters = append(letters, &d)
	}
	return letters
}

func (w *world) progress(t *testing.T, tape *tape) *holterv1.Progress {
	t.Helper()
	var p holterv1.Progress
	for _, m := range w.topics[kafka.TopicProgress] {
		if string(m.Key) == string(kafka.ProgressKey(tape.patient, tape.device, tape.recording)) {
			p.Reset()
			require.NoError(t, proto.Unmarshal(m.Value, &p))
		}
	}
	return &p
}

func TestPoisonIsPutAsideAndStallsNothing(t *testing.T) {
	tapes := []*tape{makeTape(0, 30)}
	other := *tapes[0]
	other.number = 1
	w := newWorld()
	for i, c := range tapes[0].chunks() {
		m := tapes[0].record(c)
		w.append(kafka.TopicSamples, m)
		if i == 5 {
			w.append(kafka.TopicSamples, poison(tapes[0], c, m), poison(&other, c, m))
		}
	}
	survived, _ := w.live(t, options{model: &oracle{tapes: tapes}})
	require.True(t, survived)
	letters := w.deadLetters(t)
	require.Len(t, letters, 2)
	require.Equal(t, holterv1.Reason_REASON_MALFORMED, letters[0].GetReason())
	require.Equal(t, []byte("\xff\xff not protobuf"), letters[0].GetPayload())
	require.Equal(t, holterv1.Reason_REASON_INVALID, letters[1].GetReason())
	require.Equal(t, tapes[0].count("V"), w.beatsOf(tapes[0].patient, "V"))
	p := w.progress(t, tapes[0])
	require.True(t, p.GetEnded())
	require.True(t, p.GetStored())
	require.EqualValues(t, 1, p.GetRefused())
}

func TestEventThatTheStoreRefusesIsPutAside(t *testing.T) {
	tapes := []*tape{makeTape(0, 30)}
	w := newWorld()
	for _, c := range tapes[0].chunks() {
		w.append(kafka.TopicSamples, tapes[0].record(c))
	}
	w.reject = func(e localize.Event) string {
		if e.Start.Before(began.Add(10 * time.Second)) {
			return "points beyond retention policy"
		}
		return ""
	}
	survived, _ := w.live(t, options{model: &oracle{tapes: tapes}})
	require.True(t, survived)
	letters := w.deadLetters(t)
	require.NotEmpty(t, letters)
	require.Contains(t, letters[0].GetDetail(), "beyond retention")
	var put holterv1.Event
	require.NoError(t, proto.Unmarshal(letters[0].GetPayload(), &put))
	require.NotContains(t, w.events, put.GetId())
	require.NotEmpty(t, w.events, "the others are stored")
	require.True(t, w.progress(t, tapes[0]).GetStored())
	refused := map[string]bool{}
	for _, l := range letters {
		require.NoError(t, proto.Unmarshal(l.GetPayload(), &put))
		refused[put.GetId()] = true
	}
	require.EqualValues(t, len(refused), w.progress(t, tapes[0]).GetRefusedEvents(), "events, not their versions")
}

// TestRefusedEventsAreCountedOnce kills the analyzer at every one of its
// operations while the store refuses some of the events.
func TestRefusedEventsAreCountedOnce(t *testing.T) {
	tapes := []*tape{makeTape(0, 30)}
	begin := func() *world {
		w := newWorld()
		for _, c := range tapes[0].chunks() {
			w.append(kafka.TopicSamples, tapes[0].record(c))
		}
		w.reject = func(e localize.Event) string {
			if e.Start.Before(began.Add(20 * time.Second)) {
				return "points beyond retention policy"
			}
			return ""
		}
		return w
	}
	o := options{model: &oracle{tapes: tapes}}
	want := begin()
	_, ops := want.live(t, o)
	require.NotZero(t, want.progress(t, tapes[0]).GetRefusedEvents())
	for o.killAt = 1; o.killAt <= ops; o.killAt++ {
		for _, o.how = range []int{before, halfway, after} {
			w := begin()
			survived, _ := w.live(t, o)
			require.False(t, survived)
			survived, _ = w.live(t, options{model: o.model})
			require.True(t, survived)
			require.Equal(t, want.progress(t, tapes[0]).GetRefusedEvents(), w.progress(t, tapes[0]).GetRefusedEvents(), "killed at operation %d (%d)", o.killAt, o.how)
		}
	}
}

func TestFailingModelStallsAndDropsNothing(t *testing.T) {
	tapes := []*tape{makeTape(0, 25)}
	w := newWorld()
	for _, c := range tapes[0].chunks() {
		w.append(kafka.TopicSamples, tapes[0].record(c))
	}
	var failures atomic.Int32
	survived, _ := w.live(t, options{model: &oracle{tapes: tapes, err: func() error {
		if failures.Add(1) < 3 {
			return errors.New("the model is busy")
		}
		return nil
	}}})
	require.True(t, survived)
	require.Equal(t, tapes[0].count("V"), w.beatsOf(tapes[0].patient, "V"))
}

// TestSilenceIsTheDevices: a recording is closed after its device was silent,
// not because the analyzer was slow or stopped.
func TestSilenceIsTheDevices(t *testing.T) {
	tapes := []*tape{makeTape(0, 60)}
	chunks := tapes[0].chunks()
	w := newWorld()
	for _, c := range chunks[:len(chunks)-1] {
		w.append(kafka.TopicSamples, tapes[0].record(c))
	}
	l := &life{world: w, kill: func() {}}
	a := w.analyzer(t, l, options{model: &oracle{tapes: tapes}})
	require.NoError(t, a.recover(t.Context()))
	w.now = w.now.Add(10 * time.Hour) // a backlog
	for _, m := range w.topics[kafka.TopicSamples] {
		w.now = w.now.Add(time.Minute) // every step takes a minute
		require.NoError(t, a.work(t.Context(), []kafka.Message{m}))
	}
	for _, x := range w.windows {
		require.Zero(t, x.Segment, "the signal is contiguous")
	}
	before := len(w.windows)
	a.clock.wait()
	w.now = w.now.Add(29 * time.Second)
	require.NoError(t, a.work(t.Context(), nil))
	require.Len(t, w.windows, before)
	require.Less(t, w.committed, a.next)
	w.now = w.now.Add(time.Second)
	require.NoError(t, a.work(t.Context(), nil))
	require.Greater(t, len(w.windows), before, "the last window is closed")
	require.Equal(t, a.next, w.committed)
	require.False(t, w.progress(t, tapes[0]).GetEnded())
	require.True(t, w.progress(t, tapes[0]).GetStored())
	require.Equal(t, tapes[0].count("V"), w.beatsOf(tapes[0].patient, "V"))

	// The device comes back, and ends the recording.
	require.NoError(t, a.work(t.Context(), []kafka.Message{tapes[0].record(chunks[len(chunks)-1])}))
	require.True(t, w.progress(t, tapes[0]).GetEnded())
}

func TestEndedRecordingIgnoresRepeatedChunks(t *testing.T) {
	tapes := []*tape{makeTape(0, 20)}
	w := newWorld()
	for range 2 {
		for _, c := range tapes[0].chunks() {
			w.append(kafka.TopicSamples, tapes[0].record(c))
		}
	}
	survived, _ := w.live(t, options{model: &oracle{tapes: tapes}})
	require.True(t, survived)
	require.Empty(t, w.deadLetters(t))
	require.Equal(t, tapes[0].count("V"), w.beatsOf(tapes[0].patient, "V"))
	require.EqualValues(t, 40, w.committed)
}

func TestRecordingWithoutAWindowLeavesNothing(t *testing.T) {
	tapes := []*tape{makeTape(0, 20)}
	w := newWorld()
	w.append(kafka.TopicSamples, tapes[0].record(tapes[0].chunk(0, 0, 50)))
	l := &life{world: w, kill: func() {}}
	a := w.analyzer(t, l, options{model: &oracle{tapes: tapes}})
	require.NoError(t, a.workAll(t, w))
	require.Empty(t, a.recordings)
	require.Nil(t, w.topics[kafka.TopicProgress][len(w.topics[kafka.TopicProgress])-1].Value, "its progress is deleted")
	require.EqualValues(t, 1, w.committed)
}

// workAll takes all that is in the log, then lets the devices fall silent.
func (w *worker) workAll(t *testing.T, from *world) error {
	t.Helper()
	require.NoError(t, w.recover(t.Context()))
	require.NoError(t, w.work(t.Context(), from.topics[kafka.TopicSamples]))
	w.clock.wait()
	from.now = from.now.Add(time.Minute)
	return w.work(t.Context(), nil)
}

func TestRecordingsOlderThanTheSignalAreForgotten(t *testing.T) {
	tapes := []*tape{makeTape(0, 20), makeTape(1, 20)}
	w := newWorld()
	for _, c := range append(tapes[0].chunks(), tapes[1].chunks()[:15]...) {
		w.append(kafka.TopicSamples, tapes[c.GetDevice()[len("device-")]-'a'].record(c))
	}
	l := &life{world: w, kill: func() {}}
	a := w.analyzer(t, l, options{model: &oracle{tapes: tapes}})
	require.NoError(t, a.workAll(t, w))
	require.Len(t, a.recordings, 2)
	for _, r := range a.recordings {
		require.Nil(t, r.windower, "parked")
	}
	w.now = w.now.Add(169 * time.Hour)
	require.NoError(t, a.work(t.Context(), nil))
	require.Empty(t, a.recordings)
	newest, err := l.ReadCompacted(t.Context(), kafka.TopicProgress, 0)
	require.NoError(t, err)
	require.Empty(t, newest)
}

func TestFreeQuestionBecomesANote(t *testing.T) {
	tapes := []*tape{makeTape(0, 25)}
	w := newWorld()
	for _, c := range tapes[0].chunks() {
		w.append(kafka.TopicSamples, tapes[0].record(c))
	}
	registry := devices{tapes[0].device: {"V", "What is the rhythm?", "Is there noise?"}}
	survived, _ := w.live(t, options{model: &oracle{tapes: tapes}, registry: registry})
	require.True(t, survived)
	notes := 0
	for _, e := range w.events {
		if e.Kind == KindNote {
			notes++
			require.Equal(t, "It is an ECG.", e.Answer)
			require.True(t, e.End.After(e.Start))
		}
	}
	require.Equal(t, 2*len(w.windows), notes)
	for _, stored := range w.windows {
		require.Equal(t, "V", stored.Asked, "free questions ask for no condition")
	}
	require.Equal(t, tapes[0].count("V"), w.beatsOf(tapes[0].patient, "V"))
}

type observed []Analysed

func (o *observed) Analysed(a Analysed) { *o = append(*o, a) }

func TestObserverSeesEveryWindow(t *testing.T) {
	tapes, records := someRecords()
	w := newWorld()
	w.feed(records...)
	var seen observed
	survived, _ := w.live(t, options{model: &oracle{tapes: tapes}, observer: &seen})
	require.True(t, survived)
	require.Len(t, seen, len(w.windows))
	ids := map[string]bool{}
	for _, a := range seen {
		require.Len(t, a.Answers, 2)
		require.True(t, strings.HasPrefix(a.Answers[0].Question, "Where is the"))
		for _, e := range a.Events {
			ids[e.ID] = true
		}
	}
	require.Len(t, ids, len(w.events))
}

// TestEventIsStoredInTime plays signal as it is measured, in chunks of several
// lengths, and takes the clock's time when an event is stored. What the test
// leaves out, the model's and the stores' own time, is measured by the step
// histogram. The limits are those of the package's documentation.
func TestEventIsStoredInTime(t *testing.T) {
	for chunk, limit := range map[time.Duration]time.Duration{
		100 * time.Millisecond: 13 * time.Second, // two seconds are left for the model and the stores
		time.Second:            13 * time.Second,
		2 * time.Second:        13 * time.Second,
		5 * time.Second:        13 * time.Second,
		10 * time.Second:       18 * time.Second, // the chunk itself comes so late
	} {
		t.Run(chunk.String(), func(t *testing.T) {
			tapes := []*tape{makeTape(0, 600)}
			w := newWorld()
			l := &life{world: w, kill: func() {}}
			a := w.analyzer(t, l, options{model: &oracle{tapes: tapes}})
			require.NoError(t, a.recover(t.Context()))
			for _, c := range tapes[0].chunksOf(int(testRate * chunk.Seconds())) {
				m := tapes[0].record(c)
				w.now = m.Time
				w.append(kafka.TopicSamples, m)
				require.NoError(t, a.work(t.Context(), w.topics[kafka.TopicSamples][a.next:]))
			}
			require.Greater(t, len(w.lateness), 50)
			slices.Sort(w.lateness)
			p95, worst := w.lateness[len(w.lateness)*95/100], w.lateness[len(w.lateness)-1]
			t.Logf("%d versions of events: stored after %v (median), %v (p95), %v (at most)", len(w.lateness), w.lateness[len(w.lateness)/2], p95, worst)
			require.Less(t, p95, limit)
		})
	}
}

func TestManyWindowsOfARecordingAreAskedAtOnce(t *testing.T) {
	tapes := []*tape{makeTape(0, 600)}
	w := newWorld()
	for _, c := range tapes[0].chunks() {
		w.append(kafka.TopicSamples, tapes[0].record(c))
	}
	var calls []int
	survived, _ := w.live(t, options{
		model: &oracle{tapes: tapes, asked: func(n int) { calls = append(calls, n) }},
		sizes: func() int { return 1000 },
	})
	require.True(t, survived)
	require.LessOrEqual(t, len(calls), 5)
	require.Equal(t, 2*windowsPerStep, calls[0])
	require.Less(t, len(w.topics[kafka.TopicProgress]), 9)
}
