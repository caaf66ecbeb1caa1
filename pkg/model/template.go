package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holterd/holter/pkg/model/tokenizer"
)

// template writes conversations as the model was taught to read them: Llama
// 3's chat template, without a system turn.
//
//	<|begin_of_text|><|start_header_id|>user<|end_header_id|>
//
//	ECG… question<|eot_id|><|start_header_id|>assistant<|end_header_id|>
//
//	answer<|eot_id|>…
type template struct {
	tok                         *tokenizer.Tokenizer
	bos, head, headEnd, turnEnd int
	ecgStart, ecgEnd            int
	stop                        []int // tokens that end an answer
	several                     []int // tokens that are added to the first, second … of several ECGs
}

const (
	headToken    = "<|start_header_id|>"
	headEndToken = "<|end_header_id|>"
	turnEndToken = "<|eot_id|>"
)

func newTemplate(tok *tokenizer.Tokenizer, t Tokens) (template, error) {
	out := template{tok: tok}
	for _, want := range []struct {
		id    *int
		token string
		key   string
	}{
		{&out.bos, t.BOS, "tokens.bos"},
		{&out.ecgStart, t.ECGStart, "tokens.ecg_start"},
		{new(int), t.ECG, "tokens.ecg"},
		{&out.ecgEnd, t.ECGEnd, "tokens.ecg_end"},
		{&out.head, headToken, "tokens.turn"},
		{&out.headEnd, headEndToken, "tokens.turn"},
		{&out.turnEnd, turnEndToken, "tokens.turn"},
	} {
		id, ok := tok.ID(want.token)
		if !ok {
			return template{}, fmt.Errorf("%s: the tokenizer has no token %q", want.key, want.token)
		}
		*want.id = id
	}
	for _, token := range t.EOS {
		id, ok := tok.ID(token)
		if !ok {
			return template{}, fmt.Errorf("tokens.eos: the tokenizer has no token %q", token)
		}
		out.stop = append(out.stop, id)
	}
	for _, token := range t.ECGs {
		id, ok := tok.ID(token)
		if !ok {
			return template{}, fmt.Errorf("tokens.ecgs: the tokenizer has no token %q", token)
		}
		out.several = append(out.several, id)
	}
	return out, nil
}

// element of a prompt: a token, or an ECG that takes its place in the text.
type element struct {
	token int   // of an ECG the token that is added to it, or none
	ecg   *view // nil for a token
}

const none = -1

// size is the number of positions that the element takes.
func (e element) size(tokensPerSegment int) int {
	if e.ecg == nil {
		return 1
	}
	return 1 + e.ecg.segments*(tokensPerSegment-1)
}

// prompt is a conversation up to where its answer begins.
type prompt struct {
	prefix []element // up to the last ECG, shared by all questions about it
	suffix []element // the rest, tokens alone
}

// size is the number of positions that the prompt takes.
func (p prompt) size(tokensPerSegment int) int {
	return size(p.prefix, tokensPerSegment) + size(p.suffix, tokensPerSegment)
}

func size(elements []element, tokensPerSegment int) int {
	n := 0
	for _, e := range elements {
		n += e.size(tokensPerSegment)
	}
	return n
}

// key is equal for equal prefixes.
func (p prompt) key() string {
	var b strings.Builder
	for _, e := range p.prefix {
		fmt.Fprintf(&b, "%d %p ", e.token, e.ecg)
	}
	return b.String()
}

// prompt writes a request; show tells what is shown of an ECG.
func (t template) prompt(turns []Turn, show func(turn, ecg int) *view) (prompt, error) {
	w := writer{tok: t.tok}
	w.mark(t.bos)
	w.split = len(w.out)
	places := t.places(turns)
	for i, turn := range turns {
		t.header(&w, "user")
		for j := range turn.ECGs {
			w.mark(t.ecgStart)
			w.out = append(w.out, element{places[0], show(i, j)})
			places = places[1:]
			w.mark(t.ecgEnd)
			w.split = len(w.out)
		}
		w.text += strings.TrimSpace(turn.Question)
		w.mark(t.turnEnd)
		t.header(&w, "assistant")
		if turn.Answer != "" {
			w.text += strings.TrimSpace(turn.Answer)
			w.mark(t.turnEnd)
		}
	}
	w.flush()
	return prompt{prefix: w.out[:w.split:w.split], suffix: w.out[w.split:]}, w.err
}

// places are the tokens that tell the ECGs of a conversation apart.
func (t template) places(turns []Turn) []int {
	n := 0
	for _, turn := range turns {
		n += len(turn.ECGs)
	}
	out := slices.Repeat([]int{none}, n)
	if n > 1 {
		copy(out, t.several)
	}
	return out
}

func (t template) header(w *writer, role string) {
	w.mark(t.head)
	w.text += role
	w.mark(t.headEnd)
	w.text += "\n\n"
}

// writer collects elements. Text is kept until a mark follows, as the
// tokenizer must see it whole.
type writer struct {
	tok   *tokenizer.Tokenizer
	text  string
	out   []element
	split int
	err   error
}

func (w *writer) mark(token int) {
	w.flush()
	w.out = append(w.out, element{token: token})
}

func (w *writer) flush() {
	ids, err := w.tok.EncodeText(w.text)
	if err != nil && w.err == nil {
		w.err = err
	}
	for _, id := range ids {
		w.out = append(w.out, element{token: id})
	}
	w.text = ""
}
