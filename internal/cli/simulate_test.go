package cli

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

func TestSimulateWritesARecordWithItsBeats(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	a := newTestApp()
	code := a.run(t, "simulate", "anna", "--out", dir, "--duration", "90", "--leads", "II", "--rate", "250",
		"--episode", "bigeminy@30s:20s", "--episode", "pvcs@70:4", "--start", "2026-01-31T08:30:00Z")
	require.Equal(t, exitOK, code, a.err.String())
	rec, err := ecg.ReadRecord(filepath.Join(dir, "anna"))
	require.NoError(t, err)
	require.Equal(t, 90*time.Second, rec.Duration())
	require.Equal(t, 250.0, rec.Rate)
	require.True(t, time.Date(2026, 1, 31, 8, 30, 0, 0, time.UTC).Equal(rec.Start))
	annotations, err := ecg.ReadAnnotations(filepath.Join(dir, "anna.atr"))
	require.NoError(t, err)
	pvcs := 0
	for _, annotation := range annotations {
		if annotation.Symbol == "V" {
			pvcs++
		}
	}
	require.Greater(t, pvcs, 10)
	require.Regexp(t, `anna: 1m30s of II, \d+ beats, \d+ V\n$`, a.out.String())
}

func TestParseEpisode(t *testing.T) {
	for text, want := range map[string]ecg.Episode{
		"pvcs@30s:3":       {Kind: ecg.PVCs, At: 30 * time.Second, Beats: 3},
		"apbs@1m:2":        {Kind: ecg.APBs, At: time.Minute, Beats: 2},
		"bigeminy@120:20s": {Kind: ecg.Bigeminy, At: 2 * time.Minute, Length: 20 * time.Second},
		"trigeminy@0:20":   {Kind: ecg.Trigeminy, Length: 20 * time.Second},
		"pause@3m:3s":      {Kind: ecg.Pause, At: 3 * time.Minute, Length: 3 * time.Second},
		"st@4m:2m:-0.2":    {Kind: ecg.STChange, At: 4 * time.Minute, Length: 2 * time.Minute, Level: -0.2},
	} {
		got, err := parseEpisode(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "pvcs", "pvcs@30s", "pvcs@30s:x", "vt@1m:3", "st@4m:2m", "st@4m:2m:x", "pause@-1:3", "pvcs@1:1:1"} {
		_, err := parseEpisode(text)
		require.Error(t, err, text)
	}
}

func FuzzParseEpisode(f *testing.F) {
	for _, seed := range []string{"pvcs@30s:3", "st@4m:2m:-0.2", "pause@", "@::", "bigeminy@1e9:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseEpisode(text)
		if err == nil && (e.At < 0 || e.Length < 0) {
			t.Fatalf("%q gave %+v", text, e)
		}
	})
}
