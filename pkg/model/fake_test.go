package model

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// fakeEngine stands for the three graphs: it checks what it is given and says
// what it likes.
type fakeEngine struct {
	t       testing.TB
	m       Manifest
	logits  func(row int) []float32 // nil: random
	random  *rand.Rand
	fails   error
	spans   []float32 // of each segment
	encodes []int     // segments of each call
	reads   []int     // rows of each call
	open    int       // caches that are neither free nor taken over
}

type fakeCache struct {
	e            *fakeEngine
	rows, length int
}

func (e *fakeEngine) encode(segments [][]float32) ([]encoded, error) {
	e.encodes = append(e.encodes, len(segments))
	out := make([]encoded, len(segments))
	for i := range out {
		require.Len(e.t, segments[i], 12000)
		out[i].embeddings = make([]float32, e.m.Encoder.TokensPerSegment*e.m.Decoder.Hidden)
		out[i].spans = e.spans
		out[i].heat = make([]float32, len(e.m.Encoder.HeatKinds)*heatFrames)
	}
	return out, nil
}

func (e *fakeEngine) embed(ids []int) ([]float32, error) {
	return make([]float32, len(ids)*e.m.Decoder.Hidden), nil
}

func (e *fakeEngine) decode(past cache, s step) ([]float32, cache, error) {
	before, _ := past.(*fakeCache)
	if before == nil {
		before = e.cache(s.rows, 0)
	}
	require.Equal(e.t, before.rows, s.rows)
	require.Len(e.t, s.mask, s.rows*(before.length+s.length))
	require.Len(e.t, s.positions, s.rows*s.length)
	require.Len(e.t, s.embeddings, s.rows*s.length*e.m.Decoder.Hidden)
	before.free()
	e.reads = append(e.reads, s.rows)
	if e.fails != nil {
		return nil, nil, e.fails
	}
	var logits []float32
	for row := range s.rows {
		logits = append(logits, e.say(row)...)
	}
	return logits, e.cache(s.rows, before.length+s.length), nil
}

func (e *fakeEngine) say(row int) []float32 {
	if e.logits != nil {
		return e.logits(row)
	}
	out := make([]float32, e.m.Decoder.Vocab)
	for i := range out {
		out[i] = float32(e.random.NormFloat64()) * 10
	}
	return out
}

func (e *fakeEngine) cache(rows, length int) *fakeCache {
	e.open++
	return &fakeCache{e, rows, length}
}

func (e *fakeEngine) close() error { return nil }

func (c *fakeCache) pick(rows []int) cache {
	c.free()
	return c.e.cache(len(rows), c.length)
}

func (c *fakeCache) free() {
	require.NotZero(c.e.t, c.rows, "a cache is given back once")
	c.rows = 0
	c.e.open--
}

// fakeModel is the tiny model with a fake engine.
func fakeModel(t testing.TB, o Options) (*Model, *fakeEngine) {
	t.Helper()
	m, err := prepare(tiny, o)
	require.NoError(t, err)
	e := &fakeEngine{t: t, m: m.manifest, random: rand.New(rand.NewPCG(1, 2))}
	m.engine = e
	return m, e
}

var errBroken = errors.New("broken")
