package model_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// The tiny model has random weights and answers nonsense, but readable
// nonsense.
func Example() {
	m, err := model.Open("testdata/tiny", model.Options{Device: "cpu"})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = m.Close() }()

	var clip window.Clip // two seconds of lead II in mV
	clip[ecg.II] = make([]float32, 200)
	clip[ecg.II][100] = 1

	pvc, _ := localize.ByCode("V")
	answers, err := m.Ask(context.Background(), []model.Request{model.Localize(localize.Question(pvc), &clip)})
	if err != nil {
		log.Fatal(err)
	}
	_, err = localize.Parse(answers[0].Text)
	fmt.Println(m.Info().Placement, answers[0].Condition.Code, err)
	// Output: CPUExecutionProvider V <nil>
}

// polite answers every question with its own words.
type polite struct{}

func (polite) Ask(_ context.Context, requests []model.Request) ([]model.Answer, error) {
	answers := make([]model.Answer, len(requests))
	for i, r := range requests {
		answers[i].Text = "You asked: " + r.Turns[0].Question
	}
	return answers, nil
}

func ExampleBatcher() {
	// In earnest the Asker is a *model.Model.
	b := model.NewBatcher(polite{}, 16, 5*time.Millisecond)
	defer func() { _ = b.Close() }()

	answers, err := b.Ask(context.Background(), []model.Request{model.Localize("Is it sinus rhythm?", nil)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answers[0].Text)
	// Output: You asked: Is it sinus rhythm?
}

func ExampleReadManifest() {
	m, err := model.ReadManifest("testdata/tiny")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Name, m.Version, m.Localization.Conditions)
	// Output: tiny 0.0.1 [V A L R]
}
