package alerter

import (
	"context"
	"fmt"

	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/internal/kafka"
)

// journal keeps the state in a compacted topic.
type journal struct {
	client *kafka.Client
	writer *kafka.Writer
}

// Write implements state.Journal.
func (j journal) Write(ctx context.Context, partition int, changes []state.Change) error {
	messages := make([]kafka.Message, len(changes))
	for i, c := range changes {
		messages[i] = kafka.Message{Key: []byte(c.Key), Value: c.Value}
	}
	return j.writer.WriteTo(ctx, kafka.TopicAlerter, partition, messages...)
}

func (j journal) read(ctx context.Context, partition int) (map[string][]byte, error) {
	newest, err := j.client.ReadCompacted(ctx, kafka.TopicAlerter, partition)
	if err != nil {
		return nil, fmt.Errorf("read the alerters' state: %w", err)
	}
	records := make(map[string][]byte, len(newest))
	for key, m := range newest {
		records[key] = m.Value
	}
	return records, nil
}
