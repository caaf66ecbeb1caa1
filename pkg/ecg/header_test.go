package ecg_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

func TestParseHeaderDefaults(t *testing.T) {
	h, err := ecg.ParseHeader(strings.NewReader("x 1\nx.dat 16\n"))
	require.NoError(t, err)
	require.Equal(t, "x", h.Name)
	require.Equal(t, 250.0, h.Rate)
	require.Zero(t, h.Samples)
	require.True(t, h.Start.IsZero())
	require.Equal(t, ecg.Signal{File: "x.dat", Format: 16, Gain: 200, Units: "mV"}, h.Signals[0])
	require.Equal(t, "x.dat", h.Signals[0].Name(), "without a description the file's name serves")
}

func TestParseHeaderFields(t *testing.T) {
	text := "# first\r\nrec 2 3.6e2/1000(17.5) 650000 8:05 01/02/2003\r\n" +
		"a.dat 212x1:5+100 1e3(-7)/uV 11 1024 995 -22131 512 MLII  modified\r\n" +
		"a.dat 212+100 0 \r\n# info\r\nignored.dat 16\r\n"
	h, err := ecg.ParseHeader(strings.NewReader(text))
	require.NoError(t, err)
	require.Equal(t, 360.0, h.Rate)
	require.Equal(t, int64(650000), h.Samples)
	require.Equal(t, time.Date(2003, 2, 1, 0, 8, 5, 0, time.UTC), h.Start)
	require.Equal(t, []string{"info"}, h.Comments)
	require.Len(t, h.Signals, 2)
	minus22131 := int16(-22131)
	require.Equal(t, ecg.Signal{
		File: "a.dat", Format: 212, Skew: 5, Offset: 100, Gain: 1000, Baseline: -7, Units: "uV", Resolution: 11,
		Zero: 1024, Initial: 995, Checksum: uint16(minus22131), HasChecksum: true, BlockSize: 512, Description: "MLII  modified",
	}, h.Signals[0])
	require.Equal(t, 200.0, h.Signals[1].Gain, "gain 0 means uncalibrated")
}

func TestBaselineDefaultsToADCZero(t *testing.T) {
	h, err := ecg.ParseHeader(strings.NewReader("x 1\nx.dat 212 200 11 1024 995 0 0 II"))
	require.NoError(t, err)
	require.Equal(t, 1024, h.Signals[0].Baseline)
}

func TestParseHeaderRefuses(t *testing.T) {
	tests := []struct {
		name, text string
		want       error
		says       string
	}{
		{"empty", "", ecg.ErrFormat, "no record line"},
		{"only comments", "# a\n#b\n", ecg.ErrFormat, "no record line"},
		{"binary", "\x00\x01\x02", ecg.ErrFormat, "record line"},
		{"no signals field", "x\n", ecg.ErrFormat, "number of signals"},
		{"negative signals", "x -1\n", ecg.ErrFormat, "number of signals"},
		{"signals missing", "x 1000000000\nx.dat 16\n", ecg.ErrFormat, "announces 1000000000 signals but describes 1"},
		{"multi-segment", "x/3 2 360 1000\n", ecg.ErrUnsupported, "multi-segment record (3 segments)"},
		{"rate zero", "x 0 0\n", ecg.ErrFormat, "sampling frequency"},
		{"rate NaN", "x 0 NaN\n", ecg.ErrFormat, "sampling frequency"},
		{"rate infinite", "x 0 Inf\n", ecg.ErrFormat, "sampling frequency"},
		{"samples", "x 0 100 -5\n", ecg.ErrFormat, "number of samples"},
		{"time", "x 0 100 5 1:2:3:4 1/1/2000\n", ecg.ErrFormat, "base time"},
		{"date", "x 0 100 5 1:2:3 2000-01-01\n", ecg.ErrFormat, "base date"},
		{"no format", "x 1\nx.dat\n", ecg.ErrFormat, "line 2"},
		{"format", "x 1\nx.dat abc\n", ecg.ErrFormat, "signal format"},
		{"several samples per frame", "x 1\nx.dat 16x4\n", ecg.ErrUnsupported, "4 samples per frame"},
		{"samples per frame", "x 1\nx.dat 16x0\n", ecg.ErrFormat, "samples per frame"},
		{"skew", "x 1\nx.dat 16:-1\n", ecg.ErrFormat, "skew"},
		{"offset", "x 1\nx.dat 16+y\n", ecg.ErrFormat, "byte offset"},
		{"gain", "x 1\nx.dat 16 x\n", ecg.ErrFormat, "gain"},
		{"gain NaN", "x 1\nx.dat 16 nan\n", ecg.ErrFormat, "gain"},
		{"baseline open", "x 1\nx.dat 16 200(5\n", ecg.ErrFormat, "lacks its ')'"},
		{"baseline", "x 1\nx.dat 16 200(5.5)\n", ecg.ErrFormat, "baseline"},
		{"resolution", "x 1\nx.dat 16 200 twelve\n", ecg.ErrFormat, "ADC resolution"},
		{"checksum", "x 1\nx.dat 16 200 12 0 0 z\n", ecg.ErrFormat, "checksum"},
		{"huge", "x 0\n" + strings.Repeat("#", 2<<20), ecg.ErrFormat, "longer than"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ecg.ParseHeader(strings.NewReader(tt.text))
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, tt.says)
		})
	}
}

func TestPerMillivolt(t *testing.T) {
	for units, want := range map[string]float64{"mV": 200, "uV": 200_000, "µV": 200_000, "V": 0.2, "nV": 2e8} {
		got, ok := ecg.Signal{Gain: 200, Units: units}.PerMillivolt()
		require.True(t, ok, units)
		require.InEpsilon(t, want, got, 1e-12, units)
	}
	_, ok := ecg.Signal{Gain: 200, Units: "mmHg"}.PerMillivolt()
	require.False(t, ok)
}

func TestReadHeaderNamesTheRemedy(t *testing.T) {
	_, err := ecg.ReadHeader("testdata/absent")
	require.ErrorContains(t, err, "absent.hea")
	require.ErrorContains(t, err, "without extension")
}
