package ecg_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

// goldenFiles reads the files of testdata with an extension, as seeds.
func goldenFiles(f *testing.F, extension string) [][]byte {
	f.Helper()
	names, err := filepath.Glob("testdata/*" + extension)
	require.NoError(f, err)
	require.NotEmpty(f, names)
	var out [][]byte
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		out = append(out, data)
	}
	return out
}

// A header either is refused or describes what can be worked with.
func FuzzParseHeader(f *testing.F) {
	for _, data := range goldenFiles(f, ".hea") {
		f.Add(string(data))
	}
	f.Add("x/2 2 360 1000\nx_1 500\nx_2 500\n")
	f.Add("x 1 360/0.5(-1) 0 1:2:3.5 31/12/1999\nx.mat 16x1+24 1000.0(0)/mV 16 0 28 -1716 0 I\n")
	f.Add("x 2147483648\n")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ecg.ParseHeader(strings.NewReader(text))
		if err != nil {
			return
		}
		require.Positive(t, h.Rate)
		require.GreaterOrEqual(t, h.Samples, int64(0))
		for _, s := range h.Signals {
			require.NotZero(t, s.Gain)
			require.NotEmpty(t, s.Units)
			require.GreaterOrEqual(t, s.Offset, int64(0))
			require.GreaterOrEqual(t, s.Skew, 0)
		}
	})
}

// Files that do not fit their header are refused; what is read fits it.
func FuzzReadSignals(f *testing.F) {
	for _, header := range goldenFiles(f, ".hea") {
		f.Add(string(header), []byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x80\x7f\xff"))
	}
	f.Add("x 2 100 9223372036854775807\nd 212\nd 212\n", []byte{1, 2, 3})
	f.Add("x 3\nd 311:4000000000\nd 311\nd 311\n", []byte{1, 2, 3, 4, 5, 6})
	f.Add("x 1 100 2\nd 8 1 1 0 2147483647 5\n", []byte{127, 127})
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, header string, data []byte) {
		h, err := ecg.ParseHeader(strings.NewReader(header))
		if err != nil {
			return
		}
		path := filepath.Join(dir, "x")
		require.NoError(t, os.WriteFile(path+".hea", []byte(header), 0o600))
		for _, s := range h.Signals {
			if strings.Trim(s.File, "abcdefghijklmnopqrstuvwxyz.0123456789") == "" && !strings.HasSuffix(s.File, ".hea") && s.File != "." && s.File != ".." {
				require.NoError(t, os.WriteFile(filepath.Join(dir, s.File), data, 0o600))
				defer os.Remove(filepath.Join(dir, s.File)) //nolint:errcheck // of this round only
			}
		}
		raw, err := ecg.ReadSignals(path)
		if err != nil {
			return
		}
		require.Len(t, raw.ADC, len(h.Signals))
		for _, adc := range raw.ADC {
			require.LessOrEqual(t, len(adc), 2*len(data)+1, "no more samples than the bytes hold")
			require.Len(t, adc, len(raw.ADC[0]))
		}
		_, _ = raw.Recording()
	})
}

// What can be read can be written, and reads the same.
func FuzzDecodeAnnotations(f *testing.F) {
	for _, data := range goldenFiles(f, ".atr") {
		f.Add(data)
	}
	f.Add([]byte("\x00X\x17\xfc## time resolution: 010"))
	f.Add([]byte{0, 59 << 2, 0xff, 0x7f, 0xff, 0xff, 1, 1 << 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		annotations, _, err := ecg.DecodeAnnotations(data)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(annotations), len(data)/2)
		encoded, err := ecg.EncodeAnnotations(annotations)
		if err != nil {
			return // out of order, longer texts or symbols of the file's own
		}
		again, resolution, err := ecg.DecodeAnnotations(encoded)
		require.NoError(t, err)
		require.Zero(t, resolution)
		require.Len(t, again, len(annotations))
		for i := range annotations {
			require.Equal(t, annotations[i], again[i])
		}
	})
}
