package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

// simulated makes a recording with known PVCs and returns its path without
// extension.
func simulated(t *testing.T, length time.Duration) string {
	t.Helper()
	cfg := ecg.DefaultSimConfig()
	cfg.Name, cfg.Duration, cfg.PVCsPerHour = "sim", length, 90
	cfg.Episodes = []ecg.Episode{
		{Kind: ecg.PVCs, At: 20 * time.Second, Beats: 2},
		{Kind: ecg.PVCs, At: 50 * time.Second, Beats: 4},
		{Kind: ecg.Bigeminy, At: 80 * time.Second, Length: 20 * time.Second},
	}
	rec, annotations, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, ecg.WriteRecord(dir, rec, 212))
	path := filepath.Join(dir, cfg.Name)
	require.NoError(t, ecg.WriteAnnotations(path+".atr", annotations))
	return path
}

// mitdb returns a record of the MIT-BIH Arrhythmia Database.
func mitdb(t *testing.T, name string) string {
	t.Helper()
	data := os.Getenv("HOLTER_DATA")
	if data == "" {
		t.Skip("NOT TESTED: real recordings; HOLTER_DATA is not set")
	}
	path := filepath.Join(data, "mitdb", name)
	if _, err := os.Stat(path + ".hea"); err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
	return path
}

// truth returns the times of a recording's PVCs when it starts at at.
func truth(t *testing.T, path string, at time.Time, from, to time.Duration) []time.Time {
	t.Helper()
	rec, err := ecg.ReadRecord(path)
	require.NoError(t, err)
	annotations, err := ecg.ReadAnnotations(path + ".atr")
	require.NoError(t, err)
	var out []time.Time
	for _, a := range annotations {
		since := time.Duration(float64(a.Sample) / rec.Rate * float64(time.Second))
		if a.Symbol == "V" && since >= from && since < to {
			out = append(out, at.Add(since-from))
		}
	}
	require.NotEmpty(t, out, "a recording without PVCs proves nothing")
	return out
}

// agreement is how well events fit the annotated beats.
type agreement struct {
	Beats, Found   int // annotated, and inside an event
	Events, Proven int // events, and those with an annotated beat inside
	Counted        int // beats that the events say they hold
}

func compare(beats []time.Time, found []event) (a agreement) {
	inside := func(beat time.Time, e event) bool { return beat.After(e.Start) && beat.Before(e.End) }
	for _, beat := range beats {
		a.Beats++
		for _, e := range found {
			if e.Kind == "V" && inside(beat, e) {
				a.Found++
				break
			}
		}
	}
	for _, e := range found {
		if e.Kind != "V" {
			continue
		}
		a.Events++
		a.Counted += e.Beats
		for _, beat := range beats {
			if inside(beat, e) {
				a.Proven++
				break
			}
		}
	}
	return a
}

// requireAgreement wants at least a share of the beats found and of the events
// proven, and the beats counted as nearly.
func requireAgreement(t *testing.T, a agreement, share float64) {
	t.Helper()
	t.Logf("%d of %d annotated PVCs are inside events; %d of %d events hold one; the events count %d beats",
		a.Found, a.Beats, a.Proven, a.Events, a.Counted)
	require.GreaterOrEqual(t, float64(a.Found), share*float64(a.Beats), "PVCs are missing")
	require.GreaterOrEqual(t, float64(a.Proven), share*float64(a.Events), "events without a PVC")
	require.InDelta(t, a.Beats, a.Counted, (1-share)*float64(a.Beats)+1, "beats counted")
}
