package summary_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/summary"
	"github.com/holterd/holter/internal/summary/summarytest"
	"github.com/holterd/holter/pkg/ecg"
)

var begin = time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)

func symbols(expert []ecg.Annotation, symbol string) (n int) {
	for _, a := range expert {
		if a.Symbol == symbol {
			n++
		}
	}
	return n
}

func TestTheSignalTellsRateAndPauses(t *testing.T) {
	cfg := ecg.DefaultSimConfig()
	cfg.Rate, cfg.Duration, cfg.Start, cfg.HeartRate = 128, 35*time.Minute, begin, 60
	cfg.Episodes = []ecg.Episode{
		{Kind: ecg.PVCs, At: 5 * time.Minute, Beats: 6}, {Kind: ecg.Bigeminy, At: 10 * time.Minute, Length: 30 * time.Second},
		{Kind: ecg.Pause, At: 29*time.Minute + 58*time.Second, Length: 3500 * time.Millisecond}, // over the border of two pieces
	}
	rec, expert, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	for i := range rec.Leads { // the electrodes are off for a while, then nothing is measured
		for at := range rec.Leads[i].Samples {
			switch second := float64(at) / rec.Rate; {
			case second >= 1200 && second < 1210:
				rec.Leads[i].Samples[at] = 0.5
			case second >= 1300 && second < 1310:
				rec.Leads[i].Samples[at] = float32(math.NaN())
			}
		}
	}
	var store summarytest.Store
	store.Analyse("p1", "chest-1", rec, expert)
	kept := summarytest.Keep(t, t.TempDir(), "p1", "chest-1", rec)

	var done, total time.Duration
	period := summary.Day("p1", begin, time.UTC)
	s, err := summary.Read(t.Context(), summary.Sources{Store: &store, Signal: kept}, period, func(d, n time.Duration) { done, total = d, n })
	require.NoError(t, err)
	require.Equal(t, 35*time.Minute, total)
	require.Equal(t, total, done)

	require.Equal(t, symbols(expert, "V"), s.Kinds[0].Beats)
	require.InDelta(t, 35*60, s.Coverage.Recorded, 0.1)
	require.InDelta(t, 35*60-10, s.Coverage.Analysable, 0.1)
	require.Equal(t, 1, s.Pauses.Three, "neither loss of contact is a pause")
	require.InDelta(t, 3.5, s.Pauses.Longest[0].Seconds(), 0.1)
	require.WithinDuration(t, begin.Add(30*time.Minute), s.Pauses.Longest[0].From, 3*time.Second)
	require.Equal(t, 6, s.Patterns[0].Longest.Beats)
	require.Equal(t, 1, s.Patterns[0].NonSustained)
	for _, row := range s.Patterns[0].Rows {
		if row.Pattern == "bigeminy" {
			require.Equal(t, 1, row.Count)
		}
	}
	require.InDelta(t, 60, s.HeartRate.Mean, 3)
	require.WithinDuration(t, begin.Add(5*time.Minute), s.HeartRate.Max.From, 10*time.Second)
	require.WithinDuration(t, begin.Add(30*time.Minute), s.HeartRate.Min.From, 15*time.Second)
	require.Len(t, s.Coverage.Gaps, 2, "before and after")
}

func TestARealRecordWithItsExpertsAnswers(t *testing.T) {
	data := os.Getenv("HOLTER_DATA")
	if data == "" {
		t.Skip("SKIPPED: no summary is made of a real recording: HOLTER_DATA names no folder with mitdb/")
	}
	path := filepath.Join(data, "mitdb", "203")
	rec, err := ecg.ReadRecord(path)
	require.NoError(t, err)
	rec.Start = begin
	expert, err := ecg.ReadAnnotations(path + ".atr")
	require.NoError(t, err)
	var store summarytest.Store
	store.Analyse("p1", "chest-1", rec, expert)
	kept := summarytest.Keep(t, t.TempDir(), "p1", "chest-1", rec)
	s, err := summary.Read(t.Context(), summary.Sources{Store: &store, Signal: kept}, summary.Day("p1", begin, time.UTC), nil)
	require.NoError(t, err)

	require.InDelta(t, symbols(expert, "V"), s.Kinds[0].Beats, 2, "but for the record's ends")
	beats := 0
	for _, r := range s.Patterns[0].Rows {
		beats += r.Beats
	}
	require.InDelta(t, s.Kinds[0].Beats, beats, 8, "two labels within 150 ms are one beat of the signal")
	require.Positive(t, s.Patterns[0].NonSustained)
	require.InDelta(t, 99, s.HeartRate.Mean, 2) // 2980 beats in 30 min 6 s
	require.Greater(t, s.Rhythms[0].Share, 0.5)
	t.Logf("patterns of V: %+v; pauses: %d; rate %+v to %+v", s.Patterns[0].Rows, s.Pauses.Two, *s.HeartRate.Min, *s.HeartRate.Max)
}
