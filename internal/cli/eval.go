package cli

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/eval"
	"github.com/holterd/holter/internal/gallery"
	"github.com/holterd/holter/internal/locate"
)

type evalFlags struct {
	tests, records, leads, pictures string
	answers                         []string
	seed                            uint64
	json, markdown                  bool
	model                           modelFlags
}

const evalHelp = `Answer a file of questions as locate --tests does, and print how well. Or score
answers that are there already, whoever gave them: --answers takes lines as locate
--tests --out writes them. A question's task says how its answer is scored:

  localization  mean intersection over union of the answered spans and the expert's
                (equal texts count 1, unreadable ones 0), for each kind of condition,
                as the mean over kinds (macro) and over questions (micro). Beside it
                stands what answers that never look at the ECG would get: "No …
                Found" to every question, and the one span that scores highest for
                all questions of a kind (chosen with the expert's answers in sight)
  report        BLEU-1 to -4 (as sacrebleu: lower case, tokens of mteval-v13a, no
                smoothing), ROUGE-1, -2 and -L (as rouge-score: F1, no stemming), and
                macro-AUC of the labels: reports are cut at commas, a label's score is
                its greatest similarity with any item of the answer (cosine of TF-IDF
                over character n-grams). Labels are those of the file's field labels,
                else the items of the expert's reports
  qa            exact match in lower case. Both answers are cut at commas and compared
                as sets, so that order and repetition do not count; for each question_type
                (else abnormal_type) and for all
  comparison    as qa, about several ECGs; for answers in sentences, BLEU and ROUGE
                stand beside it

Confidence: expected calibration error over 15 bins of equal width. An answer's
confidence (of spans the mean by length of theirs, of "No … Found" that of the
decision) is held against whether the whole answer is right: a localization with an
IoU of 0.5 or more (a "No … Found" when the expert says it too), others when they
match. Reports have none.

--json prints one object; what no question asked for is left out:

  kinds, macro, micro  localization: questions, iou; always_no, best_span; all,
                       present and absent apart
  report               questions, bleu [1-4], rouge {1,2,l}, labels {similarity,
                       macro_auc, each}, commonest_answer
  qa, comparison       questions, exact_match, commonest_answer, kinds, bleu, rouge
  calibration          task, kind (none: all), questions, expected_calibration_error,
                       confidence, right, bins {from, to, questions, confidence, right}
  records              record, kind, questions, iou of localization`

func (a *App) evalCommand() *cobra.Command {
	var f evalFlags
	command := &cobra.Command{
		Use:   "eval --tests FILE --records DIR | eval --answers FILE",
		Short: "Score answers to a file of questions",
		Long:  evalHelp,
		Example: `  holter eval --tests short.json --records ./mitdb
  holter eval --tests long.json --records ./mitdb --leads random --json
  holter eval --answers rival.jsonl --markdown
  holter eval --answers short.jsonl --records ./mitdb --pictures ./pictures`,
		Args: func(_ *cobra.Command, args []string) error { return f.check(args) },
		RunE: func(command *cobra.Command, _ []string) error { return a.eval(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.tests, "tests", "", "`FILE` of questions with the expert's answers")
	flags.StringArrayVar(&f.answers, "answers", nil, "`FILE` of questions that have been answered; may be given several times")
	flags.StringVar(&f.records, "records", "", "`DIR` of the recordings that the questions are about")
	testLeadsFlags(flags, &f.leads, &f.seed)
	flags.BoolVar(&f.json, "json", false, "print JSON")
	flags.BoolVar(&f.markdown, "markdown", false, "print tables in Markdown")
	flags.StringVar(&f.pictures, "pictures", "", "`DIR` for pictures: bars record by record, reliability, strips (SVG and PNG)")
	f.model.add(flags)
	a.configFlag(command)
	return command
}

func (f evalFlags) check(args []string) error {
	switch {
	case (f.tests == "") == (len(f.answers) == 0):
		return asUsage(errors.New("either --tests and --records are needed, or --answers"))
	case f.tests != "" && f.records == "":
		return asUsage(errors.New("--tests and --records are needed together"))
	case f.pictures != "" && f.records == "":
		return asUsage(errors.New("--pictures shows strips of the recordings: give their folder with --records"))
	case f.json && f.markdown:
		return asUsage(errors.New("--json or --markdown, not both"))
	}
	return noArguments(nil, args)
}

func (a *App) eval(ctx context.Context, f evalFlags) error {
	answers, tests, err := f.read()
	if err != nil {
		return err
	}
	signals := &locate.Signals{Leads: f.leads, Seed: f.seed}
	if f.records != "" {
		if signals.Folder, err = locate.OpenFolder(f.records); err != nil {
			return err
		}
	}
	if len(tests) > 0 {
		if answers, err = a.ask(ctx, f, signals, tests); err != nil {
			return err
		}
	}
	if len(answers) == 0 {
		return errors.New("there is no question to score: name a file that holds some")
	}
	scored := make([]eval.Answer, len(answers))
	for i, p := range answers {
		scored[i] = eval.Answer{
			Task: p.Task, Kind: p.Kind, Record: p.ECGs[0].Record(), Question: p.Question, Truth: p.Answer,
			Prediction: p.Prediction, Confidence: p.Confidence, Labels: p.Labels,
		}
	}
	result := eval.Evaluate(scored)
	if f.pictures != "" {
		if err := gallery.Write(f.pictures, result, answers, signals); err != nil {
			return err
		}
	}
	switch {
	case f.json:
		out := json.NewEncoder(a.Out)
		out.SetIndent("", "  ")
		return out.Encode(result)
	case f.markdown:
		return result.Print(a.Out, eval.Markdown)
	}
	return result.Print(a.Out, eval.Plain)
}

// ask answers the questions with the model.
func (a *App) ask(ctx context.Context, f evalFlags, signals *locate.Signals, tests []locate.Test) ([]locate.Prediction, error) {
	m, err := f.model.open(a)
	if err != nil {
		return nil, err
	}
	defer m.Close() //nolint:errcheck // only asked
	var answers []locate.Prediction
	bar := a.newBar(len(tests), "eval", "questions")
	err = locate.Run(ctx, m, signals, tests, func(p locate.Prediction) error {
		answers = append(answers, p)
		bar.set(len(answers), "")
		return nil
	})
	bar.end()
	return answers, err
}
