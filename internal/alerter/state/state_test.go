package state_test

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/state"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func anAlert(patient, key string) alert.Alert {
	return alert.Alert{
		ID: patient + key, Patient: patient, Key: key, Rule: "r",
		Priority: alert.Low, Class: alert.Technical, State: alert.Triggered,
		Start: noon, Updated: noon, Raised: noon,
	}
}

// journal is a compacted topic.
type journal struct {
	mu      sync.Mutex
	records map[string][]byte
	batches [][]state.Change
	away    bool
}

func (j *journal) Write(_ context.Context, _ int, changes []state.Change) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.away {
		return errors.New("the broker is away")
	}
	j.batches = append(j.batches, changes)
	for _, c := range changes {
		if c.Value == nil {
			delete(j.records, c.Key)
		} else {
			j.records[c.Key] = c.Value
		}
	}
	return nil
}

func newJournal() *journal { return &journal{records: make(map[string][]byte)} }

// open is a store that reads what the journal holds, as another process would.
func open(t *testing.T, j *journal) *state.Store {
	t.Helper()
	s := state.New(j)
	require.NoError(t, s.Load(3, maps.Clone(j.records)))
	return s
}

func update(t *testing.T, s *state.Store, change func(*state.Tx)) {
	t.Helper()
	require.NoError(t, s.Update(3, func(tx *state.Tx) error { change(tx); return nil }))
}

func TestAnotherProcessHasEverything(t *testing.T) {
	j := newJournal()
	window := state.Window{
		Times: state.Times{-5, 3, 3e18}, RR: state.Times{0, 8, 0}, Spans: []state.Span{{Start: 1, End: 2}},
		Events: []state.Contributor{{ID: "e", Window: "w", At: 3, Confidence: 0.5}},
	}
	battery := 0.0
	device := state.Device{Patient: "p", LastSample: 9, Heard: noon, Will: noon, LeadsOff: []string{"I"}, OffSince: noon, Battery: &battery}
	opened := state.OpenAlert{Alert: anAlert("p", "k"), Met: 5, Received: noon, Due: noon, Told: []state.Addressee{{Target: "t", Person: "q"}}}
	seen := state.Seen{LastBeat: 1, End: -2, Received: 3}
	pending := state.Notification{ID: "n", Target: "t", Alert: anAlert("p", "k"), Made: noon, Next: noon}
	update(t, open(t, j), func(tx *state.Tx) {
		tx.SetOffset("ecg.events", 42)
		tx.SetSeen("e", seen)
		require.NoError(t, tx.SetRecording("p", "d", "r", state.Recording{End: 4, Received: noon}))
		require.NoError(t, tx.SetWindow("r", "p", "d", window))
		require.NoError(t, tx.SetDevice("d", device))
		require.NoError(t, tx.SetOpen(opened))
		require.NoError(t, tx.Publish(anAlert("p", "k")))
		require.NoError(t, tx.Send([]byte("command")))
		require.NoError(t, tx.Notify(&pending))
		require.NoError(t, tx.SetSilence("p", "k", state.Silence{Until: noon, By: "q", Reason: "why"}))
		require.False(t, tx.Commanded("c", noon))
	})
	require.Len(t, j.batches, 1, "all of it or none")
	last := j.batches[0][len(j.batches[0])-1]
	require.Equal(t, "offsets\x00ecg.events", last.Key)

	s := open(t, j)
	update(t, s, func(tx *state.Tx) {
		require.Equal(t, int64(42), tx.Offset("ecg.events"))
		require.Zero(t, tx.Offset("ecg.status"))
		gotSeen, ok := tx.Seen("e")
		require.True(t, ok)
		require.Equal(t, seen, gotSeen)
		recording, ok, err := tx.Recording("p", "d", "r")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, state.Recording{End: 4, Received: noon}, recording)
		gotWindow, err := tx.Window("r", "p", "d")
		require.NoError(t, err)
		require.Equal(t, window, gotWindow)
		none, err := tx.Window("r", "p", "x")
		require.NoError(t, err)
		require.Equal(t, state.Window{}, none)
		gotDevice, ok, err := tx.Device("d")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, device, gotDevice)
		gotOpen, ok, err := tx.Open("p", "k")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, opened, gotOpen)
		records, err := tx.Unpublished(10)
		require.NoError(t, err)
		published := anAlert("p", "k")
		require.Equal(t, []state.Record{{Sequence: 1, Alert: &published}, {Sequence: 2, Command: []byte("command")}}, records)
		all, err := tx.Pending()
		require.NoError(t, err)
		require.Equal(t, []state.Notification{pending}, all)
		silence, err := tx.Silence("p", "k")
		require.NoError(t, err)
		require.Equal(t, "why", silence.Reason)
		require.True(t, tx.Commanded("c", noon), "a command counts once")
	})
	require.NoError(t, s.Load(3, map[string][]byte{}))
	require.ErrorContains(t, s.Load(3, map[string][]byte{"no bucket": nil}), "no version writes")
}

