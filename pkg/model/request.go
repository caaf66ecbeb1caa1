package model

import (
	"errors"
	"fmt"
	"strings"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/window"
)

// Request is a conversation whose last turn is to be answered.
type Request struct {
	Turns []Turn
	// Wrote, if set, is given an answer in words while it is written: each time
	// all of its text so far, which only grows (again from the beginning when the
	// request is asked again, as a Batcher may). The model waits for it, so it must
	// return at once. Answers under the grammar are not given before they are whole.
	Wrote func(text string)
}

// Turn is one question and, but for the last turn, its answer.
type Turn struct {
	// ECGs are the clips shown with this question: in mV, unscaled. Clips are
	// told apart by their address: one that is in several requests of a batch
	// is encoded once, so it must not change meanwhile.
	ECGs []*window.Clip
	// Question is plain text; special tokens written out in it are text too.
	Question string
	// Answer is what was answered, empty in the last turn.
	Answer string
}

// Localize asks one question about one clip.
func Localize(question string, clip *window.Clip) Request {
	return Request{Turns: []Turn{{ECGs: []*window.Clip{clip}, Question: question}}}
}

// Answer is what the model says.
type Answer struct {
	// Text is the answer; for a localization question always one that
	// localize.Parse reads.
	Text string
	// Confidence is 0 to 1, calibrated where the manifest says how. Of free text: the geometric mean of its tokens'
	// probabilities. Of spans: their confidences' mean by length. Of a "No …
	// Found": the probability of that decision (the least sure piece's, for a
	// clip that is answered in pieces).
	Confidence float64
	// Localized says that the answer was held to the grammar; only then the
	// following are set.
	Localized bool
	// Condition is what was asked for.
	Condition localize.Condition
	// Spans are the answer, in seconds from the clip's start. A span's
	// confidence is the probability that something is found at all times the
	// geometric mean of the probabilities of the tokens that write the span,
	// all of them among the tokens that the grammar allows; tokens without an
	// alternative do not count.
	Spans localize.Spans
	// Heat is the probability that a beat of the condition lies in each 50 ms
	// of the clip; nil when the model does not tell.
	Heat []float32
}

// check tells what is wrong with a request.
func (r Request) check() error {
	if len(r.Turns) == 0 {
		return errors.New("it has no turn")
	}
	for i, t := range r.Turns {
		last := i == len(r.Turns)-1
		if strings.TrimSpace(t.Question) == "" {
			return fmt.Errorf("turn %d has no question", i+1)
		}
		if last != (t.Answer == "") {
			return fmt.Errorf("turn %d of %d: all turns but the last have an answer", i+1, len(r.Turns))
		}
		for j, clip := range t.ECGs {
			if err := checkClip(clip); err != nil {
				return fmt.Errorf("turn %d, ECG %d %w", i+1, j+1, err)
			}
		}
	}
	return nil
}

func checkClip(clip *window.Clip) error {
	if clip == nil || clip.Len() == 0 {
		return errors.New("is empty")
	}
	for slot, lead := range clip {
		if lead != nil && len(lead) != clip.Len() {
			return fmt.Errorf("has leads of %d and %d samples (slot %d)", clip.Len(), len(lead), slot)
		}
	}
	return nil
}

// subject is the clip that the last question is about: the last one shown.
func (r Request) subject() *window.Clip {
	for i := len(r.Turns) - 1; i >= 0; i-- {
		if ecgs := r.Turns[i].ECGs; len(ecgs) > 0 {
			return ecgs[len(ecgs)-1]
		}
	}
	return nil
}
