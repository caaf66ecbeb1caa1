package ingest

import (
	"context"
	"time"

	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// outbox is what one batch brings to one topic.
type outbox struct {
	topic   string
	records []kafka.Message
	settle  []func()
}

func (o *outbox) add(record kafka.Message, settle func()) {
	o.records = append(o.records, record)
	o.settle = append(o.settle, settle)
}

// write brings an outbox to Kafka, however long that takes, and settles its
// messages. It returns false when ctx ended first.
func (l *lane) write(ctx context.Context, o outbox) bool {
	s := l.service
	for len(o.records) > 0 {
		err := s.writer.WriteTo(ctx, o.topic, l.partition, o.records...)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return false
		}
		s.metrics.writeFailures.Inc()
		s.log.Error().Err(err).Int("records", len(o.records)).Msg("Kafka does not take what was received; trying on")
		select {
		case <-time.After(s.timing.writePause):
		case <-ctx.Done():
			return false
		}
	}
	for _, settle := range o.settle {
		settle()
	}
	return true
}

// forwarded returns what is done when the message's record is safe.
func (s *Service) forwarded(m *message) func() {
	return func() {
		s.ledger.forwarded()
		s.settle(m)
	}
}

// refused returns what is done when the message's dead letter is safe.
func (s *Service) refused(m *message, reason holterv1.Reason) func() {
	return func() {
		s.ledger.refused(reason)
		s.settle(m)
	}
}

func (s *Service) settle(m *message) {
	s.metrics.stored.Observe(s.now().Sub(m.at).Seconds())
	close(m.settled)
}
