package state_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
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

func open(t *testing.T, dir string) *state.Store {
	t.Helper()
	s, err := state.Open(dir, state.Options{Unsynced: true})
	require.NoError(t, err)
	return s
}

func update(t *testing.T, s *state.Store, change func(*state.Tx)) {
	t.Helper()
	require.NoError(t, s.Update(func(tx *state.Tx) error { change(tx); return nil }))
}

func TestEverythingIsThereAfterAStart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "when missing")
	s := open(t, dir)
	window := state.Window{
		Times: state.Times{-5, 3, 3e18}, RR: state.Times{0, 8, 0}, Spans: []state.Span{{Start: 1, End: 2}},
		Events: []state.Contributor{{ID: "e", At: 3, Confidence: 0.5}},
	}
	device := state.Device{Patient: "p", Partition: 7, LastSample: 9, Heard: noon, Will: noon}
	opened := state.OpenAlert{Alert: anAlert("p", "k"), Met: 5, Received: noon, Partition: 3}
	seen := state.Seen{LastBeat: 1, End: -2, Received: 3}
	pending := state.Notification{ID: "n", Target: "t", Alert: anAlert("p", "k"), Made: noon, Next: noon}
	update(t, s, func(tx *state.Tx) {
		require.NoError(t, tx.SetOffset("ecg.events", 11, 42))
		require.NoError(t, tx.SetSeen("e", seen))
		require.NoError(t, tx.SetRecording("p", "d", "r", state.Recording{End: 4, Received: noon}))
		require.NoError(t, tx.SetWindow("r", "p", "d", window))
		require.NoError(t, tx.SetDevice("d", device))
		require.NoError(t, tx.SetOpen(opened))
		require.NoError(t, tx.Publish(anAlert("p", "k")))
		require.NoError(t, tx.Notify(&pending))
	})
	require.NoError(t, s.Close())

	s = open(t, dir)
	defer func() { require.NoError(t, s.Close()) }()
	require.NoError(t, s.View(func(tx *state.Tx) error {
		require.Equal(t, int64(42), tx.Offset("ecg.events", 11))
		require.Zero(t, tx.Offset("ecg.events", 1))
		require.Zero(t, tx.Offset("ecg.status", 11))
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
		require.Equal(t, []state.Record{{Sequence: 1, Alert: anAlert("p", "k")}}, records)
		all, err := tx.Pending()
		require.NoError(t, err)
		require.Equal(t, []state.Notification{pending}, all)
		return nil
	}))
}

func TestATransactionThatFailsLeavesNoTrace(t *testing.T) {
	s := open(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	crash := errors.New("crash")
	require.ErrorIs(t, s.Update(func(tx *state.Tx) error {
		require.NoError(t, tx.SetOffset("x", 0, 1))
		require.NoError(t, tx.Publish(anAlert("p", "k")))
		require.NoError(t, tx.Notify(&state.Notification{ID: "n", Alert: anAlert("p", "k")}))
		return crash
	}), crash)
	require.NoError(t, s.View(func(tx *state.Tx) error {
		require.Zero(t, tx.Offset("x", 0))
		records, err := tx.Unpublished(10)
		require.NoError(t, err)
		require.Empty(t, records)
		pending, err := tx.Pending()
		require.NoError(t, err)
		require.Empty(t, pending)
		return nil
	}))
}

func TestNamesThatBeginAlikeAreApart(t *testing.T) {
	s := open(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
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
		require.NoError(t, tx.RemoveOpen(mine[0]))
		all, err := tx.AllOpen()
		require.NoError(t, err)
		require.Len(t, all, 2)
		require.NoError(t, tx.RemoveWindows(func(rule string) bool { return rule == "r2" }))
		require.NoError(t, tx.EachWindow("r", "p1", func(string, state.Window) error {
			return errors.New("a window of a removed rule")
		}))
	})
	require.True(t, state.Fits("ward-3/p 1"))
	require.False(t, state.Fits(""))
	require.False(t, state.Fits("a\x00b"))
}

func TestOutboxAndPendingKeepTheirOrder(t *testing.T) {
	s := open(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
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
		require.NoError(t, tx.Published(first))
		rest, err := tx.Unpublished(200)
		require.NoError(t, err)
		require.Len(t, rest, 100)
		require.Equal(t, uint64(201), rest[0].Sequence)

		pending, err := tx.Pending()
		require.NoError(t, err)
		require.Len(t, pending, 300)
		require.Equal(t, 299, pending[299].Attempts)
		require.NoError(t, tx.Told(pending[0]))
		pending[1].Attempts = 1000
		require.NoError(t, tx.Retry(pending[1]))
		again, err := tx.Pending()
		require.NoError(t, err)
		require.Len(t, again, 299)
		require.Equal(t, pending[1], again[0])
	})
}

func TestForget(t *testing.T) {
	s := open(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	update(t, s, func(tx *state.Tx) {
		require.NoError(t, tx.SetSeen("old", state.Seen{Received: noon.Add(-time.Hour).UnixNano()}))
		require.NoError(t, tx.SetSeen("new", state.Seen{Received: noon.UnixNano()}))
		require.NoError(t, tx.SetRecording("p", "d", "old", state.Recording{Received: noon.Add(-2 * time.Hour)}))
		require.NoError(t, tx.SetRecording("p", "d", "new", state.Recording{Received: noon.Add(-time.Hour)}))
		require.NoError(t, tx.Forget(noon.Add(-time.Minute), noon.Add(-90*time.Minute)))
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
	})
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := state.Open(dir, state.Options{})
	require.ErrorContains(t, err, "another alerter has it open")
	require.NoError(t, s.Close())
	require.NoError(t, open(t, dir).Close())
}

func TestAnotherFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, open(t, dir).Close())
	db, err := bbolt.Open(filepath.Join(dir, "alerter.db"), 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("2"))
	}))
	require.NoError(t, db.Close())
	_, err = state.Open(dir, state.Options{})
	require.ErrorContains(t, err, `format "2"`)
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
