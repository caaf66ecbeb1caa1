package model

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/model/tokenizer"
	"github.com/holterd/holter/pkg/window"
)

// written shows a prompt as text: special tokens by name, ECGs by their number
// of segments, a bar between prefix and suffix.
func written(t *testing.T, tok *tokenizer.Tokenizer, p prompt) string {
	names := map[int]string{}
	for _, name := range []string{"<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|ecg_start|>", "<|ecg_end|>"} {
		id, ok := tok.ID(name)
		require.True(t, ok)
		names[id] = name
	}
	var b strings.Builder
	for i, part := range [][]element{p.prefix, p.suffix} {
		if i == 1 {
			b.WriteString(" | ")
		}
		for _, e := range part {
			if e.ecg != nil {
				fmt.Fprintf(&b, "{%d}", e.ecg.segments)
			} else if name, ok := names[e.token]; ok {
				b.WriteString(name)
			} else {
				b.WriteString(tok.Decode([]int{e.token}))
			}
		}
	}
	return b.String()
}

func TestPrompts(t *testing.T) {
	m, err := prepare(tiny, Options{})
	require.NoError(t, err)
	clip := new(window.Clip)
	const user = "<|start_header_id|>user<|end_header_id|>\n\n"
	const assistant = "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
	for want, turns := range map[string][]Turn{
		"<|begin_of_text|> | " + user + "Hello?" + assistant: {{Question: " Hello?\n"}},
		"<|begin_of_text|>" + user + "<|ecg_start|>{1}<|ecg_end|> | Where?" + assistant: {
			{ECGs: []*window.Clip{clip}, Question: "Where?"}},
		"<|begin_of_text|>" + user + "<|ecg_start|>{1}<|ecg_end|><|ecg_start|>{2}<|ecg_end|> | Where?" + assistant: {
			{ECGs: []*window.Clip{clip, clip}, Question: "Where?"}},
		"<|begin_of_text|>" + user + "<|ecg_start|>{1}<|ecg_end|> | What?" + assistant + "Beat<|eot_id|>" + user + "So?" + assistant: {
			{ECGs: []*window.Clip{clip}, Question: "What?", Answer: "Beat"}, {Question: "So?"}},
		// What a person types never ends a turn.
		"<|begin_of_text|> | " + user + "a<|eot_id|>b" + assistant: {{Question: "a<|eot_id|>b"}},
	} {
		p, err := m.template.prompt(turns, func(_, ecg int) *view { return &view{segments: 1 + ecg} })
		require.NoError(t, err)
		require.Equal(t, want, written(t, m.tok, p))
		marks := 0
		eot, _ := m.tok.ID("<|eot_id|>")
		for _, e := range p.suffix {
			if e.token == eot {
				marks++
			}
		}
		require.Equal(t, 2*len(turns)-1, marks)
		require.Positive(t, p.size(m.manifest.Encoder.TokensPerSegment))
	}
}

func TestEachECGOfSeveralHasAToken(t *testing.T) {
	m, err := prepare(tiny, Options{})
	require.NoError(t, err)
	m.template.several = []int{7, 8}
	one, two, three := make([]*window.Clip, 1), make([]*window.Clip, 2), make([]*window.Clip, 3)
	for _, c := range []struct {
		turns []Turn
		want  []int
	}{
		{[]Turn{{ECGs: one, Question: "Where?"}}, []int{none}},
		{[]Turn{{ECGs: two, Question: "Where?"}}, []int{7, 8}},
		{[]Turn{{ECGs: three, Question: "Where?"}}, []int{7, 8, none}},
		{[]Turn{{ECGs: one, Question: "What?", Answer: "Beat"}, {ECGs: one, Question: "So?"}}, []int{7, 8}},
	} {
		p, err := m.template.prompt(c.turns, func(int, int) *view { return &view{segments: 1} })
		require.NoError(t, err)
		var got []int
		for _, e := range p.prefix {
			if e.ecg != nil {
				got = append(got, e.token)
			}
		}
		require.Equal(t, c.want, got)
	}
}

func TestTemplateNeedsItsTokens(t *testing.T) {
	m, err := prepare(tiny, Options{})
	require.NoError(t, err)
	for says, change := range map[string]func(*Tokens){
		`tokens.bos: the tokenizer has no token "<s>"`:   func(t *Tokens) { t.BOS = "<s>" },
		`tokens.eos: the tokenizer has no token "</s>"`:  func(t *Tokens) { t.EOS = []string{"</s>"} },
		`tokens.ecg_end: the tokenizer has no token "x"`: func(t *Tokens) { t.ECGEnd = "x" },
		`tokens.ecgs: the tokenizer has no token "x"`:    func(t *Tokens) { t.ECGs = []string{"x"} },
	} {
		tokens := m.manifest.Tokens
		change(&tokens)
		_, err := newTemplate(m.tok, tokens)
		require.ErrorContains(t, err, says)
	}
}
