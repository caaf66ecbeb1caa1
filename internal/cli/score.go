package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/eval"
	"github.com/holterd/holter/pkg/ecg"
)

type scoreFlags struct {
	annotations, annotator, reference string
	all, episodes, json               bool
}

func (a *App) scoreCommand() *cobra.Command {
	var f scoreFlags
	command := &cobra.Command{
		Use:   "score RECORD... --annotations DIR",
		Short: "Compare annotations of beats or episodes with an expert's",
		Long: `Compare the annotations in DIR (as annotate writes them) with the expert's
beside each WFDB record, beat by beat as AAMI EC57 lays down: beats match within
150 ms, the first five minutes do not count, beats in ventricular flutter do not
either, and a V on a fusion beat is no false one. VEB are ventricular ectopic beats
(V, E), SVEB supraventricular ones (A, a, J, S). Se is sensitivity, +P positive
predictivity, F1 their harmonic mean; gross counts all beats together, average is the
mean over the records that have such beats.

With --episodes, compare rhythms (AFIB, AFL, SVTA, VT, VF, B, T) and ST changes (ST;
elevation STE and depression STD apart) instead. An episode of a rhythm is matched when
it overlaps one of the other side; an ST episode when half of it overlaps, or when the
place of its greatest deviation lies in one of the other side. Se counts the expert's
episodes, +P the found ones; duration Se and +P are shares of the time they last.`,
		Example: `  holter annotate mitdb/119 mitdb/208 --out ./annotations
  holter score mitdb/119 mitdb/208 --annotations ./annotations
  holter score mitdb/203 --annotations ./annotations --episodes --json`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return asUsage(errors.New("no RECORD given"))
			case f.annotations == "":
				return asUsage(errors.New("no folder of annotations: give one with --annotations"))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if f.episodes {
				return a.scoreEpisodes(args, f)
			}
			return a.scoreBeats(args, f)
		},
	}
	flags := command.Flags()
	flags.StringVar(&f.annotations, "annotations", "", "`DIR` of the annotation files")
	flags.StringVar(&f.annotator, "annotator", "hol", "`NAME` of their annotator")
	flags.StringVar(&f.reference, "reference", "atr", "`NAME` of the expert's annotator")
	flags.BoolVar(&f.all, "from-start", false, "let the first five minutes count")
	flags.BoolVar(&f.episodes, "episodes", false, "compare episodes of rhythms and ST changes instead of beats")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	return command
}

// recordScore is the beat score of a record, or of all ("gross").
type recordScore struct {
	Record string `json:"record"`
	eval.EC57
}

func (a *App) scoreBeats(records []string, f scoreFlags) error {
	gross, means := eval.Counts{}, eval.EC57Means{}
	var names []string
	var scores []eval.EC57
	for _, record := range records {
		p, err := f.read(record)
		if err != nil {
			return err
		}
		counts := eval.Beats(p.reference, p.test, p.header.Rate, f.after())
		gross.Add(counts)
		names, scores = append(names, p.name), append(scores, counts.Score())
		means.Add(counts.Score())
	}
	if !f.json {
		return eval.PrintBeats(a.Out, names, scores, gross.Score(), means)
	}
	var out []any
	for i, name := range names {
		out = append(out, recordScore{name, scores[i]})
	}
	out = append(out, struct {
		Record string `json:"record"`
		eval.EC57Means
	}{"average", means}, recordScore{"gross", gross.Score()})
	return json.NewEncoder(a.Out).Encode(out)
}

func (f scoreFlags) after() time.Duration {
	if f.all {
		return 0
	}
	return eval.LearningPeriod
}

// compared is a record with the two annotations that are compared.
type compared struct {
	name            string
	header          *ecg.Header
	reference, test []ecg.Annotation
}

func (f scoreFlags) read(record string) (p compared, err error) {
	p.name = filepath.Base(record)
	if p.header, err = ecg.ReadHeader(record); err != nil {
		return p, err
	}
	if p.reference, err = ecg.ReadAnnotations(record + "." + f.reference); err != nil {
		return p, err
	}
	if p.test, err = ecg.ReadAnnotations(filepath.Join(f.annotations, p.name+"."+f.annotator)); err != nil {
		return p, fmt.Errorf("%w (write it with holter annotate)", err)
	}
	return p, nil
}
