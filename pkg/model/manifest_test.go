package model

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func tinyManifest(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(tiny, ManifestFile))
	require.NoError(t, err)
	return data
}

func TestReadManifest(t *testing.T) {
	m, err := ReadManifest(tiny)
	require.NoError(t, err)
	require.Equal(t, "tiny", m.Name)
	require.Equal(t, []string{"V", "A", "L", "R"}, m.Localization.Conditions)
	require.Equal(t, 11, m.Encoder.TokensPerSegment)
}

// Every wrong value is refused with the name of its key.
func TestManifestErrorsNameTheKey(t *testing.T) {
	for says, wrong := range map[string]struct {
		path  []string
		value any
	}{
		"format: 2":                            {[]string{"format"}, 2},
		"name: empty":                          {[]string{"name"}, ""},
		"version: empty":                       {[]string{"version"}, ""},
		`precision: "int4"`:                    {[]string{"precision"}, "int4"},
		"input.rate_hz: 250":                   {[]string{"input", "rate_hz"}, 250},
		"input.segment_samples: 500":           {[]string{"input", "segment_samples"}, 500},
		"input.leads":                          {[]string{"input", "leads"}, []string{"II"}},
		"input.scale":                          {[]string{"input", "scale"}, "zscore"},
		"encoder.file":                         {[]string{"encoder", "file"}, "../encoder.onnx"},
		"encoder.input: empty":                 {[]string{"encoder", "input"}, ""},
		"encoder.embeddings: empty":            {[]string{"encoder", "embeddings"}, ""},
		"encoder.tokens_per_segment: 0":        {[]string{"encoder", "tokens_per_segment"}, 0},
		"encoder.tokens_per_segment: 1":        {[]string{"encoder", "tokens_per_segment"}, 1},
		"encoder.heat: empty":                  {[]string{"encoder", "heat"}, ""},
		"encoder.heat_hz: 10":                  {[]string{"encoder", "heat_hz"}, 10},
		"encoder.heat_kinds: empty":            {[]string{"encoder", "heat_kinds"}, []string{}},
		`encoder.heat_kinds: "X"`:              {[]string{"encoder", "heat_kinds"}, []string{"X"}},
		"embed.file":                           {[]string{"embed", "file"}, "/embed.onnx"},
		"embed.input: empty":                   {[]string{"embed", "input"}, ""},
		"embed.output: empty":                  {[]string{"embed", "output"}, ""},
		"decoder.file":                         {[]string{"decoder", "file"}, ""},
		"decoder.layers: -1":                   {[]string{"decoder", "layers"}, -1},
		"decoder.kv_heads: 0":                  {[]string{"decoder", "kv_heads"}, 0},
		"decoder.head_dim: 0":                  {[]string{"decoder", "head_dim"}, 0},
		"decoder.hidden: 0":                    {[]string{"decoder", "hidden"}, 0},
		"decoder.vocab: 0":                     {[]string{"decoder", "vocab"}, 0},
		"decoder.max_tokens: 0":                {[]string{"decoder", "max_tokens"}, 0},
		"decoder.logits":                       {[]string{"decoder", "logits"}, "first"},
		"localization.thresholds.V: 1":         {[]string{"localization", "thresholds"}, map[string]float64{"V": 1}},
		`localization.calibration: "X"`:        {[]string{"localization", "calibration"}, map[string]Calibration{"X": {}}},
		"localization.calibration.V.found":     {[]string{"localization", "calibration"}, map[string]Calibration{"V": {Found: Logistic{Slope: -1}}}},
		"localization.calibration.V.error":     {[]string{"localization", "calibration"}, map[string]Calibration{"V": {Error: 2}}},
		"tokens.bos: empty":                    {[]string{"tokens", "bos"}, ""},
		"tokens.eos: empty":                    {[]string{"tokens", "eos"}, []string{}},
		"tokens.ecg_start: empty":              {[]string{"tokens", "ecg_start"}, ""},
		"tokens.ecg: empty":                    {[]string{"tokens", "ecg"}, ""},
		"tokens.ecg_end: empty":                {[]string{"tokens", "ecg_end"}, ""},
		"tokens.ecgs: one is empty":            {[]string{"tokens", "ecgs"}, []string{""}},
		"tokens.turn":                          {[]string{"tokens", "turn"}, "chatml"},
		`localization.conditions: "V" is list`: {[]string{"localization", "conditions"}, []string{"V", "V"}},
		`localization.conditions: "QQ"`:        {[]string{"localization", "conditions"}, []string{"QQ"}},
		"localization.segments":                {[]string{"localization", "segments"}, "some"},
		"generation.max_new_tokens: 0":         {[]string{"generation", "max_new_tokens"}, 0},
		"generation.max_new_tokens: 2000":      {[]string{"generation", "max_new_tokens"}, 2000},
		`unknown field "heads"`:                {[]string{"decoder", "heads"}, 4},
		"line 1: json: cannot unmarshal":       {[]string{"decoder", "layers"}, "three"},
	} {
		t.Run(says, func(t *testing.T) {
			var m map[string]any
			require.NoError(t, json.Unmarshal(tinyManifest(t), &m))
			at := m
			for _, key := range wrong.path[:len(wrong.path)-1] {
				at = at[key].(map[string]any)
			}
			at[wrong.path[len(wrong.path)-1]] = wrong.value
			data, err := json.Marshal(m)
			require.NoError(t, err)
			_, err = ParseManifest(data)
			require.ErrorContains(t, err, says)
		})
	}
}

func TestManifestErrorsNameFileAndLine(t *testing.T) {
	_, err := ReadManifest(t.TempDir())
	require.ErrorContains(t, err, ManifestFile)

	dir := t.TempDir()
	path := filepath.Join(dir, ManifestFile)
	require.NoError(t, os.WriteFile(path, []byte("{\n \"format\": 1,\n oops\n}"), 0o600))
	_, err = ReadManifest(dir)
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, "line 3")

	_, err = ParseManifest(append(tinyManifest(t), "{}"...))
	require.ErrorContains(t, err, "follows")
}

func TestManifestReportsAllProblems(t *testing.T) {
	_, err := ParseManifest([]byte(`{"format": 7, "name": "x"}`))
	require.ErrorContains(t, err, "format: 7")
	require.ErrorContains(t, err, "version: empty")
	require.ErrorContains(t, err, "decoder.layers: 0")
}

func FuzzParseManifest(f *testing.F) {
	f.Add(tinyManifest(f))
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"format": 1e400}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(m)
		require.NoError(t, err)
		same, err := ParseManifest(again)
		require.NoError(t, err)
		require.Equal(t, m.Name, same.Name)
		require.Equal(t, m.Decoder, same.Decoder)
	})
}
