package alerter

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/internal/kafka"
)

const commitEvery = time.Second

// read delivers one partition's messages to the engine while this process owns
// it.
func (r *run) read(ctx context.Context, p *kafka.Partition) error {
	if err := r.take(ctx, p.ID); err != nil {
		return err
	}
	var next int64
	err := r.store.View(p.ID, func(tx *state.Tx) error {
		next = tx.Offset(p.Topic)
		return nil
	})
	if err != nil {
		return err
	}
	owned := r.watch.assign(time.Now(), p.Topic, p.ID)
	defer owned.release()

	var reached atomic.Int64 // every message before it is dealt with
	reached.Store(p.Offset)
	var under, committing sync.WaitGroup // deliveries under way; the committer
	over, end := context.WithCancel(context.Background())
	committing.Go(func() { r.commit(over, p, &reached) })
	defer func() {
		under.Wait()
		r.release(p.ID)
		end()
		committing.Wait()
	}()
	for {
		m, err := p.Read(ctx)
		if err != nil {
			return err
		}
		now := time.Now()
		if m.HighWaterMark < next {
			r.log.Error().Str("topic", p.Topic).Int("partition", p.ID).Int64("known", next).Int64("end", m.HighWaterMark).
				Msg("the topic ends before what was read of it: it was made anew and is read from its beginning")
			next = 0
		}
		live := owned.read(now, m.Offset+1 >= m.HighWaterMark)
		if m.Offset < next {
			owned.applied()
			continue
		}
		under.Add(1)
		r.in <- delivery{message: m, received: received(m, now, live), done: func(onDisk bool) {
			defer under.Done()
			if onDisk {
				reached.Store(m.Offset + 1)
				owned.applied()
			}
		}}
	}
}

// received is when a message was there to be read. Of one that waited while the
// alerter was away, that is when it was written.
func received(m kafka.Message, now time.Time, live bool) time.Time {
	if !live && !m.Time.IsZero() && m.Time.Before(now) {
		return m.Time.Round(0)
	}
	return now.Round(0)
}

// commit tells the consumer group, for whoever looks at it, how far the
// partition was dealt with.
func (r *run) commit(over context.Context, p *kafka.Partition, reached *atomic.Int64) {
	tick := time.NewTicker(commitEvery)
	defer tick.Stop()
	committed := p.Offset
	for ended := false; !ended; {
		select {
		case <-tick.C:
		case <-over.Done():
			ended = true
		}
		next := reached.Load()
		if next == committed {
			continue
		}
		if err := p.Commit(next); err != nil {
			r.log.Debug().Err(err).Msg("the group's offset stays behind; the one in the state is what counts")
			continue
		}
		committed = next
	}
}
