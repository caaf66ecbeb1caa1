package model

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model/internal/ort"
)

func TestOpenTellsWhatItOpened(t *testing.T) {
	var log strings.Builder
	m := openDir(t, tiny, Options{Device: "cpu", Threads: 1, Logger: zerolog.New(&log)})
	info := m.Info()
	require.Equal(t, "tiny", info.Name)
	require.Equal(t, "0.0.1", info.Version)
	require.Equal(t, "cpu", info.Device)
	require.Equal(t, "CPUExecutionProvider", info.Placement)
	require.NotEmpty(t, info.Runtime)
	require.Len(t, info.Conditions, 4)
	require.Equal(t, "V", info.Conditions[0].Code)
	require.Equal(t, m.Manifest().Name, info.Name)
	require.Contains(t, log.String(), `"placement":"CPUExecutionProvider"`)
}

func TestOpenRefuses(t *testing.T) {
	for says, c := range map[string]struct {
		dir string
		o   Options
	}{
		"a model is a folder with a manifest.json": {t.TempDir(), Options{}},
		`unknown device "tpu"`:                     {tiny, Options{Device: "tpu"}},
		"threads: -2":                              {tiny, Options{Threads: -2}},
		"batch: -1":                                {tiny, Options{Batch: -1}},
		"the configured library":                   {tiny, Options{Library: "/none.so"}},
		"decoder.vocab: 100, but tokenizer.json has 383 tokens": {
			variant(t, func(m *Manifest) { m.Decoder.Vocab = 100 }), Options{}},
		"tokens.ecg: the tokenizer has no token": {variant(t, func(m *Manifest) { m.Tokens.ECG = "<ecg>" }), Options{}},
		"cannot write \"No Premature ventricular contraction Found\"": {
			variant(t, func(m *Manifest) { m.Generation.MaxNewTokens = 3 }), Options{}},
	} {
		t.Run(says, func(t *testing.T) {
			_, err := Open(c.dir, c.o)
			require.ErrorContains(t, err, says)
			require.ErrorContains(t, err, c.dir)
		})
	}
}

func TestOpenRefusesGraphsThatDoNotFit(t *testing.T) {
	require.NoError(t, openTiny(t, Options{}).Close()) // or skip
	broken := variant(t, func(*Manifest) {})
	require.NoError(t, os.WriteFile(filepath.Join(broken, "decoder.onnx"), []byte("x"), 0o600))
	for says, dir := range map[string]string{
		"decoder.onnx":                broken,
		`no output "warmth"`:          variant(t, func(m *Manifest) { m.Encoder.Heat = "warmth" }),
		"takes 7 inputs, want 9":      variant(t, func(m *Manifest) { m.Decoder.Layers = 3 }),
		"first run on cpu: run graph": variant(t, func(m *Manifest) { m.Decoder.HeadDim = 7 }),
	} {
		t.Run(says, func(t *testing.T) {
			_, err := Open(dir, Options{Device: "cpu"})
			require.ErrorContains(t, err, says)
		})
	}
}

// The library of make onnxruntime is for the CPU alone.
func TestOpenOnADeviceThatCannotServe(t *testing.T) {
	library, err := ort.FindLibrary(ort.CPU, "", os.Getenv)
	if err != nil || os.Getenv(ort.LibraryVariable) != "" {
		t.Skip("SKIPPED: needs the library of make onnxruntime: ", err)
	}
	_, err = Open(tiny, Options{Device: "cuda", Library: library})
	require.ErrorContains(t, err, "device cuda: the library of ONNX Runtime cannot serve it")
	require.ErrorContains(t, err, "or use device: cpu")
}

func TestHeatIsOptional(t *testing.T) {
	m := openDir(t, variant(t, func(m *Manifest) {
		m.Encoder.Heat, m.Encoder.HeatHz, m.Encoder.HeatKinds = "", 0, nil
	}), Options{})
	c, _ := localize.ByCode("V")
	a, err := m.Ask(t.Context(), []Request{Localize(localize.Question(c), twoLeads(t, 1, 700))})
	require.NoError(t, err)
	require.Nil(t, a[0].Heat)
	require.True(t, a[0].Localized)
}