func TestATransactionThatFailsLeavesNoTrace(t *testing.T) {
	j := newJournal()
	s := open(t, j)
	crash := errors.New("crash")
	require.ErrorIs(t, s.Update(3, func(tx *state.Tx) error {
		tx.SetOffset("x", 1)
		require.NoError(t, tx.Publish(anAlert("p", "k")))
		records, err := tx.Unpublished(10)
		require.NoError(t, err)
		require.Len(t, records, 1, "within it, it is there")
		return crash
	}), crash)
	require.Empty(t, j.batches)
	require.NoError(t, s.View(3, func(tx *state.Tx) error {
		require.Zero(t, tx.Offset("x"))
		records, err := tx.Unpublished(10)
		require.NoError(t, err)
		require.Empty(t, records)
		return nil
	}))
}

func TestWhatTheJournalDidNotTakeFollows(t *testing.T) {
	j := newJournal()
	s := open(t, j)
	j.away = true
	update(t, s, func(tx *state.Tx) { tx.SetOffset("x", 1); tx.SetOffset("y", 1) })
	update(t, s, func(tx *state.Tx) { tx.SetOffset("x", 2) })
	require.Empty(t, j.batches)
	require.False(t, s.Save(3))
	j.away = false
	require.True(t, s.Save(3))
	require.Len(t, j.batches, 1)
	require.NoError(t, open(t, j).View(3, func(tx *state.Tx) error {
		require.Equal(t, int64(2), tx.Offset("x"))
		require.Equal(t, int64(1), tx.Offset("y"))
		return nil
	}))
}

func TestPartitionsAreApart(t *testing.T) {
	s := open(t, newJournal())
	require.ErrorIs(t, s.Update(4, func(*state.Tx) error { return nil }), state.ErrNotHere)
	require.NoError(t, s.Load(4, nil))
	update(t, s, func(tx *state.Tx) { tx.SetOffset("x", 1) })
	require.NoError(t, s.View(4, func(tx *state.Tx) error { require.Zero(t, tx.Offset("x")); return nil }))
	require.Equal(t, []int{3, 4}, s.Partitions())
	s.Drop(3)
	require.ErrorIs(t, s.View(3, func(*state.Tx) error { return nil }), state.ErrNotHere)
}

func TestNamesThatBeginAlikeAreApart(t *testing.T) {
	s := open(t, newJournal())
	update(t, s, func(tx *state.Tx) {
		for _, patient := range []string{"p", "p1", "p1x"} {
			require.NoError(t, tx.SetWindow("r", patient, "d", state.Window{Times: state.Times{1}}))
			require.NoError(t, tx.SetOpen(state.OpenAlert{Alert: anAlert(patient, "k")}))
		}
		require.NoError(t, tx.SetWindow("r2", "p1", "d", state.Window{}))
	})
	update(t, s, func(tx *state.Tx) {
		var devices []string
		require.NoError(t, tx.EachWindow("r", "p1", func(device string, w state.Window) error {
			require.Equal(t, state.Times{1}, w.Times)
			devices = append(devices, device)
			return nil
		}))
		require.Equal(t, []string{"d"}, devices)
		mine, err := tx.OpenOf("p1")
		require.NoError(t, err)
		require.Len(t, mine, 1)
		same, err := tx.OpenWith("k")
		require.NoError(t, err)
		require.Len(t, same, 3)
		require.NoError(t, tx.Close(mine[0], noon))
		all, err := tx.AllOpen()
		require.NoError(t, err)
		require.Len(t, all, 2)
		tx.RemoveWindows(func(rule string) bool { return rule == "r2" })
		require.NoError(t, tx.EachWindow("r", "p1", func(string, state.Window) error {
			return errors.New("a window of a removed rule")
		}))
	})
	require.True(t, state.Fits("ward-3/p 1"))
	require.False(t, state.Fits(""))
	require.False(t, state.Fits("a\x00b"))
}

