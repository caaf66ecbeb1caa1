package ops

import (
	"fmt"
	"io"
	"time"

	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/config"
)

// NewLogger returns the logger that cfg describes, which writes to w.
func NewLogger(cfg config.Log, w io.Writer) (zerolog.Logger, error) {
	level, err := zerolog.ParseLevel(cfg.Level)
	if err != nil {
		return zerolog.Nop(), fmt.Errorf("log.level %q is not one of debug, info, warn, error", cfg.Level)
	}
	if cfg.Format == "console" {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly, NoColor: true}
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger(), nil
}
