package ecg_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/ecg"
)

// counting makes a recording whose samples hold their own index.
func counting(rate float64, n int, names ...string) *ecg.Recording {
	rec := &ecg.Recording{Name: "r", Rate: rate, Start: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, name := range names {
		lead := ecg.Lead{Name: name, Samples: make([]float32, n)}
		for i := range lead.Samples {
			lead.Samples[i] = float32(i)
		}
		rec.Leads = append(rec.Leads, lead)
	}
	return rec
}

func TestSlice(t *testing.T) {
	rec := counting(360, 3600, "MLII", "V1")
	require.Equal(t, 10*time.Second, rec.Duration())
	got, err := rec.Slice(2*time.Second, 5*time.Second)
	require.NoError(t, err)
	require.Equal(t, 3*time.Second, got.Duration())
	require.Equal(t, float32(720), got.Leads[1].Samples[0])
	require.Equal(t, rec.Start.Add(2*time.Second), got.Start)
	for _, to := range []time.Duration{0, time.Hour} {
		got, err = rec.Slice(9*time.Second, to)
		require.NoError(t, err)
		require.Equal(t, time.Second, got.Duration(), "until the end")
	}
	rec.Start = time.Time{}
	got, err = rec.Slice(time.Second, 0)
	require.NoError(t, err)
	require.True(t, got.Start.IsZero(), "an unknown time stays unknown")
}

func TestSliceRefuses(t *testing.T) {
	rec := counting(1, 10, "II")
	for _, span := range [][2]time.Duration{{-1, 5}, {5 * time.Second, 4 * time.Second}, {time.Minute, 0}, {time.Second, time.Second + time.Millisecond}} {
		_, err := rec.Slice(span[0], span[1])
		require.ErrorContains(t, err, "slice r from", span)
	}
	_, err := (&ecg.Recording{}).Slice(0, 0)
	require.Error(t, err)
}

// Neighbouring slices hold every sample exactly once.
func TestSlicesPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rec := counting(rapid.Float64Range(1, 1000).Draw(t, "rate"), rapid.IntRange(2, 500).Draw(t, "samples"), "II")
		cut := time.Duration(rapid.Int64Range(1, int64(rec.Duration())-1).Draw(t, "cut"))
		var joined []float32
		for _, span := range [][2]time.Duration{{0, cut}, {cut, 0}} {
			if part, err := rec.Slice(span[0], span[1]); err == nil {
				joined = append(joined, part.Leads[0].Samples...)
			}
		}
		require.Equal(t, rec.Leads[0].Samples, joined)
	})
}

func TestSelect(t *testing.T) {
	rec := counting(100, 10, "MLII", "V1", "V5")
	tests := map[string][]string{
		"all": {"MLII", "V1", "V5"}, "": {"MLII", "V1", "V5"}, "first": {"MLII"}, "Second": {"V1"},
		"V5": {"V5"}, "v5,mlii": {"V5", "MLII"}, "II , V1": {"MLII", "V1"},
	}
	for selection, want := range tests {
		got, err := rec.Select(selection)
		require.NoError(t, err, selection)
		require.Equal(t, want, got.Names(), selection)
	}
	require.Len(t, rec.Leads, 3, "the recording itself is unchanged")
	_, err := rec.Select("V2")
	require.ErrorIs(t, err, ecg.ErrUnknownLead)
	require.ErrorContains(t, err, "MLII, V1, V5")
	_, err = rec.Select("II,MLII")
	require.ErrorIs(t, err, ecg.ErrDuplicateLead)
	_, err = counting(100, 10, "ECG").Select("second")
	require.ErrorContains(t, err, "no second lead")
	_, err = counting(100, 10, "ECG").Select("ECG")
	require.NoError(t, err, "a name of no slot is found by itself")
}
