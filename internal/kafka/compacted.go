package kafka

import "context"

// ReadCompacted returns the newest record of every key in one partition of a
// compacted topic, as it stood when the call began; keys whose newest record
// has no value were deleted and are left out.
func (c *Client) ReadCompacted(ctx context.Context, topic string, partition int) (map[string]Message, error) {
	newest := make(map[string]Message)
	err := c.ReadAll(ctx, topic, partition, func(m Message) error {
		if len(m.Value) == 0 {
			delete(newest, string(m.Key))
		} else {
			newest[string(m.Key)] = m
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return newest, nil
}
