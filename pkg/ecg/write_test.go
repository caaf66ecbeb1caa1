package ecg_test

import (
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/ecg"
)

var formatHigh = map[int]int32{16: 32767, 80: 127, 212: 2047}

// What WriteSignals writes, ReadSignals reads, checksums verified.
func TestSignalsRoundTrip(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		format := rapid.SampledFrom([]int{16, 80, 212}).Draw(t, "format")
		high := formatHigh[format]
		sample := rapid.OneOf(rapid.Int32Range(-high, high), rapid.Just(int32(ecg.InvalidSample)))
		signals, n := rapid.IntRange(1, 4).Draw(t, "signals"), rapid.IntRange(1, 20).Draw(t, "samples")
		want := &ecg.RawRecord{Header: ecg.Header{
			Name: "rec_1", Rate: rapid.Float64Range(1, 2000).Draw(t, "rate"), Samples: int64(n),
			Start:    time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "start"), 250e6).UTC(),
			Comments: []string{"made by a test", ""},
		}}
		for range signals {
			want.ADC = append(want.ADC, rapid.SliceOfN(sample, n, n).Draw(t, "adc"))
			want.Signals = append(want.Signals, ecg.Signal{
				Format: format, Gain: rapid.Float64Range(0.01, 5000).Draw(t, "gain"), Units: "uV",
				Baseline: rapid.IntRange(-5000, 5000).Draw(t, "baseline"), Zero: 3, Resolution: 12, Description: "V1 chest",
			})
		}
		require.NoError(t, ecg.WriteSignals(dir, want))
		got, err := ecg.ReadSignals(filepath.Join(dir, "rec_1"))
		require.NoError(t, err)
		require.Equal(t, want.ADC, got.ADC)
		require.Equal(t, want.Start, got.Start)
		require.Equal(t, want.Comments, got.Comments)
		require.InEpsilon(t, want.Rate, got.Rate, 1e-8)
		for i, s := range got.Signals {
			require.True(t, s.HasChecksum)
			require.InEpsilon(t, want.Signals[i].Gain, s.Gain, 1e-6)
			require.Equal(t, want.Signals[i].Baseline, s.Baseline)
			require.Equal(t, "V1 chest", s.Description)
			require.Equal(t, "uV", s.Units)
		}
	})
}

func TestWriteRecordThenRead(t *testing.T) {
	nan := float32(math.NaN())
	rec := &ecg.Recording{Name: "x", Rate: 100, Start: time.Date(2024, 2, 29, 23, 59, 58, 0, time.UTC), Leads: []ecg.Lead{
		{Name: "MLII", Samples: []float32{0.1, -0.25, nan, 1.5}},
		{Name: "V1", Samples: []float32{100, -100, 0, float32(math.Inf(1))}},
	}}
	for format, step := range map[int]float64{16: 0.001, 212: 0.005, 80: 0.04} {
		dir := t.TempDir()
		require.NoError(t, ecg.WriteRecord(dir, rec, format))
		got, err := ecg.ReadRecord(filepath.Join(dir, "x"))
		require.NoError(t, err)
		require.Equal(t, rec.Names(), got.Names())
		require.Equal(t, rec.Start, got.Start)
		high := float64(formatHigh[format]) * step
		for i, lead := range rec.Leads {
			for n, v := range lead.Samples {
				if math.IsNaN(float64(v)) {
					require.True(t, math.IsNaN(float64(got.Leads[i].Samples[n])))
					continue
				}
				clipped := min(max(float64(v), -high), high)
				require.InDelta(t, clipped, got.Leads[i].Samples[n], step/2+1e-4, "format %d lead %d sample %d", format, i, n)
			}
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	rec := func(name string) *ecg.Recording {
		return &ecg.Recording{Name: name, Rate: 100, Leads: []ecg.Lead{{Name: "II", Samples: []float32{1}}}}
	}
	require.ErrorIs(t, ecg.WriteRecord(t.TempDir(), rec("x"), 310), ecg.ErrUnsupported)
	require.ErrorContains(t, ecg.WriteRecord(t.TempDir(), rec("../x"), 16), "record name")
	require.ErrorContains(t, ecg.WriteRecord(t.TempDir(), rec(""), 16), "record name")
	require.ErrorContains(t, ecg.WriteRecord(t.TempDir(), &ecg.Recording{Name: "x", Rate: 1}, 16), "0 signals")
	require.ErrorContains(t, ecg.WriteRecord(t.TempDir(), &ecg.Recording{Name: "x"}, 16), "rate 0")
	require.ErrorContains(t, ecg.WriteRecord(filepath.Join(t.TempDir(), "absent"), rec("x"), 16), "absent")
	_, err := ecg.Quantize(rec("x"), 16, -1)
	require.ErrorContains(t, err, "gain -1")

	raw := &ecg.RawRecord{
		Header: ecg.Header{Name: "x", Rate: 100, Signals: []ecg.Signal{{Format: 212}, {Format: 212}}},
		ADC:    [][]int32{{1, 2}, {3}},
	}
	require.ErrorContains(t, ecg.WriteSignals(t.TempDir(), raw), "2 and 1 samples")
	raw.ADC[1] = []int32{3, 4000}
	require.ErrorContains(t, ecg.WriteSignals(t.TempDir(), raw), "sample 1 is 4000, outside -2047 to 2047")
}
