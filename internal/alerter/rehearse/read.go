package rehearse

import (
	"context"
	"time"

	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/kafka"
)

// Read tries the rules on what Kafka still holds and came at or after since;
// progress is told how many of the partitions are done. Patients do not touch each
// other, so each partition is tried for itself.
func Read(ctx context.Context, client *kafka.Client, partitions int, set *rule.Set, since time.Time, progress func(done int)) (days []Day, refused int, err error) {
	for p := range partitions {
		r, err := New(set)
		if err != nil {
			return nil, 0, err
		}
		if err := inOrder(ctx, client, p, since, r.Take); err != nil {
			return nil, 0, err
		}
		days = append(days, r.Days()...)
		refused += r.Refused
		progress(p + 1)
	}
	return days, refused, nil
}

// topics are what rules look at, in the order in which they tell of one moment.
var topics = []string{kafka.TopicEvents, kafka.TopicStatus, kafka.TopicWindows}

// feed is one topic while it is read.
type feed struct {
	messages chan kafka.Message
	err      error // once messages is closed
	next     kafka.Message
	open     bool
}

func (f *feed) advance() { f.next, f.open = <-f.messages }

// inOrder gives take the messages of a partition of all topics in the order of
// their times. They are read side by side, so that a long past fits into memory.
func inOrder(ctx context.Context, client *kafka.Client, partition int, since time.Time, take func(kafka.Message) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	feeds := make([]*feed, len(topics))
	for i, topic := range topics {
		f := &feed{messages: make(chan kafka.Message, 64)}
		feeds[i] = f
		go func() {
			defer close(f.messages)
			f.err = client.ReadAll(ctx, topic, partition, func(m kafka.Message) error {
				if m.Time.Before(since) {
					return nil
				}
				select {
				case f.messages <- m:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
		}()
	}
	for _, f := range feeds {
		f.advance()
	}
	for {
		var first *feed
		for _, f := range feeds {
			if !f.open {
				if f.err != nil {
					return f.err
				}
				continue
			}
			if first == nil || f.next.Time.Before(first.next.Time) {
				first = f
			}
		}
		if first == nil {
			return nil
		}
		if err := take(first.next); err != nil {
			return err
		}
		first.advance()
	}
}
