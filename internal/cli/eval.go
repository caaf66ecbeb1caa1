package cli

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/eval"
	"github.com/holterd/holter/internal/locate"
)

type evalFlags struct {
	tests, records, leads string
	json                  bool
	model                 modelFlags
}

func (a *App) evalCommand() *cobra.Command {
	var f evalFlags
	command := &cobra.Command{
		Use:   "eval --tests FILE --records DIR",
		Short: "Score the model's answers to a file of questions",
		Long: `Answer a file of questions as locate --tests does, and print how well: the mean
intersection over union of the answered spans and the expert's (equal texts count 1,
unreadable ones 0), for each kind of condition, as the mean over kinds (macro) and
over questions (micro).

Beside it stands what answers that never look at the ECG would get: "No … Found" to
every question, and the one span that scores highest as the answer to all questions
of a kind (chosen with the expert's answers in sight).`,
		Example: `  holter eval --tests short.json --records ./mitdb
  holter eval --tests long.json --records ./mitdb --leads second --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if f.tests == "" || f.records == "" {
				return asUsage(errors.New("--tests and --records are needed"))
			}
			return noArguments(nil, args)
		},
		RunE: func(command *cobra.Command, _ []string) error { return a.eval(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.tests, "tests", "", "`FILE` of questions with the expert's answers")
	flags.StringVar(&f.records, "records", "", "`DIR` of the recordings that the questions are about")
	leadsFlag(flags, &f.leads)
	flags.BoolVar(&f.json, "json", false, "print JSON")
	f.model.add(flags)
	a.configFlag(command)
	return command
}

func (a *App) eval(ctx context.Context, f evalFlags) error {
	tests, folder, err := openTests(f.tests, f.records)
	if err != nil {
		return err
	}
	m, err := f.model.open(a)
	if err != nil {
		return err
	}
	defer m.Close() //nolint:errcheck // only asked
	var answers []eval.Answer
	bar := a.newBar(len(tests), "eval", "questions")
	err = locate.Run(ctx, m, folder, f.leads, tests, func(p locate.Prediction) error {
		answers = append(answers, eval.Answer{Kind: p.Kind, Question: p.Question, Truth: p.Answer, Prediction: p.Prediction})
		bar.set(len(answers), "")
		return nil
	})
	bar.end()
	if err != nil {
		return err
	}
	table := eval.Evaluate(answers)
	if !f.json {
		return table.Print(a.Out)
	}
	out := json.NewEncoder(a.Out)
	out.SetIndent("", "  ")
	return out.Encode(table)
}
