package ecg_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

// writeFiles puts a record x of the given header and files into a fresh folder.
func writeFiles(t *testing.T, header string, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x.hea"), []byte(header), 0o600))
	for name, data := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600))
	}
	return filepath.Join(dir, "x")
}

func TestChecksum(t *testing.T) {
	files := map[string]string{"x.dat": "\x01\x00\xff\xff\x05\x00"} // 1, -1, 5
	for sum, want := range map[string]error{"5": nil, "65541": nil, "-65531": nil, "6": ecg.ErrChecksum, "0": ecg.ErrChecksum} {
		_, err := ecg.ReadSignals(writeFiles(t, "x 1 100 3\nx.dat 16 200 12 0 1 "+sum+" 0 II\n", files))
		require.ErrorIs(t, err, want, "checksum %s", sum)
		if want != nil {
			require.ErrorContains(t, err, "signal II sums to 5")
			require.ErrorContains(t, err, "fetch the file again")
		}
	}
	raw, err := ecg.ReadSignals(writeFiles(t, "x 1 100\nx.dat 16 200 12 0 1 999 0 II\n", files))
	require.NoError(t, err, "without a length the checksum means nothing")
	require.Equal(t, []int32{1, -1, 5}, raw.ADC[0], "and the file tells the length")
}

func TestSignalFilesMayBeLongerButNotShorter(t *testing.T) {
	files := map[string]string{"x.dat": "\x01\x00\x02\x00\x03\x00"}
	raw, err := ecg.ReadSignals(writeFiles(t, "x 1 100 2\nx.dat 16\n", files))
	require.NoError(t, err)
	require.Equal(t, []int32{1, 2}, raw.ADC[0])
	_, err = ecg.ReadSignals(writeFiles(t, "x 1 100 4000000000000\nx.dat 16\n", files))
	require.ErrorIs(t, err, ecg.ErrFormat)
	require.ErrorContains(t, err, "announces 4000000000000 samples per signal, the file holds 3")
}

func TestReadSignalsRefuses(t *testing.T) {
	data := map[string]string{"x.dat": "abcdef", "y.dat": "abcd"}
	tests := []struct {
		name, header string
		want         error
		says         string
	}{
		{"unknown format", "x 1\nx.dat 516\n", ecg.ErrUnsupported, "signal format 516"},
		{"absent file", "x 1\nz.dat 16\n", os.ErrNotExist, "z.dat"},
		{"file elsewhere", "x 1\n../x.dat 16\n", ecg.ErrUnsupported, "not a plain file name"},
		{"parent", "x 1\n.. 16\n", ecg.ErrUnsupported, "not a plain file name"},
		{"preamble past the end", "x 1\nx.dat 16+7\n", ecg.ErrFormat, "start at byte 7"},
		{"formats differ", "x 2\nx.dat 16\nx.dat 80\n", ecg.ErrFormat, "differ in format"},
		{"scattered", "x 3\nx.dat 16\ny.dat 16\nx.dat 16\n", ecg.ErrFormat, "do not stand together"},
		{"lengths differ", "x 2\nx.dat 16\ny.dat 16\n", ecg.ErrFormat, "2 and 3 samples"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ecg.ReadSignals(writeFiles(t, tt.header, data))
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, tt.says)
		})
	}
}

func TestReadRecordWithoutVoltage(t *testing.T) {
	_, err := ecg.ReadRecord(writeFiles(t, "x 1\nx.dat 80 10/mmHg\n", map[string]string{"x.dat": "abc"}))
	require.ErrorIs(t, err, ecg.ErrUnsupported)
	require.ErrorContains(t, err, "none of its 1 signals is a voltage")
}

func TestNoSignals(t *testing.T) {
	raw, err := ecg.ReadSignals(writeFiles(t, "x 0 100\n", nil))
	require.NoError(t, err)
	require.Empty(t, raw.ADC)
}

// Every format has a code for a missing sample, but for the difference format.
func TestMissingSampleCodes(t *testing.T) {
	codes := map[int]string{
		16: "\x00\x80", 24: "\x00\x00\x80", 32: "\x00\x00\x00\x80", 61: "\x80\x00", 80: "\x00", 160: "\x00\x00",
		212: "\x00\x08", 310: "\x00\x04", 311: "\x00\x02\x00\x00",
	}
	for format, code := range codes {
		path := writeFiles(t, fmt.Sprintf("x 1 100 1\nx.dat %d 100 12 0 0 0 0 II\n", format), map[string]string{"x.dat": code})
		h, err := ecg.ReadHeader(path)
		require.NoError(t, err)
		// The code is part of the checksum, as stored.
		_, err = ecg.ReadSignals(path)
		if format == 24 || format == 32 { // their low 16 bits are 0
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, ecg.ErrChecksum, "format %d", format)
		}
		require.NoError(t, os.WriteFile(path+".hea", fmt.Appendf(nil, "x 1 %g\nx.dat %d\n", h.Rate, format), 0o600))
		rec, err := ecg.ReadRecord(path)
		require.NoError(t, err, "format %d", format)
		require.NotEmpty(t, rec.Leads[0].Samples)
		require.True(t, math.IsNaN(float64(rec.Leads[0].Samples[0])), "format %d", format)
	}
}

func TestSkewBeyondTheEnd(t *testing.T) {
	raw, err := ecg.ReadSignals(writeFiles(t, "x 1\nx.dat 80:9\n", map[string]string{"x.dat": "abc"}))
	require.NoError(t, err)
	require.Equal(t, []int32{ecg.InvalidSample, ecg.InvalidSample, ecg.InvalidSample}, raw.ADC[0])
}