func TestOutboxAndPendingKeepTheirOrder(t *testing.T) {
	s := open(t, newJournal())
	update(t, s, func(tx *state.Tx) {
		for i := range 300 {
			require.NoError(t, tx.Publish(anAlert("p", string(rune('a'+i)))))
			require.NoError(t, tx.Notify(&state.Notification{Target: "t", Alert: anAlert("p", "k"), Attempts: i}))
		}
	})
	update(t, s, func(tx *state.Tx) {
		first, err := tx.Unpublished(200)
		require.NoError(t, err)
		require.Len(t, first, 200)
		require.Equal(t, "a", first[0].Alert.Key)
		tx.Published(first)
		rest, err := tx.Unpublished(200)
		require.NoError(t, err)
		require.Len(t, rest, 100)
		require.Equal(t, uint64(201), rest[0].Sequence)

		pending, err := tx.Pending()
		require.NoError(t, err)
		require.Len(t, pending, 300)
		require.Equal(t, 299, pending[299].Attempts)
		tx.Told(pending[0])
		require.False(t, tx.Pends(pending[0]))
		pending[1].Attempts = 1000
		require.NoError(t, tx.Retry(pending[1]))
		again, err := tx.Pending()
		require.NoError(t, err)
		require.Len(t, again, 299)
		require.Equal(t, pending[1], again[0])
	})
}

func TestForget(t *testing.T) {
	s := open(t, newJournal())
	update(t, s, func(tx *state.Tx) {
		tx.SetSeen("old", state.Seen{Received: noon.Add(-time.Hour).UnixNano()})
		tx.SetSeen("new", state.Seen{Received: noon.UnixNano()})
		require.NoError(t, tx.SetRecording("p", "d", "old", state.Recording{Received: noon.Add(-2 * time.Hour)}))
		require.NoError(t, tx.SetRecording("p", "d", "new", state.Recording{Received: noon.Add(-time.Hour)}))
		require.False(t, tx.Commanded("old", noon.Add(-time.Hour)))
		require.NoError(t, tx.Close(state.OpenAlert{Alert: anAlert("p", "k")}, noon.Add(-time.Hour)))
	})
	update(t, s, func(tx *state.Tx) {
		tx.Forget(noon.Add(-time.Minute), noon.Add(-90*time.Minute))
		_, ok := tx.Seen("old")
		require.False(t, ok)
		_, ok = tx.Seen("new")
		require.True(t, ok)
		_, ok, err := tx.Recording("p", "d", "old")
		require.NoError(t, err)
		require.False(t, ok)
		_, ok, err = tx.Recording("p", "d", "new")
		require.NoError(t, err)
		require.True(t, ok)
		tx.ForgetCommands(noon)
		require.False(t, tx.Commanded("old", noon))
		require.NoError(t, tx.ForgetClosed(noon))
		records, err := tx.Unpublished(10)
		require.NoError(t, err)
		require.Len(t, records, 1)
		require.Equal(t, "pk", records[0].Forgotten.ID)
	})
}

func TestTimesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := state.Times(rapid.SliceOf(rapid.Int64()).Draw(t, "times"))
		text, err := in.MarshalText()
		require.NoError(t, err)
		var out state.Times
		require.NoError(t, out.UnmarshalText(text))
		require.Equal(t, []int64(in), append([]int64{}, out...))
	})
}

func FuzzTimes(f *testing.F) {
	text, err := state.Times{1, 2, 1 << 60}.MarshalText()
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte("gA=="))
	f.Add([]byte("no base64"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var times state.Times
		if times.UnmarshalText(text) != nil {
			return
		}
		back, err := times.MarshalText()
		require.NoError(t, err)
		var again state.Times
		require.NoError(t, again.UnmarshalText(back))
		require.Equal(t, times, again)
	})
}
