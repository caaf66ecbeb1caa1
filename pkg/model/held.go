package model

import (
	"math"
	"strings"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model/internal/grammar"
)

// held writes the answer to a localization question: the most probable of the
// tokens that the grammar allows, weighed with the encoder's evidence where it
// gives any. What follows without an alternative is written at once, without
// asking the model.
type held struct {
	grammar  grammar.Grammar
	words    *grammar.Vocabulary
	text     func(token int) (string, bool)
	stop     []int
	left     int // tokens that may still be written
	evidence *evidence

	state      grammar.State
	written    strings.Builder
	marks      []mark
	decision   float64 // probability of "found" or "not found", whichever was chosen
	candidates []grammar.Candidate
	scores     []float64 // of the candidates
}

// mark is where in the answer a token lies, and how probable it was.
type mark struct {
	from, to int
	log      float64 // of its probability among the allowed tokens
}

func (h *held) next(logits []float32) (int, bool, error) {
	h.candidates = h.words.Candidates(h.candidates[:0], h.grammar, h.state, h.left)
	best, sum := h.best(logits, h.weigh(logits))
	if math.IsNaN(sum) || sum == 0 && len(h.candidates) > 0 {
		return 0, false, errNotANumber
	}
	if best < 0 {
		return 0, true, nil
	}
	chosen := h.candidates[best]
	h.decide(logits, chosen)
	h.write(chosen, math.Log(float64(1)/sum)) // the chosen one's own weight is 1
	rest, forced := h.grammar.Forced(h.state)
	h.written.WriteString(rest)
	return chosen.ID, forced || h.left == 0, nil
}

// weigh scores the candidates, and stopping: minus infinity where that is not
// allowed.
func (h *held) weigh(logits []float32) (stop float64) {
	h.scores = h.scores[:0]
	written := h.written.String()
	for _, c := range h.candidates {
		text, _ := h.text(c.ID)
		h.scores = append(h.scores, float64(logits[c.ID])+h.evidence.bonus(h.grammar, h.state, c.State, written, text))
	}
	stop = math.Inf(-1)
	if h.grammar.Complete(h.state) {
		for _, id := range h.stop {
			stop = max(stop, float64(logits[id])+h.evidence.bonus(h.grammar, h.state, h.state, written, ""))
		}
	}
	return stop
}

// best finds the candidate with the highest score, -1 when stopping has it, and
// the sum of all weights relative to it.
func (h *held) best(logits []float32, stop float64) (best int, sum float64) {
	best = -1
	top := stop
	for i, score := range h.scores {
		if l := logits[h.candidates[i].ID]; l != l {
			return best, math.NaN()
		}
		if score > top {
			best, top = i, score
		}
	}
	for _, score := range h.scores {
		sum += math.Exp(score - top)
	}
	if !math.IsInf(stop, -1) {
		sum += math.Exp(stop - top)
	}
	return best, sum
}

// decide records how probable it was to find something, or nothing: the share
// of all tokens that begin such an answer, the evidence taken at its face value.
func (h *held) decide(logits []float32, chosen grammar.Candidate) {
	if _, decided := h.grammar.Found(h.state); decided {
		return
	}
	found, _ := h.grammar.Found(chosen.State)
	same, all := 0.0, 0.0
	for _, c := range h.candidates {
		f, _ := h.grammar.Found(c.State)
		weight := math.Exp(float64(logits[c.ID]) - float64(logits[chosen.ID]) + h.evidence.decision(f) - h.evidence.decision(found))
		all += weight
		if f == found {
			same += weight
		}
	}
	h.decision = same / all
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
		spans[0].Confidence = min(h.decision, h.evidence.sure(spans[0])) * h.mean(begin, end)
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
