package model

import (
	"math"
	"strings"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model/internal/grammar"
)

// held writes the answer to a localization question: the most probable of the
// tokens that the grammar allows. What follows without an alternative is
// written at once, without asking the model.
type held struct {
	grammar grammar.Grammar
	words   *grammar.Vocabulary
	text    func(token int) (string, bool)
	stop    []int
	left    int // tokens that may still be written

	state      grammar.State
	written    strings.Builder
	marks      []mark
	decision   float64 // probability of "found" or "not found", whichever was chosen
	candidates []grammar.Candidate
}

// mark is where in the answer a token lies, and how probable it was.
type mark struct {
	from, to int
	log      float64 // of its probability among the allowed tokens
}

func (h *held) next(logits []float32) (int, bool, error) {
	h.candidates = h.words.Candidates(h.candidates[:0], h.grammar, h.state, h.left)
	stop := math.Inf(-1)
	if h.grammar.Complete(h.state) {
		for _, id := range h.stop {
			stop = max(stop, float64(logits[id]))
		}
	}
	best, sum := h.best(logits, stop)
	if math.IsNaN(sum) || sum == 0 && len(h.candidates) > 0 {
		return 0, false, errNotANumber
	}
	if best < 0 {
		return 0, true, nil
	}
	chosen := h.candidates[best]
	h.decide(logits, chosen, sum)
	h.write(chosen, math.Log(float64(1)/sum)) // the chosen one's own weight is 1
	rest, forced := h.grammar.Forced(h.state)
	h.written.WriteString(rest)
	return chosen.ID, forced || h.left == 0, nil
}

// best finds the most probable candidate, -1 when stopping is, and the sum of
// all weights relative to it.
func (h *held) best(logits []float32, stop float64) (best int, sum float64) {
	best = -1
	top := stop
	for i, c := range h.candidates {
		l := float64(logits[c.ID])
		if l != l {
			return best, math.NaN()
		}
		if l > top {
			best, top = i, l
		}
	}
	for _, c := range h.candidates {
		sum += math.Exp(float64(logits[c.ID]) - top)
	}
	if !math.IsInf(stop, -1) {
		sum += math.Exp(stop - top)
	}
	return best, sum
}

// decide records how probable it was to find something, or nothing: the share
// of all tokens that begin such an answer.
func (h *held) decide(logits []float32, chosen grammar.Candidate, sum float64) {
	if _, decided := h.grammar.Found(h.state); decided {
		return
	}
	found, _ := h.grammar.Found(chosen.State)
	same := 0.0
	for _, c := range h.candidates {
		if f, _ := h.grammar.Found(c.State); f == found {
			same += math.Exp(float64(logits[c.ID]) - float64(logits[chosen.ID]))
		}
	}
	h.decision = same / sum
}

func (h *held) write(c grammar.Candidate, log float64) {
	text, _ := h.text(c.ID)
	from := h.written.Len()
	h.written.WriteString(text)
	if len(h.candidates) > 1 || h.grammar.Complete(h.state) {
		h.marks = append(h.marks, mark{from, h.written.Len(), log})
	}
	h.state = c.State
	h.left--
}

// spans reads the answer that was written.
func (h *held) spans() (localize.Spans, error) {
	answer := h.written.String()
	var out localize.Spans
	at := strings.IndexByte(answer, ' ') + 1
	if found, _ := h.grammar.Found(h.state); !found {
		at = len(answer)
	}
	for begin := at; at < len(answer); begin = at {
		end := len(answer)
		if i := strings.IndexByte(answer[at+1:], ','); i >= 0 {
			end = at + 1 + i
		}
		spans, err := localize.Parse("Duration: " + strings.TrimLeft(answer[begin:end], ", "))
		if err != nil {
			return nil, err
		}
		spans[0].Confidence = h.decision * h.mean(begin, end)
		out = append(out, spans...)
		at = end
	}
	return out.Merge(), nil
}

// mean is the geometric mean of the probabilities of the tokens that touch a
// stretch of the answer, 1 when none of them had an alternative.
func (h *held) mean(from, to int) float64 {
	sum, n := 0.0, 0
	for _, m := range h.marks {
		if m.from < to && m.to > from {
			sum += m.log
			n++
		}
	}
	return math.Exp(sum / float64(max(n, 1)))
}
