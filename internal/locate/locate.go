package locate

import (
	"context"
	"fmt"

	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// Model answers questions about clips, one answer for each request, in order.
type Model interface {
	Ask(ctx context.Context, requests []model.Request) ([]model.Answer, error)
}

// Ask asks one question about a clip.
func Ask(ctx context.Context, m Model, question string, clip *window.Clip) (model.Answer, error) {
	answers, err := m.Ask(ctx, []model.Request{model.Localize(question, clip)})
	if err != nil {
		return model.Answer{}, fmt.Errorf("ask the model: %w", err)
	}
	if len(answers) != 1 {
		return model.Answer{}, fmt.Errorf("ask the model: %d answers to one question", len(answers))
	}
	return answers[0], nil
}

// batch is how many questions the model is asked at once.
const batch = 64

// Run answers tests in their order. The chosen leads (see ecg.SelectLeads) are
// all that the model gets to see. Each prediction is handed to done as soon as
// it is there; an error of done ends the run.
func Run(ctx context.Context, m Model, folder *Folder, leads string, tests []Test, done func(Prediction) error) error {
	paths, err := findAll(folder, tests)
	if err != nil {
		return err
	}
	kept := newRecords(leads)
	for from := 0; from < len(tests); from += batch {
		to := min(from+batch, len(tests))
		answers, err := askBatch(ctx, m, kept, tests[from:to], paths[from:to])
		if err != nil {
			return fmt.Errorf("tests %d to %d: %w", from+1, to, err)
		}
		for i, answer := range answers {
			if err := done(Prediction{Test: tests[from+i], Prediction: answer.Text, Confidence: answer.Confidence}); err != nil {
				return err
			}
		}
	}
	return nil
}

// findAll finds every record before the first question is asked.
func findAll(folder *Folder, tests []Test) ([]string, error) {
	paths := make([]string, len(tests))
	for i, test := range tests {
		path, err := folder.Find(test.Path, test.Dataset)
		if err != nil {
			return nil, fmt.Errorf("test %d: %w", i+1, err)
		}
		paths[i] = path
	}
	return paths, nil
}

// stretch identifies a clip, so that questions about the same one share it.
type stretch struct {
	path       string
	start, end float64
}

func askBatch(ctx context.Context, m Model, kept *records, tests []Test, paths []string) ([]model.Answer, error) {
	clips := map[stretch]*window.Clip{}
	requests := make([]model.Request, len(tests))
	for i, test := range tests {
		key := stretch{paths[i], test.Start, test.End}
		if clips[key] == nil {
			record, err := kept.get(paths[i])
			if err != nil {
				return nil, err
			}
			if clips[key], err = record.cut(test.Start, test.End); err != nil {
				return nil, fmt.Errorf("record %s: %w", test.Path, err)
			}
		}
		requests[i] = model.Localize(test.Question, clips[key])
	}
	answers, err := m.Ask(ctx, requests)
	if err != nil {
		return nil, fmt.Errorf("ask the model: %w", err)
	}
	if len(answers) != len(requests) {
		return nil, fmt.Errorf("ask the model: %d answers to %d questions", len(answers), len(requests))
	}
	return answers, nil
}
