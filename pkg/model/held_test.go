package model

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model/internal/grammar"
)

// toy is a vocabulary of a few texts; the last token stops.
var toy = []string{"No", "Duration", ": 1", ": 2", ".9s-", "3.1s", "3.5s", ", 6.8s-", "8.1s", " Atrial premature beat Found", ""}

func newHeld() *held {
	text := func(id int) (string, bool) { return toy[id], toy[id] != "" }
	return &held{
		grammar: grammar.New("Atrial premature beat", 100),
		words:   grammar.NewVocabulary(len(toy), text, []string{"Atrial premature beat"}),
		text:    text, stop: []int{len(toy) - 1}, left: 40,
	}
}

// letters are what the toy lacks to write the shortest span: without them the
// finder of ways to finish an answer would refuse "Duration".
var letters = append(toy[:len(toy):len(toy)], "0.0s-0.1s", ": 0.0s-0.1s", "0s", "2.0s", ".0s-", ".0s-1.1s", ".0s-2.1s", "3.2s",
	"4.0s", ", 3.1s-3.2s", ", 6.8s-6.9s", "6.9s")

func newWordy() *held {
	h := newHeld()
	h.text = func(id int) (string, bool) { return letters[id], letters[id] != "" }
	h.words = grammar.NewVocabulary(len(letters), h.text, []string{"Atrial premature beat"})
	return h
}

// prefer gives logits that make tokens as probable as told, relative to 1 for
// the others.
func prefer(weights map[int]float64) []float32 {
	out := make([]float32, len(toy))
	for id, w := range weights {
		out[id] = float32(math.Log(w))
	}
	return out
}

func TestHeldAnswerAndConfidence(t *testing.T) {
	h := newWordy()
	stop := h.stop[0]
	say := func(weights map[int]float64) []float32 {
		out := make([]float32, len(letters))
		for i := range out {
			out[i] = -30 // next to nothing
		}
		for id, w := range weights {
			out[id] = float32(math.Log(w))
		}
		return out
	}
	for _, turn := range []struct {
		logits []float32
		token  int
	}{
		{say(map[int]float64{1: 0.8, 0: 0.2, stop: 50}), 1}, // Duration; stopping is not allowed yet
		{say(map[int]float64{2: 0.9, 3: 0.1}), 2},           // : 1
		{say(map[int]float64{4: 1}), 4},                     // .9s-
		{say(map[int]float64{5: 0.6, 6: 0.4}), 5},           // 3.1s
		{say(map[int]float64{7: 0.5, stop: 0.3, 9: 9}), 7},  // , 6.8s-
		{say(map[int]float64{8: 1}), 8},                     // 8.1s
	} {
		token, done, err := h.next(turn.logits)
		require.NoError(t, err)
		require.False(t, done)
		require.Equal(t, turn.token, token)
	}
	_, done, err := h.next(say(map[int]float64{stop: 1}))
	require.NoError(t, err)
	require.True(t, done)

	require.Equal(t, "Duration: 1.9s-3.1s, 6.8s-8.1s", h.written.String())
	require.InDelta(t, 0.8, h.decision, 1e-6)
	spans, err := h.spans()
	require.NoError(t, err)
	require.Len(t, spans, 2)
	require.Equal(t, localize.Span{Start: 1.9, End: 3.1, Confidence: spans[0].Confidence}, spans[0])
	require.InDelta(t, 0.8*math.Cbrt(0.9*1*0.6), spans[0].Confidence, 1e-6)
	require.InDelta(t, 0.8*math.Sqrt(0.5/0.8*1), spans[1].Confidence, 1e-6)
}

func TestHeldNoIsWrittenAtOnce(t *testing.T) {
	h := newHeld()
	_, done, err := h.next(prefer(map[int]float64{0: 3}))
	require.NoError(t, err)
	require.True(t, done, "nothing but the rest can follow")
	require.Equal(t, "No Atrial premature beat Found", h.written.String())
	spans, err := h.spans()
	require.NoError(t, err)
	require.Empty(t, spans)
}

func TestFreeText(t *testing.T) {
	f := &freeText{stop: []int{2}, left: 3}
	for range 2 {
		token, done, err := f.next([]float32{float32(math.Log(3)), 0, 0})
		require.NoError(t, err)
		require.False(t, done)
		require.Equal(t, 0, token)
	}
	_, done, err := f.next([]float32{0, 0, float32(math.Log(8))})
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, []int{0, 0}, f.tokens)
	require.InDelta(t, math.Cbrt(0.6*0.6*0.8), f.confidence(), 1e-6)

	short := &freeText{left: 1}
	_, done, err = short.next([]float32{0, 1})
	require.NoError(t, err)
	require.True(t, done, "no tokens left")
}
