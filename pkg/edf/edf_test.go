package edf

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func header() Header {
	start := time.Date(2026, 1, 31, 8, 30, 0, 0, time.UTC)
	return Header{
		Patient: PatientID("anna é b"), Recording: RecordingID(start, "Holter chest-1"), Start: start, Duration: time.Second,
		Signals: []Signal{
			{Label: "ECG II", Dimension: "uV", PhysicalMin: -163840, PhysicalMax: 163835, DigitalMin: -32768, DigitalMax: 32767, Samples: 4},
			{Label: "ECG V1", Dimension: "mV", PhysicalMin: -10, PhysicalMax: 10, DigitalMin: -100, DigitalMax: 100, Samples: 2},
		},
	}
}

func records(onsets ...time.Duration) []Record {
	var out []Record
	for i, at := range onsets {
		n := int16(i)
		out = append(out, Record{Onset: at, Samples: [][]int16{{n, -n, math.MinInt16, math.MaxInt16}, {n, 100 - n}}})
	}
	return out
}

var texts = []Annotation{
	{Onset: 0, Text: "begin"},
	{Onset: 1250 * time.Millisecond, Duration: 500 * time.Millisecond, Text: "Vorhofflimmern 0,93 ü"},
	{Onset: 1250 * time.Millisecond, Text: strings.Repeat("long ", 50)},
	{Onset: 2500 * time.Millisecond, Text: "end"},
}

// written is a file with the records.
func written(t *testing.T, h Header, records []Record, texts []Annotation) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.edf")
	out, err := os.Create(path)
	require.NoError(t, err)
	w, err := NewWriter(out, h, len(records), texts)
	require.NoError(t, err)
	for _, r := range records {
		require.NoError(t, w.Write(r))
	}
	require.NoError(t, w.Close())
	require.NoError(t, out.Close())
	return path
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	for _, gaps := range []bool{false, true} {
		h := header()
		h.Discontinuous = gaps
		all := records(250*time.Millisecond, 1250*time.Millisecond, 2250*time.Millisecond)
		if gaps {
			all[2].Onset = 7 * time.Hour
		}
		data, err := os.ReadFile(written(t, h, all, texts))
		require.NoError(t, err)
		require.Equal(t, strings.Fields("0 anna_?_b X X X Startdate 31-JAN-2026 X X Holter_chest-1"), strings.Fields(string(data[:168])))
		require.Equal(t, "31.01.2608.30.00", string(data[168:184]))
		require.Equal(t, "1024    ", string(data[184:192]))
		require.Equal(t, map[bool]string{false: "EDF+C", true: "EDF+D"}[gaps], string(data[192:197]))
		require.Equal(t, "3       1       3   ", string(data[236:256]))
		file, err := Read(bytes.NewReader(data))
		require.NoError(t, err)
		require.Equal(t, &File{Header: h, Records: all, Annotations: texts}, file)
		require.InDelta(t, -163840, h.Signals[0].Physical(math.MinInt16), 1e-9)
		require.InDelta(t, 1, h.Signals[1].Physical(10), 1e-9)
	}
}

func TestWhatIsWrong(t *testing.T) {
	w, err := NewWriter(os.NewFile(0, ""), header(), 0, nil)
	require.Error(t, err, w)
	h := header()
	h.Signals[0].Label = "much too long for a label"
	_, err = NewWriter(nil, h, 1, nil)
	require.ErrorContains(t, err, "16 printable")
	out, err := os.Create(filepath.Join(t.TempDir(), "x.edf"))
	require.NoError(t, err)
	defer out.Close() //nolint:errcheck // not read
	w, err = NewWriter(out, header(), 9, slices.Repeat(texts, 9))
	require.NoError(t, err)
	require.NoError(t, w.Write(records(time.Second)[0]))
	require.ErrorContains(t, w.Write(records(time.Second)[0]), "before the end")
	require.ErrorContains(t, w.Write(records(3 * time.Second)[0]), "must be discontinuous")
	require.ErrorContains(t, w.Write(Record{Onset: 2 * time.Second}), "0 signals")
	short := records(2 * time.Second)[0]
	short.Samples[1] = nil
	require.ErrorContains(t, w.Write(short), "0 samples of signal 1")
	require.ErrorContains(t, w.Close(), "no room")
}

func TestYearsThatTwoDigitsCannotTell(t *testing.T) {
	for _, year := range []int{1971, 1985, 1999, 2000, 2084, 2085, 2199} {
		h := header()
		h.Start = time.Date(year, 2, 3, 4, 5, 6, 0, time.UTC)
		h.Recording = RecordingID(h.Start, "")
		data, err := os.ReadFile(written(t, h, records(0), nil))
		require.NoError(t, err)
		file, err := Read(bytes.NewReader(data))
		require.NoError(t, err)
		require.Equal(t, h, file.Header)
	}
}

func FuzzRead(f *testing.F) {
	h := header()
	var data bytes.Buffer
	head, err := h.encode(40)
	if err != nil {
		f.Fatal(err)
	}
	data.Write(head)
	data.WriteString(strings.Repeat("+1\x14\x14\x00", 20))
	f.Add(data.Bytes())
	f.Add(head)
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(bytes.NewReader(data))
		if err != nil {
			require.ErrorIs(t, err, ErrFormat)
			return
		}
		require.NotNil(t, file)
	})
}

// python reads a file with EDFlib.
const python = `
import json, sys, pyedflib
r = pyedflib.EdfReader(sys.argv[1])
at, length, text = r.readAnnotations()
json.dump({"labels": r.getSignalLabels(), "rate": [float(f) for f in r.getSampleFrequencies()], "start": r.getStartdatetime().isoformat(),
  "digital": [[int(v) for v in r.readSignal(i, digital=True)] for i in range(2)], "first": float(r.readSignal(1)[1]),
  "onsets": list(map(float, at)), "texts": list(text)}, sys.stdout)
`

func TestPythonReadsWhatWeWrite(t *testing.T) {
	if err := exec.Command("python3", "-c", "import pyedflib").Run(); err != nil {
		t.Skip("SKIPPED: install the Python package pyedflib for python3 (pip install pyedflib) to run this test:", err)
	}
	all := records(250*time.Millisecond, 1250*time.Millisecond, 2250*time.Millisecond)
	path := written(t, header(), all, texts)
	var stderr bytes.Buffer
	command := exec.Command("python3", "-c", python, path)
	command.Stderr = &stderr
	out, err := command.Output()
	require.NoError(t, err, stderr.String())
	var got struct {
		Labels, Texts []string
		Rate, Onsets  []float64
		Start         string
		Digital       [][]int16
		First         float64
	}
	require.NoError(t, json.Unmarshal(out, &got))
	require.Equal(t, []string{"ECG II", "ECG V1"}, got.Labels)
	require.Equal(t, []float64{4, 2}, got.Rate)
	require.True(t, strings.HasPrefix(got.Start, "2026-01-31T08:30:00."), "pyedflib takes the fraction for a tenth of it: %s", got.Start)
	require.InDelta(t, 10, got.First, 1e-9)
	for i := range 2 {
		var want []int16
		for _, r := range all {
			want = append(want, r.Samples[i]...)
		}
		require.Equal(t, want, got.Digital[i])
	}
	require.Equal(t, texts[1].Text, got.Texts[1])
	require.InDelta(t, 1.0, got.Onsets[1], 1e-6, "EDFlib counts from the first sample")
}
