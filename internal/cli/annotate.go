package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/annotate"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/window"
)

type annotateFlags struct {
	out, annotator, leads string
	model                 modelFlags
}

func (a *App) annotateCommand() *cobra.Command {
	var f annotateFlags
	command := &cobra.Command{
		Use:   "annotate RECORD... --out DIR",
		Short: "Label the beats and rhythms of recordings in WFDB annotation files",
		Long: `Label every beat of WFDB recordings (their paths without extension): the QRS
detector finds the beats, the model's answers window by window say which of them are
abnormal (V, A, L, R, …; all others are N). Which are V is decided with what the model
says of all beats of the same shape in the recording; beats of a supraventricular
tachycardia are A by its abrupt begin. Rhythms that the model knows are marked where
they begin, as "(AFIB" and so on, with "(N" for any other; ST changes likewise. The
annotations are at the recording's own sampling rate, in DIR/RECORD.hol, for
scoring with holter score or the customary tools.`,
		Example: `  holter annotate mitdb/119 mitdb/208 --out ./annotations
  holter annotate mitdb/119 --out ./annotations --annotator one --leads first`,
		Args: func(_ *cobra.Command, args []string) error { return f.check(args) },
		RunE: func(command *cobra.Command, args []string) error {
			return a.annotate(command.Context(), args, f)
		},
	}
	flags := command.Flags()
	flags.StringVar(&f.out, "out", "", "`DIR` for the annotation files")
	flags.StringVar(&f.annotator, "annotator", "hol", "`NAME` of the annotator, the files' extension")
	leadsFlag(flags, &f.leads)
	f.model.add(flags)
	a.configFlag(command)
	return command
}

var annotatorName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

func (f annotateFlags) check(args []string) error {
	switch {
	case len(args) == 0:
		return asUsage(errors.New("no RECORD given"))
	case f.out == "":
		return asUsage(errors.New("no folder for the annotations: give one with --out"))
	case !annotatorName.MatchString(f.annotator):
		return asUsage(fmt.Errorf("--annotator: %q is no name of an annotator: letters, digits, - and _ only", f.annotator))
	case f.annotator == "hea" || f.annotator == "dat":
		return asUsage(fmt.Errorf("--annotator: %s is the extension of other files of a record", f.annotator))
	}
	return nil
}

// windowsAtOnce is how many windows the model is asked about at once.
const windowsAtOnce = 16

func (a *App) annotate(ctx context.Context, records []string, f annotateFlags) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	m, err := f.model.open(a)
	if err != nil {
		return err
	}
	defer m.Close() //nolint:errcheck // only asked
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return fmt.Errorf("make the folder for the annotations: %w", err)
	}
	options := annotate.Options{
		Conditions: m.Info().Conditions,
		Length:     samples(cfg.Window.Length), Overlap: samples(cfg.Window.Overlap), Batch: windowsAtOnce,
	}
	for _, record := range records {
		if err := a.annotateOne(ctx, m, record, f, options); err != nil {
			return err
		}
	}
	return nil
}

func samples(d time.Duration) int { return int(d.Seconds() * window.Rate) }

func (a *App) annotateOne(ctx context.Context, m Model, path string, f annotateFlags, options annotate.Options) error {
	rec, err := ecg.ReadRecord(path)
	if err != nil {
		return err
	}
	if rec, err = rec.Select(f.leads); err != nil {
		return fmt.Errorf("%w (choose leads with --leads)", err)
	}
	name := filepath.Base(path)
	bar := a.newBar(len(window.Cut(samples(rec.Duration()), options.Length, options.Overlap)), "annotate "+name, "windows")
	options.Progress = func(done, _ int) { bar.set(done, "") }
	annotations, err := annotate.Recording(ctx, m, rec, options)
	bar.end()
	if err != nil {
		return err
	}
	file := filepath.Join(f.out, name+"."+f.annotator)
	if err := ecg.WriteAnnotations(file, annotations); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "%s: %s\n", file, tallied(annotations))
	return err
}

// tallied counts the labels: "2000 beats, 310 V, 12 A, 3 AFIB".
func tallied(annotations []ecg.Annotation) string {
	counts, beats := map[string]int{}, 0
	for _, annotation := range annotations {
		counts[annotation.Symbol+annotation.Aux]++
		if ecg.IsBeat(annotation.Symbol) {
			beats++
		}
	}
	text := fmt.Sprintf("%d beats", beats)
	for _, c := range localize.Conditions {
		for _, symbol := range c.Symbols {
			if counts[symbol] > 0 {
				text += fmt.Sprintf(", %d %s", counts[symbol], symbol)
			}
		}
		if n := counts["+("+c.Code]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, c.Code)
		}
	}
	return text
}
