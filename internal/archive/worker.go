package archive

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/kafka"
)

const (
	// gather bounds how long a chunk waits to be written, and gatherBytes how
	// many wait: every write costs two syncs of the disk for each device.
	gather      = 2 * time.Second
	gatherBytes = 8 << 20

	firstWait   = 200 * time.Millisecond
	longestWait = 10 * time.Second
)

// worker keeps what comes on one partition. It is for one goroutine.
type worker struct {
	*Service
	partition *kafka.Partition
	name      string
	log       zerolog.Logger
}

func (w *worker) keepSamples(ctx context.Context) error {
	writer := newWriter(w.cfg.Archive.Folder, w.cfg.Archive.Retention, w.now)
	defer func() { w.tidied(writer.close()) }()
	tidied := w.now()
	for {
		messages, err := w.gather(ctx)
		if err != nil {
			return err
		}
		if len(messages) > 0 {
			if err := w.keep(ctx, writer, messages); err != nil {
				return err
			}
		}
		if now := w.now(); now.Sub(tidied) >= time.Minute {
			tidied = now
			w.tidied(writer.tidy())
		}
	}
}

func (w *worker) keep(ctx context.Context, writer *writer, messages []kafka.Message) error {
	chunks := make([]*chunk, 0, len(messages))
	for _, m := range messages {
		c, err := parse(m)
		switch {
		case err != nil:
			w.metrics.chunks.WithLabelValues("refused").Inc()
			w.log.Warn().Err(err).Int64("offset", m.Offset).Msg("chunk not archived")
		case c != nil:
			chunks = append(chunks, c)
		}
	}
	var out outcome
	err := w.retry(ctx, func() (err error) {
		out, err = writer.put(chunks)
		return err
	})
	if err != nil {
		return err
	}
	w.metrics.count(out)
	if out.kept > 0 {
		w.metrics.newest.Set(float64(w.now().Unix()))
	}
	last := messages[len(messages)-1]
	w.metrics.lag.WithLabelValues(strconv.Itoa(w.partition.ID)).Set(float64(max(last.HighWaterMark-last.Offset-1, 0)))
	w.commit(last)
	return nil
}

func (w *worker) keepPresses(ctx context.Context) error {
	for {
		m, err := w.partition.Read(ctx)
		if err != nil {
			return err
		}
		patient, press, ok := parsePress(m)
		if ok {
			if err := w.retry(ctx, func() error { return keepPress(w.cfg.Archive.Folder, patient, press) }); err != nil {
				return err
			}
			w.metrics.presses.Inc()
		}
		w.commit(m)
	}
}

// gather waits for records, for a minute at most, and takes those that follow
// within the pause.
func (w *worker) gather(ctx context.Context) ([]kafka.Message, error) {
	var messages []kafka.Message
	wait, cancel := context.WithCancel(ctx)
	defer cancel()
	over := time.AfterFunc(time.Minute, cancel)
	defer over.Stop()
	for bytes := 0; bytes < gatherBytes; {
		m, err := w.partition.Read(wait)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			break // time is over
		}
		messages, bytes = append(messages, m), bytes+len(m.Value)
		if len(messages) == 1 {
			over.Reset(w.pause)
		}
	}
	return messages, nil
}

// retry repeats an attempt to write until it succeeds or ctx is done; then it
// returns ctx's error. Meanwhile the service is not ready.
func (w *worker) retry(ctx context.Context, do func() error) error {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval = firstWait, longestWait
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, do() },
		backoff.WithBackOff(waits), backoff.WithMaxElapsedTime(0), backoff.WithNotify(func(err error, wait time.Duration) {
			w.health.failing(w.name)
			w.metrics.failures.Inc()
			w.log.Error().Err(err).Dur("again_in", wait).Msg("the signal cannot be archived yet")
		}))
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	w.health.working(w.name)
	return nil
}

// commit lets a restart go on behind a record. When it fails, more is read again.
func (w *worker) commit(m kafka.Message) {
	if err := w.partition.Commit(m.Offset + 1); err != nil {
		w.log.Debug().Err(err).Msg("the offset is committed with the next write")
	}
}

func (w *worker) tidied(err error) {
	if err != nil {
		w.metrics.failures.Inc()
		w.log.Warn().Err(err).Msg("headers in the archive could not be completed")
	}
}
