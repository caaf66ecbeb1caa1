package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	kafkago "github.com/segmentio/kafka-go"
)

// Oldest and Newest are where Tail begins when it is given no time.
var (
	Oldest = time.Unix(0, 0)
	Newest = time.Time{}
)

// Tail gives visit the records of a partition in order, beginning with the first
// that was written at a time (Oldest: the first that there is; Newest: the next),
// until ctx is done or visit fails, and returns that error. Caught up, if not
// nil, is called once, when everything that was there at the beginning has been
// visited. It belongs to no consumer group and commits nothing.
func (c *Client) Tail(ctx context.Context, topic string, partition int, from time.Time, visit func(Message) error, caughtUp func()) error {
	start, end, err := c.begin(ctx, topic, partition, from)
	if err != nil {
		return err
	}
	p := &Partition{Topic: topic, ID: partition, Offset: start, client: c}
	defer p.close()
	for at := start; ; {
		if at >= end && caughtUp != nil {
			caughtUp()
			caughtUp = nil
		}
		m, err := p.Read(ctx)
		if err != nil {
			return err
		}
		if err := visit(m); err != nil {
			return err
		}
		at = m.Offset + 1
	}
}

// begin finds the offset to read from and the one where the partition ends now;
// it waits for a broker that does not answer.
func (c *Client) begin(ctx context.Context, topic string, partition int, from time.Time) (start, end int64, err error) {
	ask := func() (_ struct{}, err error) {
		bounds, err := c.offsets(ctx, topic, partition)
		if err != nil {
			return struct{}{}, err
		}
		end = bounds.LastOffset
		switch {
		case from.Equal(Newest):
			start = end
		case from.Equal(Oldest):
			start = bounds.FirstOffset
		default:
			start, err = c.offsetAt(ctx, topic, partition, from, end)
		}
		return struct{}{}, err
	}
	_, err = backoff.Retry(ctx, ask, c.retrying("find the partition's offsets"), backoff.WithMaxElapsedTime(0))
	return start, end, err
}

// offsetAt is that of the first record written at a time, or end.
func (c *Client) offsetAt(ctx context.Context, topic string, partition int, at time.Time, end int64) (int64, error) {
	res, err := c.api.ListOffsets(ctx, &kafkago.ListOffsetsRequest{
		Topics: map[string][]kafkago.OffsetRequest{topic: {kafkago.TimeOffsetOf(partition, at)}},
	})
	if err != nil {
		return 0, err
	}
	for _, o := range res.Topics[topic] {
		if o.Partition != partition {
			continue
		}
		for offset := range o.Offsets {
			if offset >= 0 {
				return offset, o.Error
			}
		}
		return end, o.Error
	}
	return 0, fmt.Errorf("the broker does not know partition %d of %s", partition, topic)
}
