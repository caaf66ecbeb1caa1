package kafka

import (
	"context"
	"fmt"
)

// ReadCompacted returns the newest record of every key in one partition of a
// compacted topic, as it stood when the call began; keys whose newest record
// has no value were deleted and are left out.
func (c *Client) ReadCompacted(ctx context.Context, topic string, partition int) (map[string]Message, error) {
	bounds, err := c.offsets(ctx, topic, partition)
	if err != nil {
		return nil, c.failed(fmt.Sprintf("find the end of partition %d of %s", partition, topic), err)
	}
	newest := make(map[string]Message)
	if bounds.FirstOffset >= bounds.LastOffset {
		return newest, nil
	}
	p := &Partition{Topic: topic, ID: partition, Offset: bounds.FirstOffset, client: c}
	defer p.close()
	for {
		m, err := p.Read(ctx)
		if err != nil {
			return nil, c.failed(fmt.Sprintf("read partition %d of %s to offset %d", partition, topic, bounds.LastOffset), err)
		}
		if len(m.Value) == 0 {
			delete(newest, string(m.Key))
		} else {
			newest[string(m.Key)] = m
		}
		if m.Offset >= bounds.LastOffset-1 {
			return newest, nil
		}
	}
}
