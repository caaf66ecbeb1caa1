package localize_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/window"
)

// oracleRecord plays a record through a Windower, a model that answers by the
// experts' annotations and the QRS detector, and returns the beats that the
// events count and those that the experts marked, in seconds.
func oracleRecord(t *testing.T, path string, c localize.Condition) (got, want []float64) {
	t.Helper()
	raw, err := ecg.ReadSignals(path)
	require.NoError(t, err)
	annotations, err := ecg.ReadAnnotations(path + ".atr")
	require.NoError(t, err)
	rate := raw.Rate
	var beats []localize.BeatAt
	for _, a := range annotations {
		if ecg.IsBeat(a.Symbol) {
			at := float64(a.Sample) / rate
			beats = append(beats, localize.BeatAt{Time: at, Symbol: a.Symbol})
			if c.HasSymbol(a.Symbol) {
				want = append(want, at)
			}
		}
	}

	rec, err := ecg.ReadRecord(path)
	require.NoError(t, err)
	begin := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	stitcher := localize.NewStitcher("p", "d", "r", "oracle")
	windower := window.New(window.Config{})
	seconds := func(at time.Time) float64 { return at.Sub(begin).Seconds() }
	add := func(windows []window.Window) {
		for _, w := range windows {
			var leads [][]float32
			for _, lead := range w.Clip {
				if lead != nil {
					leads = append(leads, lead)
				}
			}
			var qrs []time.Time
			for _, at := range ecg.DetectQRS(leads, window.Rate) {
				qrs = append(qrs, w.TimeAt(at))
			}
			spans := localize.BeatSpans(beats, c, seconds(w.Start), seconds(w.End()))
			heat := make([]float32, w.Clip.Len()/5)
			for _, b := range beats {
				if i := int((b.Time - seconds(w.Start)) / localize.HeatStep); c.HasSymbol(b.Symbol) && i >= 0 && i < len(heat) && b.Time >= seconds(w.Start) {
					heat[i] = 0.9
				}
			}
			for _, e := range stitcher.Add(c, localize.Seen{
				Segment: w.Segment, Start: w.Start, End: w.End(), CoreFrom: w.TimeAt(w.CoreFrom), CoreTo: w.TimeAt(w.CoreTo),
				EndsSegment: w.EndsSegment, Spans: spans, Beats: qrs, Heat: heat,
			}) {
				for _, b := range e.NewBeats {
					got = append(got, seconds(b))
				}
			}
		}
	}
	step := int(rate)
	for from := 0; from < rec.Len(); from += step {
		to := min(rec.Len(), from+step)
		chunk := window.Chunk{
			Sequence: uint64(from / step), Start: begin.Add(time.Duration(float64(from) / rate * 1e9)),
			Rate: rate, Leads: rec.Names(), End: to == rec.Len(),
		}
		for _, lead := range rec.Leads {
			row := make([]int32, to-from)
			for i, x := range lead.Samples[from:to] {
				row[i] = window.MissingSample
				if !math.IsNaN(float64(x)) {
					row[i] = int32(math.Round(float64(x) * 1000))
				}
			}
			chunk.Samples, chunk.Gain = append(chunk.Samples, row), append(chunk.Gain, 1000)
		}
		windows, err := windower.Push(chunk)
		require.NoError(t, err)
		add(windows)
	}
	return got, want
}

// matched counts the times of a that have a partner within 150 ms in b, each
// partner once.
func matched(a, b []float64) int {
	n, i := 0, 0
	for _, at := range a {
		for i < len(b) && b[i] < at-0.15 {
			i++
		}
		if i < len(b) && b[i] <= at+0.15 {
			n, i = n+1, i+1
		}
	}
	return n
}

func TestStitchingRealRecords(t *testing.T) {
	data := os.Getenv("HOLTER_DATA")
	if data == "" {
		t.Skip("SKIPPED: set HOLTER_DATA to a folder with the MIT-BIH Arrhythmia Database (mitdb) for this test")
	}
	records := []string{"106", "119", "203", "208"} // many, bigeminy, noise, runs and fusions
	if testing.Short() {
		records = records[:1]
	}
	pvc, _ := localize.ByCode("V")
	beats, hits, counted := 0, 0, 0
	for _, record := range records {
		got, want := oracleRecord(t, filepath.Join(data, "mitdb", record), pvc)
		n := matched(got, want)
		t.Logf("record %s: %d PVCs, %d counted, %d of them right", record, len(want), len(got), n)
		beats, hits, counted = beats+len(want), hits+n, counted+len(got)
	}
	// What is not matched is where the detector finds a beat more than 150 ms off, or none.
	require.Greater(t, float64(hits)/float64(beats), 0.99)
	require.Greater(t, float64(hits)/float64(counted), 0.99)
}
