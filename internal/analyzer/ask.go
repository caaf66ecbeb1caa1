package analyzer

import (
	"context"
	"fmt"
	"strings"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// asked is a window, what is asked of it, and then what was answered.
type asked struct {
	recording *recording
	window    window.Window
	questions []question
	answers   []model.Answer
}

func newAsked(r *recording, w window.Window, questions []question) *asked {
	return &asked{recording: r, window: w, questions: questions}
}

// ask puts all questions of all windows of a step at once, until the model
// answers.
func (w *worker) ask(ctx context.Context, s *step) error {
	var requests []model.Request
	for _, a := range s.windows {
		for _, q := range a.questions {
			requests = append(requests, model.Localize(q.text, a.window.Clip))
		}
	}
	if len(requests) == 0 {
		return nil
	}
	var answers []model.Answer
	err := w.retry(ctx, "ask the model", func(ctx context.Context) error {
		var err error
		if answers, err = w.model.Ask(ctx, requests); err == nil && len(answers) != len(requests) {
			err = fmt.Errorf("%d answers to %d questions", len(answers), len(requests))
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, a := range s.windows {
		n := len(a.questions)
		a.answers, answers = answers[:n:n], answers[n:]
	}
	return nil
}

// leads are the slots of the window's leads, and their samples.
func leads(clip *window.Clip) (slots []ecg.Slot, samples [][]float32) {
	for slot, lead := range clip {
		if lead != nil {
			slots = append(slots, ecg.Slot(slot))
			samples = append(samples, lead)
		}
	}
	return slots, samples
}

// names are the leads' names, separated by commas.
func names(slots []ecg.Slot) string {
	all := make([]string, len(slots))
	for i, slot := range slots {
		all[i] = slot.String()
	}
	return strings.Join(all, ",")
}
