package registry

import (
	"context"
	"time"

	"github.com/rs/zerolog"
)

// Watch looks at the file every period and reads it again when it has changed,
// until ctx is done. A file that cannot be read is logged once, until it
// changes again.
func (r *Registry) Watch(ctx context.Context, period time.Duration, log zerolog.Logger) {
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	var lastFailure string
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		changed, err := r.Reload()
		switch {
		case err != nil && err.Error() != lastFailure:
			log.Error().Err(err).Msg("the earlier device registry stays in force")
			lastFailure = err.Error()
		case changed:
			log.Info().Int("devices", r.Len()).Str("file", r.path).Msg("device registry read")
			lastFailure = ""
		}
	}
}
