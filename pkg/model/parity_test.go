package model

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/localize"
)

// listener keeps the logits that the answer begins with.
type listener struct {
	writing
	first []float32
}

func (l *listener) next(logits []float32) (int, bool, error) {
	if l.first == nil {
		l.first = append(l.first, logits...)
	}
	return l.writing.next(logits)
}

// ask answers requests and gives, besides the answers, what the model said
// before the first token of each.
func ask(t *testing.T, m *Model, free int, requests []Request) ([]Answer, [][]float32) {
	t.Helper()
	p, err := m.plan(requests)
	require.NoError(t, err)
	var heard []*listener
	for _, task := range p.tasks {
		require.Len(t, task.jobs, 1)
		if f, ok := task.jobs[0].answer.(*freeText); ok {
			f.left = free
		}
		heard = append(heard, &listener{writing: task.jobs[0].answer})
		task.jobs[0].answer = heard[len(heard)-1]
	}
	require.NoError(t, m.run(context.Background(), p))
	answers := make([]Answer, len(requests))
	logits := make([][]float32, len(requests))
	for i, task := range p.tasks {
		task.jobs[0].answer = heard[i].writing
		answers[i], err = m.answer(task)
		require.NoError(t, err)
		logits[i] = heard[i].first
	}
	return answers, logits
}

// requireEqual compares with what PyTorch said.
func requireEqual(t *testing.T, want refCase, a Answer, logits []float32) {
	t.Helper()
	require.Len(t, logits, len(want.Logits))
	for i := range logits {
		require.InDelta(t, want.Logits[i], logits[i], 1e-3, "%s: logit %d", want.Name, i)
	}
	if !a.Localized {
		require.Equal(t, want.Text, a.Text, want.Name)
		return
	}
	spans, err := localize.Parse(want.Text)
	require.NoError(t, err)
	require.Equal(t, localize.Format(a.Condition, spans), a.Text, want.Name)
}

func TestEqualsPyTorchOneByOne(t *testing.T) {
	requireEqualOneByOne(t, openTiny(t, Options{}), refCases(t))
}

func requireEqualOneByOne(t *testing.T, m *Model, cases []refCase) {
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			answers, logits := ask(t, m, c.Limit, []Request{c.request(t)})
			requireEqual(t, c, answers[0], logits[0])
		})
	}
}

func TestEqualsPyTorchInBatches(t *testing.T) {
	requireEqualInBatches(t, tiny, refCases(t))
}

func requireEqualInBatches(t *testing.T, dir string, cases []refCase) {
	var requests []Request
	for _, c := range cases {
		requests = append(requests, c.request(t))
	}
	for _, batch := range []int{2, 3, 64} {
		t.Run(fmt.Sprint(batch), func(t *testing.T) {
			m := openDir(t, dir, Options{Batch: batch})
			answers, logits := ask(t, m, 16, requests)
			for i, c := range cases {
				requireEqual(t, c, answers[i], logits[i])
			}
		})
	}
}

func TestSharedClipsGiveTheSameAnswers(t *testing.T) {
	cases := refCases(t)
	m := openTiny(t, Options{Batch: 8})
	// Four questions about each clip, as a wearable's windows are asked.
	var alone, together []Answer
	var requests []Request
	for seed := range 3 {
		shared := twoLeads(t, seed, 1000)
		for _, code := range []string{"V", "A", "L", "R"} {
			requests = append(requests, Localize(question(t, code), shared))
		}
		requests = append(requests, Localize(cases[0].Turns[0].Question, shared))
	}
	for _, r := range requests {
		a, err := m.Ask(context.Background(), []Request{r})
		require.NoError(t, err)
		alone = append(alone, a...)
	}
	together, err := m.Ask(context.Background(), requests)
	require.NoError(t, err)
	require.Len(t, together, len(alone))
	for i := range alone {
		require.Equal(t, alone[i].Text, together[i].Text)
		require.InDelta(t, alone[i].Confidence, together[i].Confidence, 1e-4)
	}
}
