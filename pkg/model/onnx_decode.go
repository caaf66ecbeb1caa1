package model

import (
	"fmt"

	"github.com/holterd/holter/pkg/model/internal/ort"
)

// onnxCache holds, for each layer, keys and values [rows, kv_heads, length,
// head_dim].
type onnxCache struct {
	e            *onnxEngine
	rows, length int
	tensors      [][]float32
}

func (e *onnxEngine) newCache(rows, length int) *onnxCache {
	d := e.m.Decoder
	c := &onnxCache{e: e, rows: rows, length: length, tensors: make([][]float32, 2*d.Layers)}
	for i := range c.tensors {
		c.tensors[i] = e.buffers.get(rows * d.KVHeads * length * d.HeadDim)
	}
	return c
}

func (c *onnxCache) ports() []ort.Tensor {
	d := c.e.m.Decoder
	out := make([]ort.Tensor, len(c.tensors))
	for i, t := range c.tensors {
		out[i] = ort.Floats(t, c.rows, d.KVHeads, c.length, d.HeadDim)
	}
	return out
}

func (c *onnxCache) pick(rows []int) cache {
	out := c.e.newCache(len(rows), c.length)
	for i, t := range c.tensors {
		size := len(t) / c.rows
		for to, from := range rows {
			copy(out.tensors[i][to*size:(to+1)*size], t[from*size:])
		}
	}
	c.free()
	return out
}

func (c *onnxCache) free() {
	for _, t := range c.tensors {
		c.e.buffers.put(t)
	}
	c.tensors = nil
}

func (e *onnxEngine) decode(past cache, s step) ([]float32, cache, error) {
	before, _ := past.(*onnxCache)
	if before == nil {
		before = e.newCache(s.rows, 0)
	}
	defer before.free()
	if before.rows != s.rows {
		return nil, nil, fmt.Errorf("decode: %d rows after a cache of %d", s.rows, before.rows)
	}
	d := e.m.Decoder
	after := e.newCache(s.rows, before.length+s.length)
	kept := s.length // positions of which the graph gives logits
	if d.Logits == logitsLast {
		kept = 1
	}
	logits := e.buffers.get(s.rows * kept * d.Vocab)
	defer e.buffers.put(logits)
	err := e.decoder.Run(append([]ort.Tensor{
		ort.Floats(s.embeddings, s.rows, s.length, d.Hidden),
		ort.Ints(s.mask, s.rows, after.length),
		ort.Ints(s.positions, s.rows, s.length),
	}, before.ports()...), append([]ort.Tensor{ort.Floats(logits, s.rows, kept, d.Vocab)}, after.ports()...))
	if err != nil {
		after.free()
		return nil, nil, err
	}
	last := make([]float32, s.rows*d.Vocab)
	for row := range s.rows {
		copy(last[row*d.Vocab:(row+1)*d.Vocab], logits[((row+1)*kept-1)*d.Vocab:])
	}
	return last, after, nil
}
