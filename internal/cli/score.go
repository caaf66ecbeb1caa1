package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/eval"
	"github.com/holterd/holter/pkg/ecg"
)

type scoreFlags struct {
	annotations, annotator, reference string
	all, json                         bool
}

func (a *App) scoreCommand() *cobra.Command {
	var f scoreFlags
	command := &cobra.Command{
		Use:   "score RECORD... --annotations DIR",
		Short: "Compare beat annotations with an expert's",
		Long: `Compare the beat annotations in DIR (as annotate writes them) with the expert's
beside each WFDB record, beat by beat as AAMI EC57 lays down: beats match within
150 ms, the first five minutes do not count, beats in ventricular flutter do not
either, and a V on a fusion beat is no false one. VEB are ventricular ectopic beats
(V, E), SVEB supraventricular ones (A, a, J, S). Se is sensitivity, +P positive
predictivity; gross counts all beats together, average is the mean over records.`,
		Example: `  holter annotate mitdb/119 mitdb/208 --out ./annotations
  holter score mitdb/119 mitdb/208 --annotations ./annotations`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return asUsage(errors.New("no RECORD given"))
			case f.annotations == "":
				return asUsage(errors.New("no folder of annotations: give one with --annotations"))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.score(args, f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.annotations, "annotations", "", "`DIR` of the annotation files")
	flags.StringVar(&f.annotator, "annotator", "hol", "`NAME` of their annotator")
	flags.StringVar(&f.reference, "reference", "atr", "`NAME` of the expert's annotator")
	flags.BoolVar(&f.all, "from-start", false, "let the first five minutes count")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	return command
}

// recordScore is the score of a record, or of all ("gross").
type recordScore struct {
	Record string `json:"record"`
	eval.EC57
}

func (a *App) score(records []string, f scoreFlags) error {
	after := eval.LearningPeriod
	if f.all {
		after = 0
	}
	gross := eval.Counts{}
	var scores []recordScore
	for _, record := range records {
		header, err := ecg.ReadHeader(record)
		if err != nil {
			return err
		}
		reference, err := ecg.ReadAnnotations(record + "." + f.reference)
		if err != nil {
			return err
		}
		name := filepath.Base(record)
		test, err := ecg.ReadAnnotations(filepath.Join(f.annotations, name+"."+f.annotator))
		if err != nil {
			return fmt.Errorf("%w (write it with holter annotate)", err)
		}
		counts := eval.Beats(reference, test, header.Rate, after)
		gross.Add(counts)
		scores = append(scores, recordScore{name, counts.Score()})
	}
	total := recordScore{"gross", gross.Score()}
	if f.json {
		return json.NewEncoder(a.Out).Encode(append(scores, total))
	}
	return printScores(a.Out, scores, total)
}

func printScores(w io.Writer, scores []recordScore, gross recordScore) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(out, "record\tQRS Se\tQRS +P\tVEB\tVEB Se\tVEB +P\tSVEB\tSVEB Se\tSVEB +P\t")
	var mean [6]eval.Mean
	for _, s := range append(scores, gross) {
		_, _ = fmt.Fprintf(out, "%s\t", s.Record)
		for i, class := range []eval.BeatScore{s.QRS, s.VEB, s.SVEB} {
			if i > 0 {
				_, _ = fmt.Fprintf(out, "%d\t", class.Sensitivity.Of)
			}
			_, _ = fmt.Fprintf(out, "%v\t%v\t", class.Sensitivity, class.Predictivity)
			if s.Record != gross.Record {
				mean[2*i].Add(class.Sensitivity)
				mean[2*i+1].Add(class.Predictivity)
			}
		}
		_, _ = fmt.Fprintln(out)
	}
	_, _ = fmt.Fprintf(out, "average\t%v\t%v\t\t%v\t%v\t\t%v\t%v\t\n", mean[0], mean[1], mean[2], mean[3], mean[4], mean[5])
	return out.Flush()
}
