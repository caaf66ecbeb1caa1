package analyzer

import (
	"context"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	firstWait   = 100 * time.Millisecond
	longestWait = 5 * time.Second
)

// retry repeats an attempt until it succeeds or ctx is done; then it returns
// ctx's error. Meanwhile the service is not ready.
func (w *worker) retry(ctx context.Context, attempt string, do func(context.Context) error) error {
	err := retry(ctx, do, func(err error, wait time.Duration) {
		w.health.failing(w.partition, attempt)
		w.metrics.retries.WithLabelValues(attempt).Inc()
		w.log.Warn().Err(err).Dur("again_in", wait).Msg("cannot " + attempt + " yet")
	})
	if err != nil {
		return fmt.Errorf("%s: %w", attempt, err)
	}
	w.health.working(w.partition)
	return nil
}

func retry(ctx context.Context, do func(context.Context) error, failed backoff.Notify) error {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval = firstWait, longestWait
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, do(ctx) },
		backoff.WithBackOff(waits), backoff.WithMaxElapsedTime(0), backoff.WithNotify(failed))
	return err
}
