package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
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
	patientFlag(flags, &f.patient)
	flags.StringVar(&f.day, "day", "", "the day `DATE`, like 2026-01-31, from midnight to midnight in the zone")
	flags.StringVar(&f.zone, "zone", "UTC", "`ZONE` of days, hours and times, like Europe/Berlin")
	flags.StringVar(&f.from, "from", "", "begin at `T` instead: RFC 3339, or a duration like 168h (so long ago)")
	flags.StringVar(&f.to, "to", "0s", "end at `T`")
	flags.StringVar(&f.format, "format", "", "`FORMAT`: html, pdf or json (default by the file's name)")
	flags.StringVar(&f.out, "out", "", "`FILE` to write")
	archiveFlag(flags, &f.archive)
	influxFlag(flags, &f.influx)
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
	p.From, p.To, err = parsePeriod(f.from, f.to, now)
	return p, asUsage(err)
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
	store, err := a.answeringStore(ctx, f.influx, "")
	if err != nil {
		return err
	}
	defer store.Close()
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
	return a.withKafka(func(client *kafka.Client, partitions int) error {
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
