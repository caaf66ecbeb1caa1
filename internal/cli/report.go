package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/alerter/desk"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/report"
	"github.com/holterd/holter/internal/summary"
)

type reportFlags struct {
	patient, day, zone, from, to, format, out, archive, influx string
	withoutAlerts                                              bool
}

func (a *App) reportCommand() *cobra.Command {
	var f reportFlags
	command := &cobra.Command{
		Use:   "report --patient ID --day DATE --out FILE",
		Short: "Write the report of a day, or of a whole study, as HTML, PDF or JSON",
		Long: `Write what is known of a patient's day, or of any period: what was recorded and
analysed, heart rate, burdens, patterns of beats, pauses, rhythms, ST, symptoms,
the strips that show them, alerts and who answered them, what clinicians decided,
and what the model is known to miss.

Events that a clinician has rejected are not counted, relabelled ones count as
their new kind. Signal comes from the archive, findings from InfluxDB, alerts from
Kafka.`,
		Example: `  holter report --patient anna --day 2026-01-31 --zone Europe/Berlin --out anna.pdf
  holter report --patient anna --from 168h --to 0s --out week.html --archive ./holter-data/archive`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return a.report(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.patient, "patient", "", "`ID` of the patient")
	flags.StringVar(&f.day, "day", "", "the day `DATE`, like 2026-01-31, from midnight to midnight in the zone")
	flags.StringVar(&f.zone, "zone", "UTC", "`ZONE` of days, hours and times, like Europe/Berlin")
	flags.StringVar(&f.from, "from", "", "begin at `T` instead: RFC 3339, or a duration like 168h (so long ago)")
	flags.StringVar(&f.to, "to", "0s", "end at `T`")
	flags.StringVar(&f.format, "format", "", "`FORMAT`: html, pdf or json (default by the file's name)")
	flags.StringVar(&f.out, "out", "", "`FILE` to write")
	flags.StringVar(&f.archive, "archive", "", "`DIR` of the archive (default archive.folder of the configuration)")
	flags.StringVar(&f.influx, "influx", "", "`URL` of InfluxDB (default influx.url of the configuration)")
	flags.BoolVar(&f.withoutAlerts, "without-alerts", false, "do not read alerts from Kafka")
	a.configFlag(command)
	return command
}

// period reads what the flags say, and completes the format.
func (f *reportFlags) period(now time.Time) (p summary.Period, err error) {
	if f.format == "" {
		f.format = strings.TrimPrefix(filepath.Ext(f.out), ".")
	}
	switch {
	case f.patient == "" || f.out == "" || (f.day == "") == (f.from == ""):
		return p, asUsage(errors.New("--patient, --out, and either --day or --from are needed"))
	case report.Formats[f.format] == "":
		return p, asUsage(fmt.Errorf("--format: %q is not one of %s", f.format, strings.Join(slices.Sorted(maps.Keys(report.Formats)), ", ")))
	}
	zone, err := time.LoadLocation(f.zone)
	if err != nil {
		return p, asUsage(fmt.Errorf("--zone: %q is no time zone: give one like Europe/Berlin", f.zone))
	}
	if f.day != "" {
		day, err := time.ParseInLocation(time.DateOnly, f.day, zone)
		if err != nil {
			return p, asUsage(fmt.Errorf("--day: %q is no date: give one like 2026-01-31", f.day))
		}
		return summary.Day(f.patient, day, zone), nil
	}
	p = summary.Period{Patient: f.patient, Zone: zone}
	if p.From, err = parseInstant(f.from, now); err != nil {
		return p, asUsage(fmt.Errorf("--from: %w", err))
	}
	if p.To, err = parseInstant(f.to, now); err != nil {
		return p, asUsage(fmt.Errorf("--to: %w", err))
	}
	if !p.From.Before(p.To) {
		return p, asUsage(fmt.Errorf("the period ends at %s, before it begins: see --from and --to", p.To.Format(time.RFC3339)))
	}
	return p, nil
}

func (a *App) report(ctx context.Context, f reportFlags) error {
	period, err := f.period(a.Clock.Now())
	if err != nil {
		return err
	}
	kept, err := a.openArchive(f.archive)
	if err != nil {
		return err
	}
	store, err := a.openStore(f.influx)
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Ping(ctx); err != nil {
		return fmt.Errorf("%w (--influx gives another address)", err)
	}
	cfg, err := a.config()
	if err != nil {
		return err
	}
	maker := report.Maker{Sources: summary.Sources{Store: store, Signal: kept}, Now: a.Clock.Now}
	if maker.Limits, err = report.ReadLimits(cfg.Model.Dir); err != nil {
		return err
	}
	write := func() error { return a.writeReport(ctx, maker, period, f) }
	if f.withoutAlerts {
		return write()
	}
	return a.atDesk(func(client *kafka.Client, partitions int) error {
		maker.Sources.Alerts = desk.New(client, partitions)
		return write()
	})
}

func (a *App) writeReport(ctx context.Context, m report.Maker, p summary.Period, f reportFlags) error {
	bars := make(map[string]*bar)
	units := map[string]string{"signal": "seconds", "strips": "strips"}
	made, err := m.Make(ctx, p, func(what string, done, total int) {
		if bars[what] == nil {
			bars[what] = a.newBar(total, what, units[what])
		}
		bars[what].set(done, "")
		if done == total {
			bars[what].end()
		}
	})
	if err != nil {
		return err
	}
	if err := intoFile(f.out, func(out io.Writer) error { return made.Write(out, f.format) }); err != nil {
		return err
	}
	c := made.Summary.Coverage
	_, err = fmt.Fprintf(a.Out, "%s: patient %s, %s to %s, %.1f h recorded, %.1f h analysed, %d beats\n", f.out, p.Patient,
		p.From.Format(time.RFC3339), p.To.Format(time.RFC3339), c.Recorded/3600, c.Analysed/3600, c.Beats)
	return err
}

// intoFile writes a file whole, or not at all.
func intoFile(path string, write func(io.Writer) error) error {
	out, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the file: %w; name another with --out", err)
	}
	if err := errors.Join(write(out), out.Close()); err != nil {
		_ = os.Remove(path)
		return err
	}
	return nil
}
