package model

import (
	"errors"
	"math"
	"slices"
	"strings"
)

// writing is one answer that is being written, token by token.
type writing interface {
	// next takes the logits after the last token and gives the next one; done
	// when the answer ended instead.
	next(logits []float32) (token int, done bool, err error)
}

var errNotANumber = errors.New("the decoder's logits are not numbers: the model or the library is damaged")

// freeText takes the most probable token until one says stop.
type freeText struct {
	stop []int
	left int // tokens that may still be written
	// wrote is told of the tokens so far; it may be nil.
	wrote func(tokens []int)

	tokens []int
	logs   float64 // Σ log p of the tokens, the one that stopped included
	steps  int
}

func (f *freeText) next(logits []float32) (int, bool, error) {
	best, sum := 0, 0.0
	for id, l := range logits {
		if l > logits[best] {
			best = id
		}
	}
	for _, l := range logits {
		sum += math.Exp(float64(l - logits[best]))
	}
	if math.IsNaN(sum) {
		return 0, false, errNotANumber
	}
	f.logs -= math.Log(sum)
	f.steps++
	if slices.Contains(f.stop, best) {
		return 0, true, nil
	}
	f.tokens = append(f.tokens, best)
	f.left--
	if f.wrote != nil {
		f.wrote(f.tokens)
	}
	return best, f.left == 0, nil
}

// confidence is the geometric mean of the tokens' probabilities.
func (f *freeText) confidence() float64 { return math.Exp(f.logs / float64(f.steps)) }

// whole leaves out a character at the end that is not yet complete.
func whole(text string) string { return strings.TrimRight(text, "\uFFFD") }
