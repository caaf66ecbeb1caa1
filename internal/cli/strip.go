package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/exchange"
	"github.com/holterd/holter/internal/picture"
	"github.com/holterd/holter/internal/strip"
)

type stripFlags struct {
	patient, device, at, out, archive, influx string
	seconds                                   float64
	signalOnly                                bool
}

func (a *App) stripCommand() *cobra.Command {
	var f stripFlags
	command := &cobra.Command{
		Use:   "strip --patient ID --at T --out FILE",
		Short: "Draw some seconds of the archived signal",
		Long: `Draw some seconds of a patient's archived signal around any time, as on ECG paper,
with the stored events under it.`,
		Example: `  holter strip --patient anna --at 2026-01-31T08:30:00Z --out strip.png
  holter strip --patient anna --at 168h --seconds 20 --out strip.svg --archive ./holter-data/archive`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return a.strip(command.Context(), f) },
	}
	flags := command.Flags()
	patientFlag(flags, &f.patient)
	flags.StringVar(&f.device, "device", "", "the `ID` of the device (default the one with the most signal)")
	flags.StringVar(&f.at, "at", "", "the middle of the strip `T`: RFC 3339, or a duration like 24h (so long ago)")
	flags.Float64Var(&f.seconds, "seconds", 10, "length `S`, up to 60")
	flags.StringVar(&f.out, "out", "", "`FILE` to draw into, .svg or .png")
	archiveFlag(flags, &f.archive)
	influxFlag(flags, &f.influx)
	flags.BoolVar(&f.signalOnly, "signal-only", false, "without the events of InfluxDB")
	a.configFlag(command)
	return command
}

// drawings are the ways to draw, by the file's extension.
var drawings = map[string]func(io.Writer, picture.Drawing) error{".svg": picture.SVG, ".png": picture.PNG}

func (a *App) strip(ctx context.Context, f stripFlags) (err error) {
	write := drawings[filepath.Ext(f.out)]
	switch {
	case f.patient == "" || f.at == "" || f.out == "":
		return asUsage(errors.New("--patient, --at and --out are needed"))
	case write == nil:
		return asUsage(fmt.Errorf("--out: %q does not end in .svg or .png", f.out))
	case !(f.seconds > 0 && f.seconds <= 60):
		return asUsage(fmt.Errorf("--seconds: %g is not between 0 and 60", f.seconds))
	}
	at, err := parseInstant(f.at, a.Clock.Now())
	if err != nil {
		return asUsage(fmt.Errorf("--at: %w", err))
	}
	half := time.Duration(f.seconds / 2 * float64(time.Second))
	track, err := a.trackAt(f, at.Add(-half), at.Add(half))
	if err != nil {
		return err
	}
	var known exchange.Events
	if !f.signalOnly {
		if err := a.readEvents(ctx, f.influx, f.patient, track.Start, track.End(), &known); err != nil {
			return err
		}
	}
	rec, err := track.Recording()
	if err != nil {
		return err
	}
	drawing := strip.Of(rec, track.Device, known.Reviewed(), strip.Options{Title: track.Patient + ", " + track.Device})
	if err := intoFile(f.out, func(out io.Writer) error { return write(out, drawing) }); err != nil {
		return fmt.Errorf("draw the strip: %w", err)
	}
	_, err = fmt.Fprintf(a.Out, "%s: %s, %s to %s\n", f.out, track.Device,
		track.Start.UTC().Format(eventTime), track.End().UTC().Format(eventTime))
	return err
}

// trackAt is the signal to draw.
func (a *App) trackAt(f stripFlags, from, to time.Time) (*exchange.Track, error) {
	kept, err := a.openArchive(f.archive)
	if err != nil {
		return nil, err
	}
	track, err := strip.Find(kept, f.patient, f.device, from, to)
	if err == nil && track == nil {
		err = noSignal(f.patient, from, to)
	}
	return track, err
}
