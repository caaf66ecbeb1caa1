package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/edf"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

var begin = time.Date(2026, 1, 31, 8, 30, 0, 250e6, time.UTC)

// device sends seconds of noise in two leads from a time on.
type device struct {
	t        *testing.T
	folder   string
	rate     float64
	sequence uint64
	adc      [2][]int32
}

func (d *device) send(at time.Duration, seconds int) {
	d.t.Helper()
	random := rand.New(rand.NewPCG(uint64(at), 1))
	for s := range seconds {
		start := begin.Add(at + time.Duration(s)*time.Second)
		c := &holterv1.SampleChunk{Device: "chest-1", Recording: "rec", Sequence: d.sequence, StartTimeNs: start.UnixNano(), SamplingRateHz: d.rate}
		d.sequence++
		for i, name := range []string{"MLII", "V1"} {
			row := make([]int32, int(d.rate))
			for j := range row {
				row[j] = random.Int32N(4000) - 2000
			}
			row[0] = ecg.InvalidSample
			d.adc[i] = append(d.adc[i], row...)
			c.Leads = append(c.Leads, &holterv1.LeadSamples{Name: name, Gain: 204.8, Samples: row})
		}
		value, err := proto.Marshal(c)
		require.NoError(d.t, err)
		require.NoError(d.t, archive.Put(d.folder, kafka.SampleMessage("anna", c.Device, value)))
	}
}

func tracks(t *testing.T, folder string) []*Track {
	t.Helper()
	a, err := archive.Open(folder)
	require.NoError(t, err)
	stretches, err := a.Read("anna", begin.Add(-time.Hour), begin.Add(time.Hour))
	require.NoError(t, err)
	return Tracks(stretches)
}

func noProgress(int) error { return nil }

// someEvents are events around the gap from 6 s to 8.1 s.
func someEvents() Events {
	at := func(d time.Duration) time.Time { return begin.Add(d).Truncate(time.Millisecond) }
	event := func(id, kind string, from, to time.Duration) localize.Event {
		return localize.Event{ID: id, Patient: "anna", Device: "chest-1", Recording: "rec", Kind: kind, Start: at(from), End: at(to), Confidence: .875, Question: "Q?", Answer: "A."}
	}
	beat := func(id string, d time.Duration) influx.Beat { return influx.Beat{Event: id, Time: at(d)} }
	other := event("x", "V", time.Second, 2*time.Second)
	other.Device = "wrist-1"
	return Events{
		Events: []localize.Event{
			event("v", "V", time.Second, 10*time.Second), event("af", "AFIB", 5*time.Second, 9*time.Second),
			event("n", "NOTE", 9*time.Second, 10*time.Second), event("st", "STD", 2*time.Second, 4*time.Second),
			event("old", "A", 3*time.Second, 5*time.Second), other,
		},
		Beats:   []influx.Beat{beat("v", 1500*time.Millisecond), beat("v", 9300*time.Millisecond), beat("v", 7*time.Second), beat("x", time.Second)},
		Presses: []archive.Press{{Device: "chest-1", Time: at(9 * time.Second), Note: "dizzy"}},
	}
}

// gappy is 6 s, a gap of 2.1 s, and 4 s at 250 Hz.
func gappy(t *testing.T) (*device, *Track) {
	t.Helper()
	d := &device{t: t, folder: t.TempDir(), rate: 250}
	d.send(0, 6)
	d.send(8100*time.Millisecond, 4)
	all := tracks(t, d.folder)
	require.Len(t, all, 1)
	require.Equal(t, 3025, all[0].Len)
	require.Equal(t, 1, all[0].Gaps())
	require.Equal(t, "chest-1_20260131_083000", all[0].Name)
	return d, all[0]
}

