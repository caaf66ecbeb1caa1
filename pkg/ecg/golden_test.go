package ecg_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

// golden is what the Python wfdb package reads from testdata; see testdata/make.py.
type golden struct {
	Records map[string]struct {
		Rate     float64
		Names    []string
		Units    []string
		Gain     []float64
		Baseline []int
		Start    string
		ADC      [][]int32
		Physical [][]*float64
	}
	Annotations map[string]struct {
		Resolution  float64
		Annotations []ecg.Annotation
	}
}

func loadGolden(t *testing.T) golden {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	var g golden
	require.NoError(t, json.Unmarshal(text, &g))
	return g
}

func TestReadSignalsAsWFDBDoes(t *testing.T) {
	records := loadGolden(t).Records
	require.Len(t, records, 12)
	for name, want := range records {
		t.Run(name, func(t *testing.T) {
			got, err := ecg.ReadSignals(filepath.Join("testdata", name))
			require.NoError(t, err)
			require.Equal(t, name, got.Name)
			require.Equal(t, want.Rate, got.Rate)
			if want.Start != "" {
				require.Equal(t, want.Start, got.Start.Format("2006-01-02T15:04:05.000000"))
			} else {
				require.True(t, got.Start.IsZero())
			}
			require.Len(t, got.Signals, len(want.Names))
			for i, s := range got.Signals {
				require.Equal(t, want.Names[i], s.Name())
				require.Equal(t, want.Units[i], s.Units)
				require.Equal(t, want.Gain[i], s.Gain)
				require.Equal(t, want.Baseline[i], s.Baseline)
				require.Len(t, got.ADC[i], len(want.ADC[i]))
				for n, physical := range want.Physical[i] {
					if physical == nil {
						require.EqualValues(t, ecg.InvalidSample, got.ADC[i][n], "sample %d", n)
						continue
					}
					require.Equal(t, want.ADC[i][n], got.ADC[i][n], "sample %d", n)
				}
			}
		})
	}
}

func TestReadRecordInMillivolts(t *testing.T) {
	const name = "crowded" // µV, mV, mV with missing samples, mmHg
	want := loadGolden(t).Records[name]
	got, err := ecg.ReadRecord(filepath.Join("testdata", name))
	require.NoError(t, err)
	require.Equal(t, want.Names[:3], got.Names(), "the pressure is no lead")
	for i, perMillivolt := range []float64{1000, 1, 1} {
		for n, v := range got.Leads[i].Samples {
			physical := want.Physical[i][n]
			if physical == nil {
				require.True(t, v != v, "sample %d of lead %d", n, i)
				continue
			}
			require.InDelta(t, *physical/perMillivolt, v, 1e-6)
		}
	}
	require.Equal(t, []string{"in between", "69 M 1085 1629 x1", "no blank"}, header(t, name).Comments)
}

func header(t *testing.T, name string) *ecg.Header {
	t.Helper()
	h, err := ecg.ReadHeader(filepath.Join("testdata", name))
	require.NoError(t, err)
	return h
}

func TestReadAnnotationsAsWFDBDoes(t *testing.T) {
	files := loadGolden(t).Annotations
	require.Len(t, files, 3)
	for name, want := range files {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", name))
			require.NoError(t, err)
			got, resolution, err := ecg.DecodeAnnotations(data)
			require.NoError(t, err)
			require.Equal(t, want.Resolution, resolution)
			require.Equal(t, want.Annotations, got)
		})
	}
}
