package rehearse

import (
	"context"
	"slices"
	"time"

	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/kafka"
)

// Read tries the rules on what Kafka still holds and came at or after since;
// progress is told how many of the partitions are done. Patients do not touch each
// other, so each partition is tried for itself.
func Read(ctx context.Context, client *kafka.Client, partitions int, set *rule.Set, since time.Time, progress func(done int)) (days []Day, refused int, err error) {
	for p := range partitions {
		var messages []kafka.Message
		for _, topic := range []string{kafka.TopicEvents, kafka.TopicStatus} {
			err := client.ReadAll(ctx, topic, p, func(m kafka.Message) error {
				if !m.Time.Before(since) {
					messages = append(messages, m)
				}
				return nil
			})
			if err != nil {
				return nil, 0, err
			}
		}
		slices.SortStableFunc(messages, func(a, b kafka.Message) int { return a.Time.Compare(b.Time) })
		r, err := New(set)
		if err != nil {
			return nil, 0, err
		}
		for _, m := range messages {
			if err := ctx.Err(); err != nil {
				return nil, 0, err
			}
			if err := r.Take(m); err != nil {
				return nil, 0, err
			}
		}
		days = append(days, r.Days()...)
		refused += r.Refused
		progress(p + 1)
	}
	return days, refused, nil
}
