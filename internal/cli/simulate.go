package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/pkg/ecg"
)

type simulateFlags struct {
	out, leads, start string
	duration          time.Duration
	episodes          []string
	format            int
	config            ecg.SimConfig
}

func (a *App) simulateCommand() *cobra.Command {
	f := simulateFlags{config: ecg.DefaultSimConfig(), duration: 10 * time.Minute}
	command := &cobra.Command{
		Use:   "simulate NAME --out DIR",
		Short: "Make a recording with known beats",
		Long: `Make an ECG recording with known beats and write it as a WFDB record with its
annotations (NAME.hea, NAME.dat, NAME.atr): every beat, rhythm changes, ST episodes.
The same flags make the same recording.

An --episode is KIND@AT:VALUE: pvcs@30s:3 is a run of three PVCs after 30 s;
apbs@1m:2 two atrial premature beats; bigeminy@2m:20s and trigeminy@2m:20s last so
long; pause@3m:3s is a pause; st@4m:2m:-0.2 an ST depression by 0.2 mV for 2 minutes.

It is for tests, load and demonstrations, not evidence of how anything performs on
people.`,
		Example: `  holter simulate night --out ./recordings --duration 5m --pvcs 120
  holter simulate bigeminy --out ./recordings --duration 90s --episode bigeminy@30s:20s --episode pvcs@70s:4`,
		Args: one("one NAME"),
		RunE: func(_ *cobra.Command, args []string) error { return a.simulate(args[0], f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.out, "out", "", "`DIR` for the files")
	flags.Var(durationValue{&f.duration}, "duration", "length of the recording")
	flags.StringVar(&f.leads, "leads", strings.Join(f.config.Leads, ","), "`LEADS`, separated by commas")
	flags.Float64Var(&f.config.Rate, "rate", f.config.Rate, "samples per second: `HZ`")
	flags.Uint64Var(&f.config.Seed, "seed", f.config.Seed, "another `N` makes another recording")
	flags.StringVar(&f.start, "start", "", "`TIME` of the first sample, RFC 3339")
	flags.Float64Var(&f.config.HeartRate, "heart-rate", f.config.HeartRate, "sinus beats per minute: `N`")
	flags.Float64Var(&f.config.Variability, "variability", f.config.Variability, "standard deviation of the sinus intervals in `SECONDS`")
	flags.Float64Var(&f.config.PVCsPerHour, "pvcs", 0, "premature ventricular contractions per hour: `N`")
	flags.Float64Var(&f.config.APBsPerHour, "apbs", 0, "atrial premature beats per hour: `N`")
	flags.Float64Var(&f.config.Noise.Wander, "wander", f.config.Noise.Wander, "baseline wander in `MV`")
	flags.Float64Var(&f.config.Noise.Muscle, "muscle", f.config.Noise.Muscle, "muscle noise in `MV`")
	flags.StringArrayVar(&f.episodes, "episode", nil, "`EPISODE`, see above; may be repeated")
	flags.IntVar(&f.format, "format", 212, "WFDB storage `FORMAT`: 212 or 16")
	return command
}

func (a *App) simulate(name string, f simulateFlags) error {
	if f.out == "" {
		return asUsage(errors.New("no folder for the files: give one with --out"))
	}
	f.config.Name, f.config.Duration, f.config.Leads = name, f.duration, strings.Split(f.leads, ",")
	for _, text := range f.episodes {
		episode, err := parseEpisode(text)
		if err != nil {
			return asUsage(fmt.Errorf("--episode: %w", err))
		}
		f.config.Episodes = append(f.config.Episodes, episode)
	}
	if f.start != "" {
		start, err := parseTime(f.start)
		if err != nil {
			return asUsage(fmt.Errorf("--start: %w", err))
		}
		f.config.Start = start.UTC()
	}
	rec, annotations, err := ecg.Simulate(f.config)
	if err != nil {
		return asUsage(err)
	}
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return fmt.Errorf("make the folder for the files: %w; name one that you may write to with --out", err)
	}
	if err := ecg.WriteRecord(f.out, rec, f.format); err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("%w; name a folder that you may write to with --out", err)
		}
		return err
	}
	path := filepath.Join(f.out, name)
	if err := ecg.WriteAnnotations(path+".atr", annotations); err != nil {
		return err
	}
	beats := annotations[:0]
	for _, annotation := range annotations {
		if ecg.IsBeat(annotation.Symbol) {
			beats = append(beats, annotation)
		}
	}
	_, err = fmt.Fprintf(a.Out, "%s: %v of %s, %s\n", path, rec.Duration(), f.leads, tallied(beats))
	return err
}

var episodeKinds = map[string]ecg.EpisodeKind{
	"pvcs": ecg.PVCs, "apbs": ecg.APBs, "bigeminy": ecg.Bigeminy,
	"trigeminy": ecg.Trigeminy, "pause": ecg.Pause, "st": ecg.STChange,
}

// parseEpisode reads KIND@AT:VALUE.
func parseEpisode(text string) (ecg.Episode, error) {
	name, rest, _ := strings.Cut(text, "@")
	kind, known := episodeKinds[name]
	fields := strings.Split(rest, ":")
	wanted := 2
	if kind == ecg.STChange {
		wanted = 3
	}
	if !known || len(fields) != wanted {
		return ecg.Episode{}, fmt.Errorf("%q is no episode: give one like pvcs@30s:3, bigeminy@2m:20s or st@4m:2m:-0.2", text)
	}
	e := ecg.Episode{Kind: kind}
	var err error
	if e.At, err = parseDuration(fields[0]); err != nil {
		return e, err
	}
	switch kind {
	case ecg.PVCs, ecg.APBs:
		e.Beats, err = strconv.Atoi(fields[1])
	default:
		e.Length, err = parseDuration(fields[1])
	}
	if err == nil && kind == ecg.STChange {
		e.Level, err = strconv.ParseFloat(fields[2], 64)
	}
	if err != nil {
		return e, fmt.Errorf("%q: %w", text, err)
	}
	return e, nil
}
