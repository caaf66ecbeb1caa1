package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	kafkago "github.com/segmentio/kafka-go"
)

const (
	batchBytes  = 1 << 20
	writeFor    = 30 * time.Second // how long one batch is tried
	firstWait   = 50 * time.Millisecond
	longestWait = 2 * time.Second
)

// Writer writes records and returns when they are on all in-sync replicas.
//
// Each partition has one batch under way at a time, so records of one
// partition stand in the order of the calls, also when a batch is tried again.
// A batch whose answer was lost is written again: readers may see a batch
// twice, the second time after the first, but never out of order within itself.
// There is no linger: what one call gives is one batch (or a few, when it is
// large).
//
// It is safe for concurrent use.
type Writer struct {
	client *Client
	tryFor time.Duration
	lanes  sync.Map // lane → chan struct{} of capacity 1
}

type lane struct {
	topic     string
	partition int
}

// NewWriter returns a writer; it holds nothing that must be closed.
func (c *Client) NewWriter() *Writer {
	return &Writer{client: c, tryFor: writeFor}
}

// Write writes the records to the partitions of their keys. The error names
// the first failure; records of other partitions, and those before it, may
// have been written.
func (w *Writer) Write(ctx context.Context, topic string, messages ...Message) error {
	n := w.client.cfg.Partitions
	byPartition := make(map[int][]Message)
	for _, m := range messages {
		p := PartitionFor(string(m.Key), n)
		byPartition[p] = append(byPartition[p], m)
	}
	for p, batch := range byPartition {
		if err := w.WriteTo(ctx, topic, p, batch...); err != nil {
			return err
		}
	}
	return nil
}

// WriteTo writes the records to one partition, whatever their keys. It tries
// for half a minute, or until ctx is done.
func (w *Writer) WriteTo(ctx context.Context, topic string, partition int, messages ...Message) error {
	if len(messages) == 0 {
		return nil
	}
	unlock, err := w.lock(ctx, lane{topic, partition})
	if err != nil {
		return fmt.Errorf("write to %s: %w", topic, err)
	}
	defer unlock()
	for len(messages) > 0 {
		n := batchLength(messages)
		if err := w.writeBatch(ctx, topic, partition, messages[:n]); err != nil {
			return fmt.Errorf("write %d records to partition %d of %s at %v: %w",
				len(messages), partition, topic, w.client.cfg.Brokers, err)
		}
		messages = messages[n:]
	}
	return nil
}

func (w *Writer) lock(ctx context.Context, l lane) (unlock func(), err error) {
	entry, _ := w.lanes.LoadOrStore(l, make(chan struct{}, 1))
	held := entry.(chan struct{})
	select {
	case held <- struct{}{}:
		return func() { <-held }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// batchLength is how many of the messages fit one request: at least one.
func batchLength(messages []Message) int {
	bytes := 0
	for i, m := range messages {
		bytes += len(m.Key) + len(m.Value)
		if bytes > batchBytes && i > 0 {
			return i
		}
	}
	return len(messages)
}

func (w *Writer) writeBatch(ctx context.Context, topic string, partition int, batch []Message) error {
	waits := &backoff.ExponentialBackOff{
		InitialInterval: firstWait, MaxInterval: longestWait, Multiplier: 2, RandomizationFactor: 0.2,
	}
	try := func() (struct{}, error) {
		err := w.produce(ctx, topic, partition, batch)
		if err != nil && !mayPass(err) {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}
	_, err := backoff.Retry(ctx, try, backoff.WithBackOff(waits), backoff.WithMaxElapsedTime(w.tryFor),
		backoff.WithNotify(func(err error, wait time.Duration) {
			w.client.log.Warn().Err(err).Str("topic", topic).Int("partition", partition).
				Dur("again_in", wait).Msg("cannot write yet")
		}))
	return err
}

func (w *Writer) produce(ctx context.Context, topic string, partition int, batch []Message) error {
	records := make([]kafkago.Record, len(batch))
	for i, m := range batch {
		records[i] = kafkago.Record{
			Time: m.Time, Key: kafkago.NewBytes(m.Key), Value: kafkago.NewBytes(m.Value), Headers: m.Headers,
		}
	}
	res, err := w.client.api.Produce(ctx, &kafkago.ProduceRequest{
		Topic:        topic,
		Partition:    partition,
		RequiredAcks: kafkago.RequireAll,
		Records:      kafkago.NewRecordReader(records...),
	})
	if err != nil {
		return err
	}
	return res.Error
}

// mayPass tells failures that another try may overcome: the network's, and
// those that Kafka calls temporary.
func mayPass(err error) bool {
	var answer kafkago.Error
	if errors.As(err, &answer) {
		return answer.Temporary() || answer.Timeout()
	}
	return true
}
