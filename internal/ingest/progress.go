package ingest

import (
	"context"
	"fmt"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/registry"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	progressBatch  = 500
	progressLinger = 5 * time.Millisecond

	progressTimeout = 20 * time.Second // for the broker's answers to a batch
)

// relayProgress tells every device, by a retained message, how far its
// recordings are analysed and stored.
func (s *Service) relayProgress(ctx context.Context) error {
	return s.client.NewGroup("ingest", kafka.TopicProgress).Run(ctx, func(ctx context.Context, p *kafka.Partition) error {
		for {
			batch, err := p.ReadBatch(ctx, progressBatch, progressLinger)
			if err != nil {
				return err
			}
			if err := s.publishProgress(ctx, newestOfEach(batch)); err != nil {
				return err
			}
			if err := p.Commit(batch[len(batch)-1].Offset + 1); err != nil && ctx.Err() == nil {
				s.log.Warn().Err(err).Msg("progress will be published again")
			}
		}
	})
}

// newestOfEach keeps the last record of every recording, in order.
func newestOfEach(batch []kafka.Message) []kafka.Message {
	last := make(map[string]int, len(batch))
	for i, m := range batch {
		last[string(m.Key)] = i
	}
	var kept []kafka.Message
	for i, m := range batch {
		if last[string(m.Key)] == i {
			kept = append(kept, m)
		}
	}
	return kept
}

// publishProgress publishes the records and returns when the MQTT broker has
// them all; the error is ctx's.
func (s *Service) publishProgress(ctx context.Context, records []kafka.Message) error {
	for {
		l, err := s.link.await(ctx)
		if err != nil {
			return err
		}
		if err := s.publishOver(ctx, l, records); err == nil {
			s.metrics.progress.Add(float64(len(records)))
			return nil
		} else if ctx.Err() == nil {
			s.log.Warn().Err(err).Msg("progress not published yet")
		}
		// The next link, or the same after a moment when it still stands.
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-l.lost:
		case <-l.gone:
		case <-time.After(s.timing.writePause):
		}
	}
}

func (s *Service) publishOver(ctx context.Context, l *link, records []kafka.Message) error {
	ctx, cancel := context.WithTimeout(ctx, progressTimeout)
	defer cancel()
	tokens := make([]mqtt.Token, 0, len(records))
	for _, r := range records {
		progress := &holterv1.Progress{}
		if err := proto.Unmarshal(r.Value, progress); err != nil {
			s.log.Error().Err(err).Str("key", string(r.Key)).Int64("offset", r.Offset).Msg("progress record is unreadable; left out")
			continue
		}
		if registry.CheckName(progress.Device) != nil {
			continue // no device has such a topic
		}
		progress.Checkpoint, progress.Events, progress.WindowsDecided = nil, nil, nil
		payload, err := proto.Marshal(progress)
		if err != nil {
			return fmt.Errorf("encode the progress of %s: %w", r.Key, err)
		}
		tokens = append(tokens, l.client.Publish(Topic(progress.Device, KindProgress), atLeastOnce, true, payload))
	}
	for _, token := range tokens {
		if err := l.wait(ctx, token); err != nil {
			return fmt.Errorf("publish progress: %w", err)
		}
	}
	return nil
}
