package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// start is the time of a recording's first sample in these tests: yesterday,
// within the retention of every server.
var start = time.Now().UTC().Truncate(time.Second).Add(-24 * time.Hour)

// longAgo is older than anything that servers keep for a while.
var longAgo = time.Date(1995, 1, 2, 3, 4, 5, 0, time.UTC)

func TestEventsOfASimulatedRecording(t *testing.T) {
	requirements(t)
	ctx := within(t, 4*time.Minute)
	path := simulated(t, 4*time.Minute)
	e := up(ctx, t)
	replayed(t, e.mqtt, "sim-1", path, longAgo, "--speed", "max").wait(ctx, t)
	all := events(ctx, t, "sim-1", "--influx", e.influx)
	requireAgreement(t, compare(truth(t, path, longAgo, 0, time.Hour), all), 0.8)
	requireFHIR(ctx, t, e, "sim-1", longAgo, len(all))

	// Somebody who asks about it is answered alike.
	_, located := asked(ctx, t, e.kafka, "sim-1", "V", "--last", "4m")
	a := compare(truth(t, path, longAgo, 0, time.Hour), located)
	require.GreaterOrEqual(t, float64(a.Found), 0.8*float64(a.Beats), "PVCs are missing in the answer")
	require.GreaterOrEqual(t, float64(a.Proven), 0.8*float64(a.Events), "spans without a PVC")
	report, _ := asked(ctx, t, e.kafka, "sim-1", "Please provide the report for the following ECG.", "--last", "1m")
	require.Contains(t, report, "Report: ")

	// Playing the same again changes nothing.
	replayed(t, e.mqtt, "sim-1", path, longAgo, "--speed", "max").wait(ctx, t)
	require.Equal(t, all, events(ctx, t, "sim-1", "--influx", e.influx))

	// Neither does stopping in order and starting again.
	e.interrupt(t)
	e.start(ctx, t)
	require.Equal(t, all, events(ctx, t, "sim-1", "--influx", e.influx))
	e.interrupt(t)
}

func TestEventsOfARealRecording(t *testing.T) {
	requirements(t)
	// A record whose PVCs leave no doubt.
	path := mitdb(t, "119")
	ctx := within(t, 5*time.Minute)
	e := up(ctx, t)
	from, to := 5*time.Minute, 10*time.Minute
	for _, leads := range []string{"all", "first", "second"} {
		device := "mitdb-119-" + leads
		replayed(t, e.mqtt, device, path, start, "--speed", "max", "--leads", leads,
			"--from", from.String(), "--to", to.String()).wait(ctx, t)
		a := compare(truth(t, path, start, from, to), events(ctx, t, device, "--kind", "V", "--influx", e.influx))
		requireAgreement(t, a, 0.8)
	}
}

// TestLatency plays at the speed of life and looks when the first PVC's event
// is there.
func TestLatency(t *testing.T) {
	requirements(t)
	ctx := within(t, 3*time.Minute)
	path := simulated(t, 2*time.Minute)
	e := up(ctx, t)
	began := time.Now()
	beat := truth(t, path, began, 0, time.Hour)[0]
	player := replayed(t, e.mqtt, "live-1", path, began, "--speed", "1")
	player.await(ctx, t, "the first event is stored", func() bool {
		return time.Now().After(beat) && len(events(ctx, t, "live-1", "--kind", "V", "--influx", e.influx)) > 0
	})
	first := events(ctx, t, "live-1", "--kind", "V", "--influx", e.influx)[0]
	latency := time.Since(first.End)
	t.Logf("stored and read %v after its last sample", latency)
	require.WithinRange(t, beat, first.Start, first.End)
	require.Less(t, latency, 15*time.Second)
}
