package kafka

import (
	"context"
	"fmt"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

const (
	readAhead = 64      // records buffered for a partition
	readBytes = 4 << 20 // of one fetch
	readPause = 200 * time.Millisecond
)

func (c *Client) newReader(topic string, partition int) *kafkago.Reader {
	return kafkago.NewReader(kafkago.ReaderConfig{
		Brokers:         c.cfg.Brokers,
		Dialer:          c.dialer,
		Topic:           topic,
		Partition:       partition,
		QueueCapacity:   readAhead,
		MinBytes:        1,
		MaxBytes:        readBytes,
		MaxWait:         time.Second,
		ReadLagInterval: -1,
		ReadBackoffMin:  readPause / 4,
		ReadBackoffMax:  time.Second,
		Logger:          kafkago.LoggerFunc(func(string, ...any) {}),
		ErrorLogger: kafkago.LoggerFunc(func(format string, args ...any) {
			c.log.Debug().Str("topic", topic).Int("partition", partition).Msgf(format, args...)
		}),
	})
}

// offsets returns the oldest offset and the one that the next record will get.
func (c *Client) offsets(ctx context.Context, topic string, partition int) (kafkago.PartitionOffsets, error) {
	res, err := c.api.ListOffsets(ctx, &kafkago.ListOffsetsRequest{
		Topics: map[string][]kafkago.OffsetRequest{
			topic: {kafkago.FirstOffsetOf(partition), kafkago.LastOffsetOf(partition)},
		},
	})
	if err != nil {
		return kafkago.PartitionOffsets{}, err
	}
	for _, offsets := range res.Topics[topic] {
		if offsets.Partition == partition {
			return offsets, offsets.Error
		}
	}
	return kafkago.PartitionOffsets{}, fmt.Errorf("the broker does not know partition %d of %s", partition, topic)
}
