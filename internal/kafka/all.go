package kafka

import (
	"context"
	"fmt"
)

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
	p := &Partition{Topic: topic, ID: partition, Offset: bounds.FirstOffset, client: c}
	defer p.close()
	for {
		m, err := p.Read(ctx)
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
}
