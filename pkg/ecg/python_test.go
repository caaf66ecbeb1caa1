package ecg_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

// wfdbReads runs the Python wfdb package over a record and its annotations.
const wfdbReads = `
import json, sys, wfdb
path, ext = sys.argv[1:]
r = wfdb.rdrecord(path, physical=False)
assert r.calc_checksum() == [c % 65536 for c in r.checksum], (r.calc_checksum(), r.checksum)
a = wfdb.rdann(path, ext)
json.dump({"rate": r.fs, "names": r.sig_name, "gain": r.adc_gain, "start": r.base_datetime.isoformat(),
  "adc": [[int(v) for v in c] for c in r.d_signal.T],
  "annotations": [{"Sample": int(s), "Symbol": y, "Subtype": int(t), "Chan": int(c), "Num": int(n), "Aux": x}
    for s, y, t, c, n, x in zip(a.sample, a.symbol, a.subtype, a.chan, a.num, a.aux_note)]}, sys.stdout)
`

// Our files must be readable by the customary tools.
func TestPythonWFDBReadsWhatWeWrite(t *testing.T) {
	if err := exec.Command("python3", "-c", "import wfdb").Run(); err != nil {
		t.Skip("SKIPPED: install the Python package wfdb for python3 (pip install wfdb) to run this test:", err)
	}
	cfg := ecg.DefaultSimConfig()
	cfg.Duration, cfg.Start = 40*time.Second, time.Date(2024, 2, 29, 23, 59, 58, 250e6, time.UTC)
	cfg.Episodes = []ecg.Episode{{Kind: ecg.PVCs, At: 5 * time.Second, Beats: 3}, {Kind: ecg.STChange, At: 15 * time.Second, Length: 20 * time.Second, Level: -0.2}}
	rec, annotations, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	annotations = append(annotations, ecg.Annotation{Sample: 14399, Symbol: "V", Subtype: 3, Chan: 1, Num: 2, Aux: "odd"},
		ecg.Annotation{Sample: 5_000_000, Symbol: "N", Chan: 1}) // far behind the end: takes a skip
	for _, format := range []int{16, 80, 212} {
		raw, err := ecg.Quantize(rec, format, 0)
		require.NoError(t, err)
		dir := t.TempDir()
		require.NoError(t, ecg.WriteSignals(dir, raw))
		path := filepath.Join(dir, rec.Name)
		require.NoError(t, ecg.WriteAnnotations(path+".hol", annotations))

		var stderr bytes.Buffer
		command := exec.Command("python3", "-c", wfdbReads, path, "hol")
		command.Stderr = &stderr
		out, err := command.Output()
		require.NoError(t, err, stderr.String())
		var got struct {
			Rate        float64
			Names       []string
			Gain        []float64
			Start       string
			ADC         [][]int32
			Annotations []ecg.Annotation
		}
		require.NoError(t, json.Unmarshal(out, &got))
		require.Equal(t, rec.Rate, got.Rate)
		require.Equal(t, rec.Names(), got.Names)
		require.Equal(t, raw.ADC, got.ADC)
		require.Equal(t, "2024-02-29T23:59:58.250000", got.Start)
		require.Equal(t, annotations, got.Annotations)
	}
}
