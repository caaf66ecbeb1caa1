package live

import (
	"context"
	"errors"
	"time"

	"github.com/holterd/holter/internal/kafka"
)

// mostDays bounds how far back status is looked for.
const mostDays = 31

// lookBack finds what devices that are silent told last: day by day, until each
// known one has told something. Begun is when the console was started.
func (l *Live) lookBack(ctx context.Context, begun time.Time) {
	select {
	case <-l.caughtUp:
	case <-ctx.Done():
		return
	}
	for p := range l.partitions {
		mine := func(patient string) bool { return kafka.PartitionFor(patient, l.partitions) == p }
		until := begun.Add(-statusFor)
		for day := 0; day < mostDays && l.untold(mine); day++ {
			from := until.Add(-24 * time.Hour)
			if err := l.readStatus(ctx, p, from, until); err != nil {
				if ctx.Err() == nil {
					l.log.Warn().Err(err).Int("partition", p).Msg("what silent devices told last cannot be read")
				}
				return
			}
			until = from
		}
	}
}

// readStatus takes the status that was written in [from, until).
func (l *Live) readStatus(ctx context.Context, partition int, from, until time.Time) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	over := errors.New("that is all")
	err := l.client.Tail(ctx, kafka.TopicStatus, partition, from, func(m kafka.Message) error {
		if !m.Time.Before(until) {
			return over
		}
		if err := l.takeStatus(m); err != nil {
			l.log.Warn().Err(err).Int("partition", partition).Int64("offset", m.Offset).Msg("a message cannot be read and is left out")
		}
		return nil
	}, func() { stop(over) })
	if errors.Is(err, over) || errors.Is(context.Cause(ctx), over) {
		return nil
	}
	return err
}
