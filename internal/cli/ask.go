package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/questions"
)

type askFlags struct {
	patient, device, leads, from, to, by, picture, archive string
	strips                                                 []string
	last, timeout                                          time.Duration
	json                                                   bool
}

func (a *App) askCommand() *cobra.Command {
	f := askFlags{timeout: time.Minute}
	command := &cobra.Command{
		Use:   "ask --patient ID QUESTION…",
		Short: "Ask the model about a patient's signal",
		Long: `Ask the model about a patient's signal, of now or of any time that is kept. The
analyzer that has the patient answers; the text appears while it is written. A
condition's code (V, A, AFIB, …) asks where that condition is.

The signal is the newest minute (--last), a stretch (--from, --to), or one to six
strips to compare (--strip). Several QUESTIONs are one conversation: each knows those
before it. A QUESTION of - reads them from standard input, one a line.

Times are by the device's clock, in UTC. --json prints one JSON object per question.`,
		Example: `  holter ask --patient p7 "Where is the Premature ventricular contraction located in this ECG?"
  holter ask --patient p7 --last 10s "Please provide the report for the following ECG." "Is it atrial fibrillation?"
  holter ask --patient p7 --from 2026-01-31T08:00:00Z --to 2026-01-31T08:05:00Z V --json
  holter ask --patient p7 --strip 2026-01-30T08:00:00Z/10s --strip 2026-01-31T08:00:00Z/10s "How do these ECGs compare?"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return asUsage(errors.New("no QUESTION is given"))
			}
			return nil
		},
		RunE: func(command *cobra.Command, args []string) error {
			return a.converse(command.Context(), f, command.InOrStdin(), args)
		},
	}
	flags := command.Flags()
	patientFlag(flags, &f.patient)
	flags.Var(durationValue{&f.last}, "last", "the newest signal, like 60s (the default), up to 10m")
	flags.StringVar(&f.from, "from", "", "begin at `T`: RFC 3339, or a duration like 24h (so long ago)")
	flags.StringVar(&f.to, "to", "", "end at `T`")
	flags.StringArrayVar(&f.strips, "strip", nil, "`FROM/TO`, times as above, TO also the length (FROM/10s); may be repeated")
	flags.StringVar(&f.device, "device", "", "the `ID` of the device (default the one with the most signal)")
	flags.StringVar(&f.leads, "leads", "", "the `LEADS` to show, like II,V1 (default all)")
	flags.StringVar(&f.by, "by", "", "`NAME` of who asks (default $USER)")
	flags.Var(durationValue{&f.timeout}, "timeout", "wait so long for an answer")
	flags.BoolVar(&f.json, "json", false, "print JSON lines")
	flags.StringVar(&f.picture, "picture", "", "draw the strips with the last answer's spans into `FILE`, .svg or .png")
	flags.StringVar(&f.archive, "archive", "", "`DIR` of the archive, for --picture (default archive.folder of the configuration)")
	a.configFlag(command)
	return command
}

func (a *App) converse(ctx context.Context, f askFlags, in io.Reader, texts []string) error {
	q, err := f.question(a.Clock.Now())
	switch {
	case f.patient == "":
		return asUsage(errors.New("--patient is missing: whose signal is it about?"))
	case err != nil:
		return asUsage(err)
	case f.picture != "" && drawings[filepath.Ext(f.picture)] == nil:
		return asUsage(fmt.Errorf("--picture: %q does not end in .svg or .png", f.picture))
	case f.picture != "" && slices.ContainsFunc(q.Strips, tooLong):
		return asUsage(fmt.Errorf("--picture: strips of up to %s can be drawn", longestDrawn))
	}
	q.By = cmp.Or(f.by, a.Env("USER"))
	return a.withKafka(func(client *kafka.Client, partitions int) error {
		asker := questions.NewAsker(client, partitions)
		var last questions.Answer
		for text, err := range eachQuestion(in, texts) {
			if err != nil {
				return err
			}
			if len(q.Turns) > 0 {
				q = q.Follow(last, text)
			} else {
				q.Turns = []questions.Turn{{Question: text}}
			}
			if last, err = a.askOne(ctx, asker, f, q, len(texts) > 1 || texts[0] == "-"); err != nil {
				return err
			}
		}
		if f.picture == "" || len(q.Turns) == 0 {
			return nil
		}
		return a.drawAnswer(f, q, last)
	})
}

// askOne asks one question and prints what is answered.
func (a *App) askOne(ctx context.Context, asker *questions.Asker, f askFlags, q questions.Question, several bool) (questions.Answer, error) {
	if f.json {
		answer, err := asker.Ask(ctx, q, f.timeout, nil)
		if err == nil {
			lines := json.NewEncoder(a.Out)
			lines.SetEscapeHTML(false)
			err = lines.Encode(questions.AnswerLine(q, answer))
		}
		return answer, err
	}
	if several {
		_, _ = fmt.Fprintf(a.Out, "> %s\n", q.Turns[len(q.Turns)-1].Question)
	}
	said := ""
	answer, err := asker.Ask(ctx, q, f.timeout, func(piece string) {
		said += piece
		_, _ = fmt.Fprint(a.Out, piece)
	})
	if said != "" {
		_, _ = fmt.Fprintln(a.Out)
	}
	if err != nil {
		return answer, err
	}
	if said != answer.Text { // another analyzer has answered otherwise
		_, _ = fmt.Fprintln(a.Out, answer.Text)
	}
	return answer, printAnswer(a.Out, answer)
}

// printAnswer prints what is beside the text.
func printAnswer(out io.Writer, answer questions.Answer) error {
	for _, s := range answer.Spans {
		_, _ = fmt.Fprintf(out, "  %s to %s  %s  %.2f\n", s.From.UTC().Format(eventTime), s.To.UTC().Format(eventTime), s.Kind, s.Confidence)
	}
	_, _ = fmt.Fprintf(out, "Confidence %.2f, %s\n", answer.Confidence, answer.Model)
	for _, s := range answer.Shown {
		_, err := fmt.Fprintf(out, "ECG %d: %s, %s, %s to %s\n", s.Strip+1, s.Device, strings.Join(s.Leads, ","),
			s.From.UTC().Format(eventTime), s.To.UTC().Format(eventTime))
		if err != nil {
			return err
		}
	}
	for _, s := range answer.LeftOut() {
		_, err := fmt.Fprintf(out, "Left out of ECG %d: %s to %s, which the model was not shown\n", s.Strip+1,
			s.From.UTC().Format(eventTime), s.To.UTC().Format(eventTime))
		if err != nil {
			return err
		}
	}
	return nil
}
