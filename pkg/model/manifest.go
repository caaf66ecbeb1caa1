package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Manifest is a model folder's manifest.json. Unknown keys are errors.
type Manifest struct {
	Format       int          `json:"format"` // of the folder: 1
	Name         string       `json:"name"`
	Version      string       `json:"version"`
	Precision    string       `json:"precision,omitempty"` // of the weights: fp32 (the default), fp16, bf16 or int8
	Input        Input        `json:"input"`
	Encoder      Encoder      `json:"encoder"`
	Embed        Embed        `json:"embed"`
	Decoder      Decoder      `json:"decoder"`
	Tokens       Tokens       `json:"tokens"`
	Localization Localization `json:"localization"`
	Generation   Generation   `json:"generation"`
}

// Input says what the encoder takes.
type Input struct {
	RateHz         int      `json:"rate_hz"`         // 100
	SegmentSamples int      `json:"segment_samples"` // 1000
	Leads          []string `json:"leads"`           // the twelve, in the order of ecg.Slot
	Scale          string   `json:"scale"`           // of a clip's leads: minmax or none
}

// Encoder is the graph from segments [n, 12, 1000] to embeddings
// [n, tokens_per_segment, hidden], of which the first of a segment is its
// projected CLS token. Two more outputs are optional: heat [n, len(heat_kinds),
// 200], probabilities that a beat of a kind lies in each 50 ms; and spans [n,
// len(span_kinds), 200], probabilities that each 50 ms lies within a span of a
// condition, with which the language model's answers are weighed.
type Encoder struct {
	File             string   `json:"file"`
	Input            string   `json:"input"`
	Embeddings       string   `json:"embeddings"`
	TokensPerSegment int      `json:"tokens_per_segment"`
	Heat             string   `json:"heat,omitempty"`
	HeatHz           int      `json:"heat_hz,omitempty"` // 20
	HeatKinds        []string `json:"heat_kinds,omitempty"`
	Spans            string   `json:"spans,omitempty"`
	SpanKinds        []string `json:"span_kinds,omitempty"`
}

// Embed is the graph from tokens [b, s] to their embeddings [b, s, hidden].
type Embed struct {
	File   string `json:"file"`
	Input  string `json:"input"`
	Output string `json:"output"`
}

// Decoder is the language model's graph: inputs_embeds [b, s, hidden],
// attention_mask [b, past+s], position_ids [b, s] and, for each layer i,
// past_key_values.i.key and .value [b, kv_heads, past, head_dim] to logits
// [b, s, vocab] and present.i.key and .value.
type Decoder struct {
	File      string `json:"file"`
	Layers    int    `json:"layers"`
	KVHeads   int    `json:"kv_heads"`
	HeadDim   int    `json:"head_dim"`
	Hidden    int    `json:"hidden"`
	Vocab     int    `json:"vocab"`
	MaxTokens int    `json:"max_tokens"` // of a prompt and its answer
	// Logits is "all" (the default: one row for each position) or "last" (one
	// row, [b, 1, vocab]: a large vocabulary over a long prompt is much memory).
	Logits string `json:"logits,omitempty"`
}

// Tokens names the special tokens and the template of a turn.
type Tokens struct {
	BOS      string   `json:"bos"`
	EOS      []string `json:"eos"`
	ECGStart string   `json:"ecg_start"`
	ECG      string   `json:"ecg"` // stands for one embedding of an ECG
	ECGEnd   string   `json:"ecg_end"`
	Turn     string   `json:"turn"` // llama-3
	// ECGs are tokens whose embeddings are added to those of the first, the second
	// … ECG of several; to none without them, or where there are more ECGs.
	ECGs []string `json:"ecgs,omitempty"`
}

// Localization says which conditions the model locates, and how in clips of
// more than one segment: "each" segment by itself, overlapping, or "joint".
// With "each", every 10 s piece is scaled by itself, so that the same beat may
// have another height in two pieces.
type Localization struct {
	Conditions []string `json:"conditions"` // codes of package localize
	Segments   string   `json:"segments"`
	// Evidence is the weight of the encoder's spans against the language model's
	// own words: nats for a token that continues what they say, and as often the
	// log odds of whether there is anything. 0 where the encoder gives no spans.
	Evidence float64 `json:"evidence,omitempty"`
	// Thresholds are the encoder's probabilities from which on a beat, or a time,
	// is of a condition. The graph's outputs are so shifted already that one half
	// stands for them; they are told for people, not used.
	Thresholds map[string]float64 `json:"thresholds,omitempty"`
	// Calibration of the confidences, by condition.
	Calibration map[string]Calibration `json:"calibration,omitempty"`
}

// Generation bounds answers.
type Generation struct {
	MaxNewTokens int `json:"max_new_tokens"`
}

// ManifestFile and TokenizerFile are the names of two files in a model folder;
// the manifest names the others.
const (
	ManifestFile  = "manifest.json"
	TokenizerFile = "tokenizer.json"
)

// ReadManifest reads and checks the manifest of a model folder. Errors name the
// file and the key.
func ReadManifest(dir string) (Manifest, error) {
	path := filepath.Join(dir, ManifestFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return Manifest{}, fmt.Errorf("read model manifest: %w (a model is a folder with a %s)", err, ManifestFile)
	}
	m, err := ParseManifest(data)
	if err != nil {
		return Manifest{}, fmt.Errorf("model manifest %s: %w", path, err)
	}
	return m, nil
}

// ParseManifest reads and checks the contents of a manifest.json.
func ParseManifest(data []byte) (Manifest, error) {
	var m Manifest
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return Manifest{}, place(err, data)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Manifest{}, errors.New("something follows the manifest's closing brace")
	}
	if err := m.check(); err != nil {
		return Manifest{}, err
	}
	return m, nil
}

// place adds the line to an error of encoding/json.
func place(err error, data []byte) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := int64(-1)
	if errors.As(err, &syntax) {
		at = syntax.Offset
	}
	if errors.As(err, &kind) {
		at = kind.Offset
	}
	if at < 0 || at > int64(len(data)) {
		return err
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(data[:at], []byte("\n")), err)
}
