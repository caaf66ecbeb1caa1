package ops

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/holterd/holter/internal/config"
)

// Service is a part of Holter that runs until its context is done and
// everything in flight is settled.
type Service interface {
	Run(ctx context.Context) error
	Ready() bool
}

// Router is a Service that answers over HTTP itself: handlers by the pattern of
// http.ServeMux.
type Router interface {
	Routes() map[string]http.Handler
}

// Program is a service as a program of its own.
type Program struct {
	Name    string // of the program
	Purpose string // one line for its help
	// New makes the service; it registers its metrics with metrics.
	New func(cfg config.Config, log zerolog.Logger, metrics prometheus.Registerer) (Service, error)
	// Check looks at what the configuration names, for --check; it may be nil.
	Check func(cfg config.Config) error
}

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// Run parses the arguments (without the program's name), runs the service until
// ctx is done, and returns the exit code. Results go to stdout, everything else
// to stderr.
func (p Program) Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		say(stderr, "%s %s.\n\nExample:\n  %s --config holter.yaml\n\nFlags:\n", p.Name, p.Purpose, p.Name)
		flags.PrintDefaults()
	}
	file := flags.String("config", "", "YAML `file`; each key SECTION.KEY is also the variable HOLTER_SECTION_KEY")
	check := flags.Bool("check", false, "check the configuration, say everything that is wrong with it, and end")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitOK
		}
		return exitUsage
	}
	if flags.NArg() > 0 {
		say(stderr, "%s: unexpected argument %q; see %s --help\n", p.Name, flags.Arg(0), p.Name)
		return exitUsage
	}

	cfg, err := config.Load(*file)
	if err == nil && p.Check != nil && *check {
		err = p.Check(cfg)
	}
	if err != nil {
		say(stderr, "%s: the configuration is wrong:\n%v\n", p.Name, err)
		return exitFailed
	}
	if *check {
		say(stdout, "configuration ok\n")
		return exitOK
	}
	if err := p.serve(ctx, cfg, stderr); err != nil {
		say(stderr, "%s: %v\n", p.Name, err)
		return exitFailed
	}
	return exitOK
}

func (p Program) serve(ctx context.Context, cfg config.Config, stderr io.Writer) error {
	log, err := NewLogger(cfg.Log, stderr)
	if err != nil {
		return err
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	service, err := p.New(cfg, log, metrics)
	if err != nil {
		return err
	}
	server, err := Listen(cfg.HTTP.Addr, metrics, Check{Name: p.Name, Ready: service.Ready})
	if err != nil {
		return err
	}
	if router, ok := service.(Router); ok {
		server.Handle(router.Routes())
	}
	log.Info().Str("http", server.Addr()).Msg(p.Name + " starts")
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return server.Run(ctx) })
	group.Go(func() error { return service.Run(ctx) })
	err = group.Wait()
	log.Info().Msg(p.Name + " has ended")
	return err
}

// say writes for people; there is nobody to tell when that fails.
func say(w io.Writer, format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
