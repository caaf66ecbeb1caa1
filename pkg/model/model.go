package model

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model/internal/grammar"
	"github.com/holterd/holter/pkg/model/internal/ort"
	"github.com/holterd/holter/pkg/model/tokenizer"
)

// ErrNoLibrary is wrapped by Open when the ONNX Runtime library is missing.
var ErrNoLibrary = ort.ErrNoLibrary

// ErrClosed is returned when a closed model is asked.
var ErrClosed = errors.New("the model is closed")

// ErrTooLong is wrapped when a request shows or says more than the model reads.
var ErrTooLong = errors.New("the request is too long")

// Model is a loaded model. It is safe for concurrent use.
type Model struct {
	manifest   Manifest
	tok        *tokenizer.Tokenizer
	template   template
	vocabulary *grammar.Vocabulary
	locates    map[string]bool // codes of the conditions
	batch      int
	info       Info
	// engine is used by whoever holds the turn; it is nil once closed.
	turn   chan struct{}
	engine engine
}

// Info tells what is loaded and where it runs.
type Info struct {
	Name, Version string
	// Device is cpu, cuda or webgpu; Placement tells in words where the graphs'
	// nodes run, and Runtime the library's version.
	Device, Placement, Runtime string
	// Conditions are those that the model locates.
	Conditions []localize.Condition
}

// Open loads a model folder and runs it once on the device, so that a device
// that cannot serve is an error here and not with the first question. Close
// frees it.
func Open(dir string, o Options) (*Model, error) {
	begin := time.Now()
	m, err := prepare(dir, o)
	if err != nil {
		return nil, fmt.Errorf("open model %s: %w", dir, err)
	}
	if err := m.start(dir, o); err != nil {
		return nil, fmt.Errorf("open model %s: %w", dir, err)
	}
	o.Logger.Info().Str("model", m.info.Name).Str("version", m.info.Version).Str("placement", m.info.Placement).
		Str("runtime", m.info.Runtime).Dur("took", time.Since(begin)).Msg("model loaded")
	return m, nil
}

// prepare reads all of a model but its graphs.
func prepare(dir string, o Options) (*Model, error) {
	manifest, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	m := &Model{manifest: manifest, locates: map[string]bool{}, batch: o.Batch, turn: make(chan struct{}, 1)}
	if m.batch == 0 {
		m.batch = defaultBatch
	}
	if m.batch < 0 {
		return nil, fmt.Errorf("batch: %d is negative", o.Batch)
	}
	if m.tok, err = tokenizer.Load(filepath.Join(dir, TokenizerFile)); err != nil {
		return nil, err
	}
	if m.tok.Size() > manifest.Decoder.Vocab {
		return nil, fmt.Errorf("decoder.vocab: %d, but %s has %d tokens", manifest.Decoder.Vocab, TokenizerFile, m.tok.Size())
	}
	if m.template, err = newTemplate(m.tok, manifest.Tokens); err != nil {
		return nil, err
	}
	var names []string
	m.info = Info{Name: manifest.Name, Version: manifest.Version}
	for _, code := range manifest.Localization.Conditions {
		c, _ := localize.ByCode(code)
		m.info.Conditions = append(m.info.Conditions, c)
		m.locates[code] = true
		names = append(names, c.Name)
	}
	m.vocabulary = grammar.NewVocabulary(m.tok.Size(), m.tok.Bytes, names)
	for i, c := range m.info.Conditions {
		needs, ok := m.vocabulary.Needs(grammar.New(c.Name, 0), grammar.State{})
		if !ok || needs > manifest.Generation.MaxNewTokens {
			return nil, fmt.Errorf("localization.conditions: the tokens cannot write %q within generation.max_new_tokens (%d)",
				"No "+names[i]+" Found", manifest.Generation.MaxNewTokens)
		}
	}
	return m, nil
}

// Info tells what is loaded and where it runs.
func (m *Model) Info() Info { return m.info }

// Manifest is the model's manifest.
func (m *Model) Manifest() Manifest { return m.manifest }

// Close frees the model, after the batch that is being answered.
func (m *Model) Close() error {
	m.turn <- struct{}{}
	defer m.leave()
	if m.engine == nil {
		return nil
	}
	err := m.engine.close()
	m.engine = nil
	if err != nil {
		return fmt.Errorf("close model %s: %w", m.manifest.Name, err)
	}
	return nil
}

// enter waits for the engine.
func (m *Model) enter(ctx context.Context) error {
	select {
	case m.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if m.engine == nil {
		m.leave()
		return ErrClosed
	}
	return nil
}

func (m *Model) leave() { <-m.turn }
