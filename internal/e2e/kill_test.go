package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestKillsLoseAndDoubleNothing kills the system with SIGKILL at several moments
// of a replay and starts it again each time. The events must be those of a
// replay that nothing disturbed.
func TestKillsLoseAndDoubleNothing(t *testing.T) {
	requirements(t)
	ctx := within(t, 8*time.Minute)
	path := simulated(t, 30*time.Minute)

	calm := up(ctx, t)
	replayed(t, calm.mqtt, "sim-1", path, start, "--speed", "max").wait(ctx, t)
	want := events(ctx, t, "sim-1", "--influx", calm.influx)
	require.NotEmpty(t, want)
	windows := metric(ctx, calm.http, "holter_analyzer_windows_total")
	calm.interrupt(t)

	e := up(ctx, t)
	player := replayed(t, e.mqtt, "sim-1", path, start, "--speed", "max")
	kills := 0
	for _, moment := range []struct {
		what   string
		metric string
		least  float64
	}{
		{"some chunks are with the broker", "holter_ingest_forwarded_total", 20},
		{"the first windows are analysed", "holter_analyzer_windows_total", 2},
		{"a fifth is analysed", "holter_analyzer_windows_total", windows / 5},
		{"another fifth is analysed", "holter_analyzer_windows_total", windows / 5},
		{"another event is stored", "holter_analyzer_event_versions_total", 1},
	} {
		e.await(ctx, t, moment.what, func() bool {
			return player.hasEnded() || metric(ctx, e.http, moment.metric) >= moment.least
		})
		if player.hasEnded() {
			break
		}
		e.kill()
		kills++
		e.start(ctx, t)
	}
	player.wait(ctx, t)
	require.GreaterOrEqual(t, kills, 3, "the replay was over too soon")
	require.Equal(t, want, events(ctx, t, "sim-1", "--influx", e.influx))
	t.Logf("%d events are the same after %d kills", len(want), kills)
}
