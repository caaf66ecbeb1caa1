package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/locate"
	"github.com/holterd/holter/pkg/localize"
)

type locateFlags struct {
	ask, leads, tests, records, out string
	seed                            uint64
	from, to                        time.Duration
	model                           modelFlags
}

func (a *App) locateCommand() *cobra.Command {
	var f locateFlags
	command := &cobra.Command{
		Use:   "locate RECORD --ask TEXT | locate --tests FILE --records DIR --out FILE",
		Short: "Ask the model about a recording, or answer a file of questions",
		Long: `Ask the model one question about a stretch of a WFDB recording (its path without
extension) and print the answer. A condition's code (V, A, L, R, …) asks where that
condition is.

With --tests, answer a file of questions: a JSON array of {question, answer,
ecg_path, dataset, task, abnormal_type, ecg_start, ecg_end}, the last two in samples
at the record's own rate. The records are found by name below --records; of a question
about several ECGs, ecg_path, ecg_start and ecg_end are arrays. Tasks are localization
(the default), report, qa and comparison. Each answer becomes one JSON line with the
question's fields, prediction and confidence, in the order of the file.`,
		Example: `  holter locate mitdb/119 --ask "Where is the Premature ventricular contraction located in this ECG?" --from 60s --to 70s
  holter locate mitdb/119 --ask V --to 10 --leads first
  holter locate --tests short.json --records ./mitdb --out predictions.jsonl`,
		Args: func(_ *cobra.Command, args []string) error { return f.check(args) },
		RunE: func(command *cobra.Command, args []string) error {
			if f.tests != "" {
				return a.locateTests(command.Context(), f)
			}
			return a.locateOne(command.Context(), args[0], f)
		},
	}
	flags := command.Flags()
	flags.StringVar(&f.ask, "ask", "", "the question `TEXT`, or a condition's code")
	stretchFlags(flags, &f.from, &f.to)
	testLeadsFlags(flags, &f.leads, &f.seed)
	flags.StringVar(&f.tests, "tests", "", "`FILE` of questions to answer")
	flags.StringVar(&f.records, "records", "", "`DIR` of the recordings that the questions are about")
	flags.StringVar(&f.out, "out", "", "`FILE` for the answers, - for standard output")
	f.model.add(flags)
	a.configFlag(command)
	return command
}

func (f locateFlags) check(args []string) error {
	switch {
	case f.tests == "" && len(args) != 1:
		return asUsage(fmt.Errorf("%d arguments given, one RECORD expected (or --tests)", len(args)))
	case f.tests == "" && f.ask == "":
		return asUsage(errors.New("no question: give one with --ask"))
	case f.tests != "" && (len(args) > 0 || f.ask != ""):
		return asUsage(errors.New("--tests stands without RECORD and --ask"))
	case f.tests == "" && f.leads == locate.RandomLead:
		return asUsage(errors.New("--leads random is for --tests"))
	case f.tests != "" && (f.records == "" || f.out == ""):
		return asUsage(errors.New("--tests needs --records and --out"))
	}
	return nil
}

func (a *App) locateOne(ctx context.Context, path string, f locateFlags) error {
	record, err := locate.ReadRecord(path, f.leads)
	if err != nil {
		return err
	}
	clip, err := record.Between(f.from, f.to)
	if err != nil {
		return fmt.Errorf("%w: choose another with --from and --to", err)
	}
	m, err := f.model.open(a)
	if err != nil {
		return err
	}
	defer m.Close() //nolint:errcheck // only asked
	question := f.ask
	if condition, ok := localize.ByCode(question); ok {
		question = localize.Question(condition)
	}
	answer, err := locate.Ask(ctx, m, question, clip)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.Out, answer.Text)
	return err
}

func (a *App) locateTests(ctx context.Context, f locateFlags) (err error) {
	tests, err := readTests(f.tests)
	if err != nil {
		return err
	}
	folder, err := locate.OpenFolder(f.records)
	if err != nil {
		return err
	}
	m, err := f.model.open(a)
	if err != nil {
		return err
	}
	defer m.Close() //nolint:errcheck // only asked
	out := a.Out
	if f.out != "-" {
		file, err := os.Create(f.out)
		if err != nil {
			return fmt.Errorf("write the answers: %w; name a file that can be written with --out", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		out = file
	}
	return a.answer(ctx, m, &locate.Signals{Folder: folder, Leads: f.leads, Seed: f.seed}, tests, out)
}

// answer writes one line for each test.
func (a *App) answer(ctx context.Context, m Model, signals *locate.Signals, tests []locate.Test, w io.Writer) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	bar, done := a.newBar(len(tests), "locate", "questions"), 0
	err := locate.Run(ctx, m, signals, tests, func(p locate.Prediction) error {
		done++
		bar.set(done, "")
		return lines.Encode(p)
	})
	bar.end()
	return errors.Join(err, out.Flush())
}

func readTests(path string) ([]locate.Test, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the questions: %w; name a file of questions with --tests", err)
	}
	defer file.Close() //nolint:errcheck // only read from
	tests, err := locate.ReadTests(bufio.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("read the questions of %s: %w; --tests takes a JSON array of questions, see holter locate --help", path, err)
	}
	return tests, nil
}
