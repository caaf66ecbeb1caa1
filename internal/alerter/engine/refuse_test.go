package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func TestMessagesThatMakeNoSenseAreRefused(t *testing.T) {
	b := newBench(t, countRule)
	for name, change := range map[string]func(*holterv1.Event){
		"no id":       func(e *holterv1.Event) { e.Id = "" },
		"no patient":  func(e *holterv1.Event) { e.Patient = "" },
		"no device":   func(e *holterv1.Event) { e.Device = "" },
		"zero byte":   func(e *holterv1.Event) { e.Patient = "p\x00q" },
		"no start":    func(e *holterv1.Event) { e.StartTimeNs = 0 },
		"ends before": func(e *holterv1.Event) { e.EndTimeNs = e.StartTimeNs - 1 },
	} {
		require.NoError(t, b.store.Update(0, func(tx *state.Tx) error {
			err := b.engine.Begin(tx, 0, b.now).Event(with(beats("a", 1, 2, 3), change), engine.Arrival{})
			require.ErrorIs(t, err, engine.ErrRefused, name)
			return nil
		}))
	}
	require.NoError(t, b.store.Update(0, func(tx *state.Tx) error {
		signal := &holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Status{Status: &holterv1.DeviceStatus{Device: "d"}}}
		require.ErrorIs(t, b.engine.Begin(tx, 0, b.now).Signal(signal, engine.Arrival{}), engine.ErrRefused)
		return nil
	}))
}

// An analyzer that starts again repeats the last events of every recording
// without an end, however old.
func TestEventsRepeatedMuchLaterChangeNothing(t *testing.T) {
	b := newBench(t, countRule)
	b.events(beats("a", 1, 2, 3), beats("b", 5, 6, 7))
	b.pass(time.Hour)
	require.Len(t, b.alerts, 2)
	for _, later := range []time.Duration{time.Hour, 48 * time.Hour, 300 * 24 * time.Hour} {
		b.now = b.now.Add(later)
		b.do(func(s *engine.Step) error { return s.Forget() })
		b.events(beats("a", 1, 2, 3), beats("b", 5, 6, 7))
		require.Len(t, b.alerts, 2)
	}
	require.Equal(t, 6, b.repeated)
	b.events(beats("c", 8, 9, 10))
	require.Len(t, b.alerts, 3, "the recording goes on")
}
