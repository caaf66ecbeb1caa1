package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/demo"
)

type demoFlags struct {
	record, leads, speed, data, model string
	from, to                          time.Duration
}

func (a *App) demoCommand() *cobra.Command {
	f := demoFlags{to: 5 * time.Minute}
	command := &cobra.Command{
		Use:   "demo",
		Short: "See the whole system at work on one recording",
		Long: `Start the whole system in this process, play a recording to it as a wearable would,
and tell what happens: samples sent, windows analysed, questions and the model's
answers, events stored, alerts at a small webhook receiver that stands for the
caregiver. It ends by itself with a summary, and says how to look at what was found
in the console.

The recording is --record, else one of the folder that the variable HOLTER_DATA
names, else record 119 of the MIT-BIH Arrhythmia Database, which is downloaded from
PhysioNet once and verified, else (offline) a simulated one.`,
		Example: `  holter demo
  holter demo --record mitdb/208 --from 5m --to 8m --speed 10`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return a.demo(command.Context(), f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.record, "record", "", "play the WFDB record at this `PATH`, without extension")
	leadsFlag(flags, &f.leads)
	stretchFlags(flags, &f.from, &f.to)
	flags.StringVar(&f.speed, "speed", "20", "factor over real time, or max: `X`")
	flags.StringVar(&f.data, "data", "", "keep the system's data in this `DIR` (default a new one for temporary files)")
	flags.StringVar(&f.model, "model", "", "`DIR` of the model (default model.dir of the configuration)")
	a.configFlag(command)
	return command
}

func (a *App) demo(ctx context.Context, f demoFlags) error {
	speed, err := parseSpeed(f.speed)
	if err != nil {
		return asUsage(fmt.Errorf("--speed: %w", err))
	}
	cfg, err := a.config()
	if err != nil {
		return err
	}
	if f.model != "" {
		cfg.Model.Dir = f.model
	}
	scratch, err := os.MkdirTemp("", "holter-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demonstration: %w", err)
	}
	defer os.RemoveAll(scratch) //nolint:errcheck // the system clears its temporary folder, too
	data := f.data
	if data == "" {
		if data, err = os.MkdirTemp("", "holter-demo-data-"); err != nil {
			return fmt.Errorf("make a folder for the data: %w; name one with --data", err)
		}
	}
	options := demo.Options{
		Sources: demo.Sources{Record: f.record, Data: a.Env("HOLTER_DATA"), Archive: demo.MITBIH119(a.cache("recordings")), Scratch: scratch},
		Leads:   f.leads, From: f.from, To: f.to, Speed: speed,
		Dir: data, Config: cfg, Verbose: a.verbose,
		Out: a.Out, Terminal: a.OutTerminal, Width: a.Width, Clock: a.Clock,
	}
	err = demo.Run(ctx, options)
	if err != nil && f.data == "" {
		_ = os.RemoveAll(data) // nobody is told of it
	}
	return err
}

// cache is a folder for what can be got again.
func (a *App) cache(name string) string {
	dir := a.Env("XDG_CACHE_HOME")
	if dir == "" {
		dir = filepath.Join(a.Env("HOME"), ".cache")
	}
	return filepath.Join(dir, "holter", name)
}
