package cli

import (
	"context"

	"github.com/rs/zerolog"
	"github.com/spf13/pflag"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/pkg/model"
)

// Model is what the commands ask.
type Model interface {
	Ask(ctx context.Context, requests []model.Request) ([]model.Answer, error)
	Info() model.Info
	Close() error
}

// openModel opens the model of a configuration.
func openModel(cfg config.Model, log zerolog.Logger) (Model, error) {
	return model.Open(cfg.Dir, model.Options{Device: cfg.Device, Threads: cfg.Threads, Library: cfg.Library, Logger: log})
}

type modelFlags struct {
	dir, device string
	threads     int
}

func (f *modelFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.dir, "model", "", "`DIR` of the model (default model.dir of the configuration)")
	flags.StringVar(&f.device, "model-device", "", "cpu, cuda or webgpu: `NAME` (default model.device of the configuration)")
	flags.IntVar(&f.threads, "threads", 0, "`N` threads of the model (default model.threads of the configuration)")
}

// open opens the configured model, with what the flags change.
func (f *modelFlags) open(a *App) (Model, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	if f.dir != "" {
		cfg.Model.Dir = f.dir
	}
	if f.device != "" {
		cfg.Model.Device = f.device
	}
	if f.threads > 0 {
		cfg.Model.Threads = f.threads
	}
	return a.OpenModel(cfg.Model, a.logger())
}
