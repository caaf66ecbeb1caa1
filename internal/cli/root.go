package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/replay"
)

// App is what the commands need of their surroundings.
type App struct {
	Out, Err io.Writer
	// Terminal tells that Err is a terminal, OutTerminal that Out is one, Width
	// characters wide.
	Terminal, OutTerminal bool
	Width                 int
	Clock                 replay.Clock
	Env                   func(string) string
	// Home is the folder that models/default may lie in, beside the working one.
	Home string
	// OpenModel opens the model of a configuration.
	OpenModel func(config.Model, zerolog.Logger) (Model, error)

	configPath string
	verbose    bool
}

// Exit codes.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// errUsage marks errors of what was typed, not of what was done.
var errUsage = errors.New("usage")

// Run carries out a command line and returns the exit code. The first signal
// cancels ctx.
func Run(ctx context.Context, args []string, stdout, stderr *os.File) int {
	app := &App{
		Out: stdout, Err: stderr, Clock: replay.SystemClock{}, Env: os.Getenv, Home: home(), OpenModel: openModel,
	}
	app.Terminal, _ = terminal(stderr)
	app.OutTerminal, app.Width = terminal(stdout)
	return app.Run(ctx, args)
}

// terminal tells whether a file is a terminal, and how wide it is.
func terminal(file *os.File) (is bool, width int) {
	width, _, err := term.GetSize(int(file.Fd()))
	return err == nil, width
}

// Run carries out a command line and returns the exit code.
func (a *App) Run(ctx context.Context, args []string) int {
	root := a.Root()
	root.SetArgs(args)
	command, err := root.ExecuteContextC(ctx)
	if _, _, unknown := root.Find(args); err != nil && unknown != nil {
		err = asUsage(unknown) // no such command
	}
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil:
		if !saysNoMore(ctx, err) {
			_, _ = fmt.Fprintf(a.Err, "holter: %v\n", err)
		}
		_, _ = fmt.Fprintln(a.Err, "holter: interrupted")
		return exitInterrupted
	case errors.Is(err, errUsage):
		_, _ = fmt.Fprintf(a.Err, "holter: %v\nTry: %s --help\n", err, command.CommandPath())
		return exitUsage
	}
	_, _ = fmt.Fprintf(a.Err, "holter: %v\n", err)
	return exitFailure
}

// saysNoMore tells whether an error says no more than that ctx is done; what
// failed while things were stopped is more.
func saysNoMore(ctx context.Context, err error) bool {
	switch e := err.(type) { //nolint:errorlint // it is taken apart here
	case interface{ Unwrap() []error }:
		return !slices.ContainsFunc(e.Unwrap(), func(part error) bool { return !saysNoMore(ctx, part) })
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return saysNoMore(ctx, inner)
		}
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx))
}

// Root builds the tree of commands.
func (a *App) Root() *cobra.Command {
	root := &cobra.Command{
		Use:   "holter",
		Short: "Streaming home ECG monitor: from the wearable to the caregiver",
		Long: `Holter watches the ECG of people at home: wearables publish their signal over
MQTT, a language model that hears ECG is asked where abnormal beats are, the
answers become events in InfluxDB, and rules turn events into alerts.

It is for research and engineering. It is not a medical device.`,
		Example: `  holter demo
  holter up --data ./holter-data
  holter replay mitdb/119 --speed max --wait && holter events --since 24h
  holter ask --patient replay-119 "Please provide the report for the following ECG."`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return asUsage(err) })
	root.PersistentFlags().BoolVarP(&a.verbose, "verbose", "v", false, "say more on standard error")
	for _, g := range []struct {
		title    string
		commands []*cobra.Command
	}{
		{"The system:", []*cobra.Command{a.demoCommand(), a.upCommand(), a.replayCommand(), a.initCommand()}},
		{"Patients:", []*cobra.Command{a.eventsCommand(), a.alertsCommand(), a.askCommand(), a.stripCommand(), a.reportCommand(), a.exportCommand()}},
		{"Recordings and how good answers are:", []*cobra.Command{
			a.locateCommand(), a.annotateCommand(), a.evalCommand(), a.scoreCommand(), a.simulateCommand(),
		}},
	} {
		root.AddGroup(&cobra.Group{ID: g.title, Title: g.title})
		for _, command := range g.commands {
			command.GroupID = g.title
			root.AddCommand(command)
		}
	}
	root.AddCommand(a.versionCommand())
	return root
}

// usageError is an error that the person who typed can mend.
type usageError struct{ error }

func (usageError) Is(target error) bool { return target == errUsage }
func (e usageError) Unwrap() error      { return e.error }

func asUsage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// one wants one argument and says which.
func one(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return asUsage(fmt.Errorf("%d arguments given, %s expected", len(args), what))
		}
		return nil
	}
}

func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return asUsage(fmt.Errorf("unexpected argument %q", args[0]))
	}
	return nil
}

// configFlag lets a command read the configuration of the services.
func (a *App) configFlag(command *cobra.Command) {
	command.Flags().StringVar(&a.configPath, "config", "", "configuration `FILE` of the services (also HOLTER_* variables)")
}

// config reads the configuration. The default model is also found from other
// working directories than that of the checkout in which the program was built.
func (a *App) config() (config.Config, error) {
	cfg, err := config.Load(a.configPath)
	if err != nil || cfg.Model.Dir != config.Default().Model.Dir {
		return cfg, err
	}
	if _, err := os.Stat(cfg.Model.Dir); err == nil {
		return cfg, nil
	}
	if beside := filepath.Join(a.Home, cfg.Model.Dir); a.Home != "" {
		if _, err := os.Stat(beside); err == nil {
			cfg.Model.Dir = beside
		}
	}
	return cfg, nil
}

// home is the folder that holds the program's bin folder; "" when unknown.
func home() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	return filepath.Dir(filepath.Dir(self))
}

// logger writes for people, warnings only unless they asked for more.
func (a *App) logger() zerolog.Logger {
	level := zerolog.WarnLevel
	if a.verbose {
		level = zerolog.DebugLevel
	}
	out := zerolog.ConsoleWriter{Out: a.Err, TimeFormat: time.TimeOnly, NoColor: !a.Terminal}
	return zerolog.New(out).Level(level).With().Timestamp().Logger()
}
