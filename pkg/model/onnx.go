package model

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/model/internal/ort"
	"github.com/holterd/holter/pkg/window"
)

// onnxEngine runs the graphs of a model folder with ONNX Runtime. Keys and
// values pass through Go's memory after each step: on a CPU that costs
// nothing, on a GPU a copy over the bus.
type onnxEngine struct {
	m                          Manifest
	encoder, embedder, decoder *ort.Session
	device                     ort.Device
	buffers                    pool
}

// openONNX opens the graphs; open opens one of them.
func openONNX(dir string, m Manifest, d ort.Device, open func(name string, g ort.Graph) (*ort.Session, error)) (*onnxEngine, error) {
	e := &onnxEngine{m: m, device: d}
	for _, part := range []struct {
		name    string
		session **ort.Session
		graph   ort.Graph
	}{
		{"encoder", &e.encoder, m.Encoder.graph(dir)},
		{"embed", &e.embedder, m.Embed.graph(dir)},
		{"decoder", &e.decoder, m.Decoder.graph(dir)},
	} {
		s, err := open(part.name, part.graph)
		if err != nil {
			return nil, errors.Join(err, e.close())
		}
		*part.session = s
	}
	return e, nil
}

func (e Encoder) graph(dir string) ort.Graph {
	g := ort.Graph{
		File:    filepath.Join(dir, e.File),
		Inputs:  []ort.Port{{Name: e.Input, Type: ort.Float32}},
		Outputs: []ort.Port{{Name: e.Embeddings, Type: ort.Float32}},
	}
	if e.Heat != "" {
		g.Outputs = append(g.Outputs, ort.Port{Name: e.Heat, Type: ort.Float32})
	}
	if e.Spans != "" {
		g.Outputs = append(g.Outputs, ort.Port{Name: e.Spans, Type: ort.Float32})
	}
	return g
}

func (e Embed) graph(dir string) ort.Graph {
	return ort.Graph{
		File:    filepath.Join(dir, e.File),
		Inputs:  []ort.Port{{Name: e.Input, Type: ort.Int64}},
		Outputs: []ort.Port{{Name: e.Output, Type: ort.Float32}},
	}
}

func (d Decoder) graph(dir string) ort.Graph {
	g := ort.Graph{
		File: filepath.Join(dir, d.File),
		Inputs: []ort.Port{
			{Name: "inputs_embeds", Type: ort.Float32},
			{Name: "attention_mask", Type: ort.Int64},
			{Name: "position_ids", Type: ort.Int64},
		},
		Outputs: []ort.Port{{Name: "logits", Type: ort.Float32}},
	}
	for i := range d.Layers {
		for _, kind := range []string{"key", "value"} {
			g.Inputs = append(g.Inputs, ort.Port{Name: fmt.Sprintf("past_key_values.%d.%s", i, kind), Type: ort.Float32})
			g.Outputs = append(g.Outputs, ort.Port{Name: fmt.Sprintf("present.%d.%s", i, kind), Type: ort.Float32})
		}
	}
	return g
}

func (e *onnxEngine) encode(segments [][]float32) ([]encoded, error) {
	const size = ecg.Slots * window.SegmentSamples
	n := e.device.Rows(len(segments))
	input := make([]float32, n*size)
	for i := range n {
		copy(input[i*size:], segments[min(i, len(segments)-1)])
	}
	tokens := e.m.Encoder.TokensPerSegment * e.m.Decoder.Hidden
	embeddings := make([]float32, n*tokens)
	outputs := []ort.Tensor{ort.Floats(embeddings, n, e.m.Encoder.TokensPerSegment, e.m.Decoder.Hidden)}
	// rows is an optional output of kinds × 200 for each segment.
	rows := func(kinds int) []float32 {
		if kinds == 0 {
			return nil
		}
		values := make([]float32, n*kinds*heatFrames)
		outputs = append(outputs, ort.Floats(values, n, kinds, heatFrames))
		return values
	}
	heat, spans := rows(len(e.m.Encoder.HeatKinds)), rows(len(e.m.Encoder.SpanKinds))
	err := e.encoder.Run([]ort.Tensor{ort.Floats(input, n, ecg.Slots, window.SegmentSamples)}, outputs)
	if err != nil {
		return nil, err
	}
	out := make([]encoded, len(segments))
	for i := range out {
		out[i] = encoded{part(embeddings, i, n), part(heat, i, n), part(spans, i, n)}
	}
	return out, nil
}

// part is the i-th of n equal parts.
func part(values []float32, i, n int) []float32 {
	size := len(values) / n
	return values[i*size : (i+1)*size : (i+1)*size]
}

func (e *onnxEngine) embed(ids []int) ([]float32, error) {
	input := make([]int64, len(ids))
	for i, id := range ids {
		input[i] = int64(id)
	}
	out := make([]float32, len(ids)*e.m.Decoder.Hidden)
	err := e.embedder.Run([]ort.Tensor{ort.Ints(input, 1, len(ids))}, []ort.Tensor{ort.Floats(out, 1, len(ids), e.m.Decoder.Hidden)})
	return out, err
}

func (e *onnxEngine) close() error {
	var errs []error
	for _, s := range []*ort.Session{e.encoder, e.embedder, e.decoder} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}
