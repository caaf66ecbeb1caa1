package model

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model/internal/grammar"
)

// evidenced is a fake model whose encoder gives spans for A: row, the same for
// every segment.
func evidenced(t *testing.T, weight float64, row []float32) (*Model, *fakeEngine) {
	t.Helper()
	m, e := fakeModel(t, Options{})
	m.manifest.Encoder.SpanKinds = []string{"V", "A"}
	m.manifest.Localization.Evidence = weight
	e.spans = append(make([]float32, heatFrames), row...)
	return m, e
}

// row is a row of spans: p from one frame to another, low elsewhere.
func row(p float32, from, to int) []float32 {
	out := make([]float32, heatFrames)
	for i := range out {
		out[i] = 0.02
		if i >= from && i < to {
			out[i] = p
		}
	}
	return out
}

func TestEvidenceOutweighsWhatTheLanguageModelSays(t *testing.T) {
	m, _ := evidenced(t, 200, row(0.9, 37, 62)) // the fake says things at random, with logits of ±30
	a, err := m.Ask(t.Context(), []Request{Localize(question(t, "A"), twoLeads(t, 1, 1000))})
	require.NoError(t, err)
	require.Equal(t, "Duration: 1.9s-3.1s", a[0].Text)
	require.LessOrEqual(t, a[0].Spans[0].Confidence, 0.9+1e-6)
}

func TestEvidenceOfNothing(t *testing.T) {
	m, _ := evidenced(t, 200, row(0.9, 37, 37+shortest)) // too short to be a span
	a, err := m.Ask(t.Context(), []Request{Localize(question(t, "A"), twoLeads(t, 1, 1000))})
	require.NoError(t, err)
	require.Equal(t, "No Atrial premature beat Found", a[0].Text)
}

func TestWithoutWeightTheEvidenceChangesNothing(t *testing.T) {
	ask := func(change func(m *Model)) string {
		m, _ := evidenced(t, 0, row(0.9, 37, 62))
		change(m)
		a, err := m.Ask(t.Context(), []Request{Localize(question(t, "A"), twoLeads(t, 1, 1000))})
		require.NoError(t, err)
		return a[0].Text
	}
	require.Equal(t, ask(func(m *Model) { m.manifest.Encoder.SpanKinds = nil }), ask(func(*Model) {}))
}

func TestEvidenceIsAskedOfOneSegmentAndAKnownConditionOnly(t *testing.T) {
	m, e := evidenced(t, 8, row(0.9, 0, heatFrames))
	seen := encoded{spans: e.spans}
	j := &job{shown: &view{clip: twoLeads(t, 1, 1000), segments: 1, seen: []encoded{seen}}}
	a, _ := localize.ByCode("A")
	l, _ := localize.ByCode("L")
	require.Equal(t, "Duration: 0.0s-10.0s", m.evidence(j, a).answer)
	require.Nil(t, m.evidence(j, l))
	j.shown.clip = twoLeads(t, 1, 640)
	require.Equal(t, "Duration: 0.0s-6.4s", m.evidence(j, a).answer)
	j.shown.segments = 2
	require.Nil(t, m.evidence(j, a))
}

func TestDecisionTakesTheEvidenceAtItsFaceValue(t *testing.T) {
	h := newWordy()
	h.evidence = &evidence{weight: 50, odds: logit(0.75), answer: "Duration: 1.9s-3.1s"}
	_, _, err := h.next(make([]float32, len(letters))) // the language model has no opinion
	require.NoError(t, err)
	found, decided := h.grammar.Found(h.state)
	require.True(t, found && decided)
	share := 0.0 // of the tokens that begin "found", with no opinion
	for _, c := range h.words.Candidates(nil, h.grammar, grammar.State{}, 40) {
		if f, _ := h.grammar.Found(c.State); f {
			share++
		}
	}
	require.InDelta(t, 3*share/(3*share+1), h.decision, 1e-9)
}
