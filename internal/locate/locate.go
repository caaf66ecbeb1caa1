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

// Run answers tests in their order. Each prediction is handed to done as soon as
// it is there; an error of done ends the run.
func Run(ctx context.Context, m Model, signals *Signals, tests []Test, done func(Prediction) error) error {
	paths, err := findAll(signals, tests)
	if err != nil {
		return err
	}
	for from := 0; from < len(tests); from += batch {
		to := min(from+batch, len(tests))
		answers, err := askBatch(ctx, m, signals, tests[from:to], paths[from:to])
		if err != nil {
			return fmt.Errorf("tests %d to %d: %w", from+1, to, err)
		}
		for i, answer := range answers {
			p := Prediction{Test: tests[from+i], Prediction: answer.Text, Confidence: &answer.Confidence}
			if err := done(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// findAll finds every record before the first question is asked: for each test,
// the paths of its ECGs.
func findAll(signals *Signals, tests []Test) ([][]string, error) {
	paths := make([][]string, len(tests))
	for i, test := range tests {
		for _, stretch := range test.ECGs {
			path, err := signals.find(test, stretch)
			if err != nil {
				return nil, fmt.Errorf("test %d: %w", i+1, err)
			}
			paths[i] = append(paths[i], path)
		}
	}
	return paths, nil
}

// place identifies a clip, so that questions about the same one share it.
type place struct {
	path       string
	start, end float64
}

func askBatch(ctx context.Context, m Model, signals *Signals, tests []Test, paths [][]string) ([]model.Answer, error) {
	clips := map[place]*window.Clip{}
	requests := make([]model.Request, len(tests))
	for i, test := range tests {
		turn := model.Turn{Question: test.Question}
		for j, stretch := range test.ECGs {
			key := place{paths[i][j], stretch.Start, stretch.End}
			if clips[key] == nil {
				clip, err := signals.cut(key.path, stretch)
				if err != nil {
					return nil, err
				}
				clips[key] = clip
			}
			turn.ECGs = append(turn.ECGs, clips[key])
		}
		requests[i] = model.Request{Turns: []model.Turn{turn}}
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