func TestWFDBWithAGap(t *testing.T) {
	d, track := gappy(t)
	dir := t.TempDir()
	path, err := WriteWFDB(dir, track, someEvents().Marks(track), noProgress)
	require.NoError(t, err)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, `chest-1_20260131_083000/4 2 250 3025 08:30:00.250 31/01/2026
chest-1_20260131_083000_layout 0
chest-1_20260131_083000_0001 1500
~ 525
chest-1_20260131_083000_0002 1000
# patient: anna
# device: chest-1
`, string(text))
	name := strings.TrimSuffix(path, ".hea")
	second, err := ecg.ReadSignals(name + "_0002")
	require.NoError(t, err)
	require.Equal(t, d.adc[1][1500:], second.ADC[1])
	require.Equal(t, begin.Add(8100*time.Millisecond), second.Start)
	require.Equal(t, 204.8, second.Signals[0].Gain)

	annotations, err := ecg.ReadAnnotations(name + ".hol")
	require.NoError(t, err)
	require.Equal(t, []ecg.Annotation{
		{Sample: 375, Symbol: "V", Aux: "Premature ventricular contraction, confidence 0.88"},
		{Sample: 500, Symbol: "s", Aux: "(ST0-"},
		{Sample: 500, Symbol: `"`, Aux: "ST segment depression, confidence 0.88"},
		{Sample: 750, Symbol: `"`, Aux: "Atrial premature beat, confidence 0.88"},
		{Sample: 1000, Symbol: "s", Aux: "ST0-)"},
		{Sample: 1250, Symbol: "+", Aux: "(AFIB"},
		{Sample: 1250, Symbol: `"`, Aux: "Atrial fibrillation, confidence 0.88"},
		{Sample: 2250, Symbol: "+", Aux: "(N"},
		{Sample: 2250, Symbol: `"`, Aux: "Q? A."},
		{Sample: 2250, Symbol: `"`, Aux: "Symptom button: dizzy"},
		{Sample: 2325, Symbol: "V", Aux: "Premature ventricular contraction, confidence 0.88"},
	}, annotations, "the beat in the gap is left out")
	readWithPython(t, name, d)
}

// python reads a record as the customary tool does.
const python = `
import json, sys, numpy, wfdb
r = wfdb.rdrecord(sys.argv[1], m2s=True)
a = wfdb.rdann(sys.argv[1], "hol")
json.dump({"rate": r.fs, "names": r.sig_name, "start": r.base_datetime.isoformat(), "samples": [int(n) for n in a.sample],
  "mv": [[None if numpy.isnan(v) else v for v in c] for c in r.p_signal.T.tolist()]}, sys.stdout)
`

func readWithPython(t *testing.T, name string, d *device) {
	if err := exec.Command("python3", "-c", "import wfdb").Run(); err != nil {
		t.Log("NOT TESTED: install the Python package wfdb for python3 (pip install wfdb) to read the record with it:", err)
		return
	}
	var stderr bytes.Buffer
	command := exec.Command("python3", "-c", python, name)
	command.Stderr = &stderr
	out, err := command.Output()
	require.NoError(t, err, stderr.String())
	var got struct {
		Rate  float64
		Names []string
		Start string
		MV    [][]*float64
	}
	require.NoError(t, json.Unmarshal(out, &got))
	require.Equal(t, []string{"MLII", "V1"}, got.Names)
	require.Equal(t, "2026-01-31T08:30:00.250000", got.Start)
	for i, row := range got.MV {
		require.Len(t, row, 3025)
		for n, v := range row {
			m := n
			if n >= 2025 {
				m = n - 525
			}
			if n >= 1500 && n < 2025 || d.adc[i][m] == ecg.InvalidSample {
				require.Nil(t, v, n)
				continue
			}
			require.InDelta(t, float64(d.adc[i][m])/204.8, *v, 1e-9)
		}
	}
}

func TestEDFWithAGap(t *testing.T) {
	d, track := gappy(t)
	path, err := WriteEDF(t.TempDir(), track, someEvents().Marks(track), noProgress)
	require.NoError(t, err)
	file := readEDF(t, path)
	require.True(t, file.Discontinuous)
	require.Equal(t, begin.Truncate(time.Second), file.Start)
	require.Equal(t, "anna X X X", file.Patient)
	require.Equal(t, "Startdate 31-JAN-2026 X X Holter_chest-1", file.Recording)
	require.Equal(t, "ECG MLII", file.Signals[0].Label)
	require.Len(t, file.Records, 10)
	require.Equal(t, 5250*time.Millisecond, file.Records[5].Onset)
	require.Equal(t, 8350*time.Millisecond, file.Records[6].Onset)
	holds(t, file, d)
	require.Contains(t, file.Annotations, edf.Annotation{Onset: 1750 * time.Millisecond, Text: "Premature ventricular contraction, confidence 0.88"})
	require.Contains(t, file.Annotations, edf.Annotation{Onset: 5250 * time.Millisecond, Duration: 4 * time.Second, Text: "Atrial fibrillation, confidence 0.88"})
	require.Contains(t, file.Annotations, edf.Annotation{Onset: 9250 * time.Millisecond, Text: "Symptom button: dizzy"})
	require.Len(t, file.Annotations, 7)
}

func readEDF(t *testing.T, path string) *edf.File {
	t.Helper()
	in, err := os.Open(path)
	require.NoError(t, err)
	defer in.Close() //nolint:errcheck // only read from
	file, err := edf.Read(in)
	require.NoError(t, err)
	return file
}

