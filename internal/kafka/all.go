package kafka

import (
	"context"
	"fmt"
	"iter"
)

// Records are a partition's records from an offset on, in order, and then those
// that come; the oldest first when they are older than what is kept. The only
// error is the last element, when ctx is done; failures of the broker are logged
// and waited out.
func (c *Client) Records(ctx context.Context, topic string, partition int, from int64) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		p := &Partition{Topic: topic, ID: partition, Offset: from, client: c}
		defer p.close()
		for {
			m, err := p.Read(ctx)
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// End is the offset that a partition's next record will get.
func (c *Client) End(ctx context.Context, topic string, partition int) (int64, error) {
	bounds, err := c.offsets(ctx, topic, partition)
	if err != nil {
		return 0, c.failed(fmt.Sprintf("find the end of partition %d of %s", partition, topic), err)
	}
	return bounds.LastOffset, nil
}

// ReadAll gives visit every record of a partition, as it stood when the call
// began, in order.
func (c *Client) ReadAll(ctx context.Context, topic string, partition int, visit func(Message) error) error {
	bounds, err := c.offsets(ctx, topic, partition)
	if err != nil {
		return c.failed(fmt.Sprintf("find the end of partition %d of %s", partition, topic), err)
	}
	if bounds.FirstOffset >= bounds.LastOffset {
		return nil
	}
	for m, err := range c.Records(ctx, topic, partition, bounds.FirstOffset) {
		if err != nil {
			return c.failed(fmt.Sprintf("read partition %d of %s to offset %d", partition, topic, bounds.LastOffset), err)
		}
		if err := visit(m); err != nil {
			return err
		}
		if m.Offset >= bounds.LastOffset-1 {
			return nil
		}
	}
	return nil
}
