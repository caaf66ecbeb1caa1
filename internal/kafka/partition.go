package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	kafkago "github.com/segmentio/kafka-go"
)

// Partition is one partition of a topic while this process owns it. Read is
// for one goroutine; Commit may be called from another.
type Partition struct {
	Topic string
	ID    int
	// Offset of the first record that Read returns: the committed one, or the
	// oldest that there is.
	Offset int64

	client     *Client
	generation *kafkago.Generation
	reader     *kafkago.Reader
}

// Read returns the next record, waiting for it if need be. The error is ctx's:
// failures of the broker are logged and waited out. After ctx is done it
// returns nothing more, also nothing that was fetched before.
func (p *Partition) Read(ctx context.Context) (Message, error) {
	if p.reader == nil {
		p.reader = p.client.newReader(p.Topic, p.ID)
		if err := p.reader.SetOffset(p.Offset); err != nil {
			return Message{}, fmt.Errorf("read partition %d of %s from %d: %w", p.ID, p.Topic, p.Offset, err)
		}
	}
	for {
		if err := ctx.Err(); err != nil {
			return Message{}, err
		}
		m, err := p.reader.ReadMessage(ctx)
		if err == nil {
			return m, nil
		}
		if ctx.Err() != nil {
			continue
		}
		p.client.log.Warn().Err(err).Str("topic", p.Topic).Int("partition", p.ID).Msg("cannot read yet")
		select {
		case <-ctx.Done():
		case <-time.After(readPause):
		}
	}
}

// Commit records that everything before next was dealt with: after a restart,
// reading goes on at next. A failed commit may be left to the next one; the
// price is that more is read again.
func (p *Partition) Commit(next int64) error {
	err := p.generation.CommitOffsets(map[string]map[int]int64{p.Topic: {p.ID: next}})
	if err != nil {
		return fmt.Errorf("commit offset %d of partition %d of %s: %w", next, p.ID, p.Topic, err)
	}
	return nil
}

// locate turns the assigned offset into one that exists.
func (p *Partition) locate(ctx context.Context) error {
	ask := func() (kafkago.PartitionOffsets, error) { return p.client.offsets(ctx, p.Topic, p.ID) }
	bounds, err := backoff.Retry(ctx, ask, p.client.retrying("find the partition's offsets"), backoff.WithMaxElapsedTime(0))
	if err != nil {
		return err
	}
	committed := p.Offset
	switch {
	case committed == kafkago.FirstOffset:
		p.Offset = bounds.FirstOffset
	case committed < bounds.FirstOffset:
		p.Offset = bounds.FirstOffset
		p.client.log.Error().Str("topic", p.Topic).Int("partition", p.ID).Int64("records", bounds.FirstOffset-committed).
			Msg("records were deleted before they were read; raise kafka.retention")
	case committed > bounds.LastOffset:
		p.Offset = bounds.FirstOffset
		p.client.log.Error().Str("topic", p.Topic).Int("partition", p.ID).Int64("committed", committed).
			Int64("end", bounds.LastOffset).Msg("the topic ends before the committed offset; it is read from its beginning")
	}
	return nil
}

// close ends reading without waiting for the fetch under way, which may take
// its MaxWait and concerns nobody any more.
func (p *Partition) close() {
	if p.reader != nil {
		p.client.closing.Go(func() { _ = p.reader.Close() })
	}
}

// ReadBatch returns the next record, waiting for it as Read does, and those
// that follow it at once: up to max in all, each at most linger after the one
// before.
func (p *Partition) ReadBatch(ctx context.Context, max int, linger time.Duration) ([]Message, error) {
	m, err := p.Read(ctx)
	if err != nil {
		return nil, err
	}
	batch := []Message{m}
	for len(batch) < max {
		soon, cancel := context.WithTimeout(ctx, linger)
		m, err := p.Read(soon)
		cancel()
		if err != nil {
			break
		}
		batch = append(batch, m)
	}
	return batch, ctx.Err()
}