// holds requires that the records have the device's samples, one by one.
func holds(t *testing.T, file *edf.File, d *device) {
	t.Helper()
	for i, s := range file.Signals {
		var got []int32
		for _, r := range file.Records {
			for _, v := range r.Samples[i] {
				got = append(got, int32(v))
				if v != math.MinInt16 {
					require.InDelta(t, float64(v)/204.8*1000, s.Physical(v), .02, s.Dimension) // the header has eight characters
				}
			}
		}
		want := append([]int32(nil), d.adc[i]...)
		for n, v := range want {
			if v == ecg.InvalidSample {
				want[n] = math.MinInt16
			}
		}
		require.Equal(t, want, got)
	}
}

// A gap that is shorter than a record, and a last record that is not full.
func TestEDFFillsUpShortGaps(t *testing.T) {
	d := &device{t: t, folder: t.TempDir(), rate: 125.5} // records of 2 s
	d.send(0, 3)
	d.send(3300*time.Millisecond, 2)
	track := tracks(t, d.folder)[0]
	path, err := WriteEDF(t.TempDir(), track, nil, noProgress)
	require.NoError(t, err)
	file := readEDF(t, path)
	require.Equal(t, 251, file.Signals[0].Samples)
	var got []int32
	for _, r := range file.Records {
		for _, v := range r.Samples[0] {
			if v != math.MinInt16 {
				got = append(got, int32(v))
			}
		}
	}
	var want []int32
	for _, v := range d.adc[0] {
		if v != ecg.InvalidSample {
			want = append(want, v)
		}
	}
	require.Equal(t, want, got)
	texts := 0
	for _, a := range file.Annotations {
		require.Equal(t, "No signal", a.Text)
		texts++
	}
	require.Greater(t, texts, 1)
}

func TestAShortStretchIsAPlainRecordAndAContinuousFile(t *testing.T) {
	d := &device{t: t, folder: t.TempDir(), rate: 250}
	d.send(0, 5)
	track := tracks(t, d.folder)[0]
	path, err := WriteWFDB(t.TempDir(), track, nil, noProgress)
	require.NoError(t, err)
	raw, err := ecg.ReadSignals(strings.TrimSuffix(path, ".hea"))
	require.NoError(t, err)
	require.Equal(t, d.adc[0], raw.ADC[0])
	path, err = WriteEDF(t.TempDir(), track, someEvents().Marks(track), noProgress)
	require.NoError(t, err)
	file := readEDF(t, path)
	require.False(t, file.Discontinuous)
	holds(t, file, d)
}

func TestAChangeBeginsAnotherTrack(t *testing.T) {
	d := &device{t: t, folder: t.TempDir(), rate: 250}
	d.send(0, 3)
	d.rate = 125
	d.send(3*time.Second, 3)
	d.send(time.Second, 2) // the clock was set back: it overlaps
	all := tracks(t, d.folder)
	var got []string
	for _, track := range all {
		got = append(got, fmt.Sprint(track.Name, " ", track.Rate, " ", track.Len))
	}
	require.Equal(t, []string{"chest-1_20260131_083000 250 750", "chest-1_20260131_083001 125 625"}, got,
		"what was sent with a clock set back comes before, where it belongs in time")
}

func TestWhatEDFCannotTell(t *testing.T) {
	_, err := signal("II", 1e-12, 250)
	require.ErrorContains(t, err, "export it as wfdb")
	for _, gain := range []float64{1, 3, 200, 204.8, 1000.0 / 3, 1e6} {
		s, err := signal("II", gain, 250)
		require.NoError(t, err)
		scale := map[string]float64{"uV": 1000, "mV": 1, "V": 1e-3, "nV": 1e6}[s.Dimension]
		for _, v := range []int16{-32768, -1, 0, 1, 200, 32767} {
			require.InDelta(t, float64(v)/gain, s.Physical(v)/scale, 1e-5/gain*33000, "gain %g in %s", gain, s.Dimension)
		}
	}
}

func TestProgressCanEndIt(t *testing.T) {
	_, track := gappy(t)
	enough := fmt.Errorf("enough")
	for _, write := range []func(string, *Track, []Mark, func(int) error) (string, error){WriteWFDB, WriteEDF} {
		dir := t.TempDir()
		_, err := write(dir, track, nil, func(int) error { return enough })
		require.ErrorIs(t, err, enough)
		left, err := filepath.Glob(filepath.Join(dir, "*.edf"))
		require.NoError(t, err)
		require.Empty(t, left)
	}
}
