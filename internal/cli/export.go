package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/exchange"
	"github.com/holterd/holter/internal/fhir"
)

type exportFlags struct {
	patient, from, to, format, out, archive, influx string
	strips, patientSystem, report                   string
	signalOnly                                      bool
}

func (a *App) exportCommand() *cobra.Command {
	var f exportFlags
	command := &cobra.Command{
		Use:   "export --patient ID --from T --to T --out DIR",
		Short: "Write a period's signal and events as WFDB, EDF+ or FHIR files",
		Long: `Write a patient's archived signal of any period as files for other software, with
the stored events and the presses of the symptom button as annotations. Reviews
count: relabelled events have their new symbol, rejected ones are left as notes.

Each device is a record of its own, and a change of its leads, rate or gain begins
another. Samples are those that the device sent; gaps stay gaps. wfdb: a
multi-segment record, or a plain one where there is neither a gap nor more than an
hour, and annotations in NAME.hol. edf: one EDF+ file, EDF+D where there are gaps.

fhir: one FHIR R4 bundle (JSON) that a FHIR server takes as a transaction, once or
again: the numbers of the period, the findings with what reviewers decided about
them, strips as SampledData and a DiagnosticReport. --strips chooses: key, of each
kind the longest and the surest finding and all reviewed ones; events, all findings;
all, also the whole signal. Strips that numbers rest on, as of the fastest run or the
longest pause, are always there. They are 10 s long, those of the whole signal 30 s.`,
		Example: `  holter export --patient anna --from 2026-01-31T08:00:00Z --to 2026-01-31T20:00:00Z --out ./anna
  holter export --patient anna --from 24h --to 0s --format edf --out ./anna --archive ./holter-data/archive
  holter export --patient anna --from 2026-01-31 --to 2026-02-01 --format fhir --out ./anna`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return a.export(command.Context(), f) },
	}
	flags := command.Flags()
	patientFlag(flags, &f.patient)
	flags.StringVar(&f.from, "from", "", "begin at `T`: RFC 3339, or a duration like 24h (so long ago)")
	flags.StringVar(&f.to, "to", "0s", "end at `T`")
	flags.StringVar(&f.format, "format", "wfdb", "`FORMAT`: wfdb, edf or fhir")
	flags.StringVar(&f.strips, "strips", "key", "`WHICH` findings and strips are in fhir: key, events or all")
	flags.StringVar(&f.patientSystem, "patient-system", fhir.PatientSystem, "`URI` of the system of patient identifiers in fhir")
	flags.StringVar(&f.report, "report", "", "`FILE` of holter report, .pdf or .html, to attach in fhir")
	flags.StringVar(&f.out, "out", "", "`DIR` for the files")
	archiveFlag(flags, &f.archive)
	influxFlag(flags, &f.influx)
	flags.BoolVar(&f.signalOnly, "signal-only", false, "without the events of InfluxDB")
	a.configFlag(command)
	return command
}

func (f exportFlags) period(now time.Time) (from, to time.Time, err error) {
	switch {
	case f.patient == "" || f.from == "" || f.out == "":
		return from, to, asUsage(errors.New("--patient, --from and --out are needed"))
	case !slices.Contains([]string{"wfdb", "edf", "fhir"}, f.format):
		return from, to, asUsage(fmt.Errorf("--format: %q is none of wfdb, edf and fhir", f.format))
	}
	if f.format == "fhir" {
		if err := f.checkFHIR(); err != nil {
			return from, to, asUsage(err)
		}
	}
	from, to, err = parsePeriod(f.from, f.to, now)
	return from, to, asUsage(err)
}

func (a *App) export(ctx context.Context, f exportFlags) error {
	from, to, err := f.period(a.Clock.Now())
	if err != nil {
		return err
	}
	kept, err := a.openArchive(f.archive)
	if err != nil {
		return err
	}
	stretches, err := kept.Read(f.patient, from, to)
	if err != nil {
		return err
	}
	if f.format == "fhir" {
		return a.exportFHIR(ctx, f, kept, fhir.Study{Patient: f.patient, PatientSystem: f.patientSystem, From: from, To: to, Stretches: stretches})
	}
	if len(stretches) == 0 {
		return noSignal(f.patient, from, to)
	}
	var events exchange.Events
	if events.Presses, err = kept.Presses(f.patient, from, to); err != nil {
		return err
	}
	if !f.signalOnly {
		if err := a.readEvents(ctx, f.influx, f.patient, from, to, &events); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return fmt.Errorf("make the folder for the files: %w; name another with --out", err)
	}
	for _, track := range exchange.Tracks(stretches) {
		if err := a.exportTrack(ctx, f, track, events.Marks(track)); err != nil {
			return err
		}
	}
	return nil
}

// readEvents reads what InfluxDB has of a period.
func (a *App) readEvents(ctx context.Context, address, patient string, from, to time.Time, into *exchange.Events) error {
	store, err := a.answeringStore(ctx, address, withoutEvents)
	if err != nil {
		return err
	}
	defer store.Close()
	return into.Read(ctx, store, patient, from, to)
}

func (a *App) exportTrack(ctx context.Context, f exportFlags, track *exchange.Track, marks []exchange.Mark) error {
	write := exchange.WriteWFDB
	if f.format == "edf" {
		write = exchange.WriteEDF
	}
	bar := a.newBar(int(float64(track.Len)/track.Rate), "export "+track.Name, "seconds")
	path, err := write(f.out, track, marks, func(samples int) error {
		bar.set(int(float64(samples)/track.Rate), "")
		return ctx.Err()
	})
	bar.end()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "%s: %d leads at %g Hz, %s to %s, %d gaps, %d annotations\n", path, len(track.Leads), track.Rate,
		track.Start.UTC().Format(eventTime), track.End().UTC().Format(eventTime), track.Gaps(), len(marks))
	return err
}
