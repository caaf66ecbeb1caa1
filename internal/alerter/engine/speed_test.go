package engine_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// A hundred patients with a premature beat every few seconds, the built-in
// rules, transactions of 256 messages.
func BenchmarkEvents(b *testing.B) {
	store := state.New(nil)
	require.NoError(b, store.Load(0, nil))
	set, err := rule.Load("")
	require.NoError(b, err)
	e := engine.New(set, []string{"hook"})
	done, alerts := 0, 0
	for b.Loop() {
		var step *engine.Step
		require.NoError(b, store.Update(0, func(tx *state.Tx) error {
			step = e.Begin(tx, 0, noon)
			for range 256 {
				ev := with(beats(fmt.Sprint("e", done), float64(done/100)*7), func(ev *holterv1.Event) {
					ev.Patient = fmt.Sprint("p", done%100)
				})
				done++
				if err := step.Event(ev, engine.Arrival{Received: noon}); err != nil {
					return err
				}
			}
			return nil
		}))
		alerts += len(step.Alerts)
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(alerts), "alerts")
}
