package ecg_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Beats of the MIT-BIH Arrhythmia Database at 100 Hz, in the 10 s windows in which
// the pipeline looks at them, against the experts' annotations. The bounds lie a
// little below what was measured; run with -v for the figures.
func TestDetectQRSOnRealRecords(t *testing.T) {
	skipShort(t)
	both, first, second := []int{0, 1}, []int{0}, []int{1}
	tests := []struct {
		name, folder              string
		leads                     []int
		sensitivity, predictivity float64
	}{
		{"mitdb both leads", "mitdb", both, 99.9, 99.65},
		{"mitdb first lead", "mitdb", first, 99.8, 99.75},
		{"mitdb second lead", "mitdb", second, 98.5, 96},
		{"nstdb both leads", "nstdb", both, 97.5, 87},
		{"nstdb first lead", "nstdb", first, 96, 84},
		{"nstdb second lead", "nstdb", second, 97.5, 89.5},
	}
	records := make(map[string][]scored)
	for _, folder := range []string{"mitdb", "nstdb"} {
		for _, path := range realRecords(t, folder) {
			records[folder] = append(records[folder], loadScored(t, path))
		}
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var total tally
			for _, record := range records[tt.folder] {
				var leads [][]float32
				for _, l := range tt.leads {
					leads = append(leads, record.leads[l])
				}
				result := record.score(record.windowed(leads))
				t.Logf("%-7s %s", record.name, result)
				total.add(result)
			}
			t.Logf("total   %s", total)
			require.Greater(t, total.sensitivity(), tt.sensitivity)
			require.Greater(t, total.predictivity(), tt.predictivity)
			require.InDelta(t, 0, total.median(), 0.01, "beats lie where the experts put them")
			if tt.name == "mitdb both leads" {
				require.Greater(t, total.within(0.05), 99.0)
				require.Greater(t, total.within(0.1), 99.8)
			}
		})
	}
}

func skipShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED: -short leaves out detection on all real recordings")
	}
}

// A beat is the same beat whether it is seen in a 10 s window or in the whole record.
func TestDetectQRSInWindowsOfRealRecords(t *testing.T) {
	skipShort(t)
	var beats, same int
	for _, path := range realRecords(t, "mitdb") {
		record := loadScored(t, path)
		whole := record
		whole.beats, whole.flutter = record.whole(record.leads), nil
		result := whole.score(record.windowed(record.leads))
		beats += result.tp + result.fn + result.fp
		same += int(result.within(0.0101)/100*float64(result.tp) + 0.5)
	}
	t.Logf("%d of %d beats (%.2f %%) agree within 10 ms", same, beats, 100*float64(same)/float64(beats))
	require.Greater(t, float64(same)/float64(beats), 0.997)
}
