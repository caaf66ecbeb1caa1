package mqtt

import (
	"context"
	"log/slog"

	"github.com/rs/zerolog"
)

// logHandler writes the library's log into ours, a level lower: what it calls
// information is of interest only to who debugs it.
type logHandler struct {
	log zerolog.Logger
}

func (h logHandler) level(l slog.Level) zerolog.Level {
	if l >= slog.LevelError {
		return zerolog.WarnLevel
	}
	return zerolog.DebugLevel
}

// Enabled is asked before every message.
func (h logHandler) Enabled(_ context.Context, l slog.Level) bool {
	level := h.level(l)
	return l > slog.LevelDebug && level >= h.log.GetLevel() && level >= zerolog.GlobalLevel()
}

// Handle writes one record, without packets' contents: they are health data.
func (h logHandler) Handle(_ context.Context, r slog.Record) error {
	event := h.log.WithLevel(h.level(r.Level))
	r.Attrs(func(a slog.Attr) bool {
		if a.Key != "pk" && a.Key != "packet" {
			event = event.Str(a.Key, a.Value.String())
		}
		return true
	})
	event.Msg(r.Message)
	return nil
}

// WithAttrs adds fields to every record.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := h.log.With()
	for _, a := range attrs {
		with = with.Str(a.Key, a.Value.String())
	}
	return logHandler{log: with.Logger()}
}

// WithGroup does nothing: the library has no groups.
func (h logHandler) WithGroup(string) slog.Handler { return h }
