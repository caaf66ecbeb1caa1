package kafka

import (
	"context"
	"fmt"
	"strings"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// maintain applies retention and compaction until ctx is done.
func (b *Broker) maintain(ctx context.Context) {
	defer close(b.done)
	transport := &kafkago.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafkago.Client{Addr: kafkago.TCP(b.addr), Timeout: 10 * time.Second, Transport: transport}
	tick := time.NewTicker(b.opts.Maintenance)
	defer tick.Stop()
	compacted := int64(0)
	for {
		var err error
		if compacted, err = b.round(ctx, client, compacted); err != nil && ctx.Err() == nil {
			b.log.Error().Err(err).Msg("maintenance of the Kafka broker's data failed; it is tried again")
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// round does what is due. compacted is the size that the compacted topics had
// after the last compaction; the new one is returned.
func (b *Broker) round(ctx context.Context, client *kafkago.Client, compacted int64) (int64, error) {
	parts, err := b.partitions(ctx)
	if err != nil {
		return compacted, err
	}
	for _, p := range parts {
		if b.opts.Retention <= 0 || b.isCompacted(p.Topic) {
			continue
		}
		if err := b.retain(ctx, client, p.Topic, p.ID); err != nil {
			return compacted, fmt.Errorf("retention of %s, partition %d: %w", p.Topic, p.ID, err)
		}
	}
	if size := b.compactedSize(parts); size < max(b.opts.CompactBytes, 2*compacted) {
		return compacted, nil
	}
	// Topics may have been created since: the compaction must know them all.
	if parts, err = b.partitions(ctx); err != nil {
		return compacted, err
	}
	if err := b.compact(ctx, client, parts); err != nil {
		return compacted, fmt.Errorf("compaction: %w", err)
	}
	return b.compactedSize(parts), nil
}

// partitions lists all partitions as they are now: a Client's metadata may be
// seconds old.
func (b *Broker) partitions(ctx context.Context) ([]kafkago.Partition, error) {
	conn, err := kafkago.DialContext(ctx, "tcp", b.addr)
	if err != nil {
		return nil, fmt.Errorf("listing topics: %w", err)
	}
	defer func() { _ = conn.Close() }()
	parts, err := conn.ReadPartitions()
	if err != nil {
		return nil, fmt.Errorf("listing topics: %w", err)
	}
	return parts, nil
}

func (b *Broker) isCompacted(topic string) bool {
	info := b.cluster.TopicInfo(topic)
	if info == nil {
		return false
	}
	policy := info.Configs["cleanup.policy"]
	return policy != nil && strings.Contains(*policy, "compact")
}

func (b *Broker) compactedSize(parts []kafkago.Partition) (bytes int64) {
	for _, p := range parts {
		if !b.isCompacted(p.Topic) {
			continue
		}
		if info := b.cluster.PartitionInfo(p.Topic, int32(p.ID)); info != nil { //nolint:gosec // the broker's own numbers
			bytes += info.NumBytes
		}
	}
	return bytes
}

// retain drops records that are older than the retention, but never the last
// one: an empty partition forgets where its offsets were.
func (b *Broker) retain(ctx context.Context, client *kafkago.Client, topic string, partition int) error {
	info := b.cluster.PartitionInfo(topic, int32(partition)) //nolint:gosec // the broker's own numbers
	if info == nil || info.HighWatermark <= info.LogStartOffset+1 {
		return nil
	}
	answer, err := client.ListOffsets(ctx, &kafkago.ListOffsetsRequest{
		Topics: map[string][]kafkago.OffsetRequest{
			topic: {kafkago.TimeOffsetOf(partition, time.Now().Add(-b.opts.Retention))},
		},
	})
	if err != nil {
		return err
	}
	keep := info.HighWatermark - 1
	for _, p := range answer.Topics[topic] {
		if p.Error != nil {
			return p.Error
		}
		for offset := range p.Offsets {
			if offset >= 0 {
				keep = min(keep, offset)
			}
		}
	}
	if keep <= info.LogStartOffset {
		return nil
	}
	return b.cluster.DeleteRecords(topic, int32(partition), keep) //nolint:gosec // as above
}
