package alerter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/internal/kafka"
)

const (
	publishMost  = 100
	publishAgain = 2 * time.Second
	lastPublish  = 3 * time.Second // for what is left when the alerter stops
)

// outbox publishes alerts to ecg.alerts, and commands to ecg.commands, in the
// order in which they were decided.
type outbox struct {
	store      *state.Store
	writer     *kafka.Writer
	partitions int // of every topic
	log        zerolog.Logger
	more       chan struct{} // holds a token when there may be something
}

func newOutbox(store *state.Store, writer *kafka.Writer, partitions int, log zerolog.Logger) *outbox {
	return &outbox{store: store, writer: writer, partitions: partitions, log: log, more: make(chan struct{}, 1)}
}

// wake tells that something was put into the store.
func (o *outbox) wake() {
	select {
	case o.more <- struct{}{}:
	default:
	}
}

// run publishes until ctx is done, and then what is left if that can be done at
// once.
func (o *outbox) run(ctx context.Context) {
	again := time.NewTimer(publishAgain)
	defer again.Stop()
	for ctx.Err() == nil {
		select {
		case <-o.more:
		case <-again.C:
		case <-ctx.Done():
			continue
		}
		if err := o.publish(ctx); err != nil && ctx.Err() == nil {
			o.log.Warn().Err(err).Msg("alerts wait to be published")
		}
		again.Reset(publishAgain)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastPublish)
	defer cancel()
	if err := o.publish(last); err != nil {
		o.log.Warn().Err(err).Msg("alerts wait for the next start to be published")
	}
}

// publish writes everything that is there.
func (o *outbox) publish(ctx context.Context) error {
	for _, partition := range o.store.Partitions() {
		if err := o.publishPart(ctx, partition); err != nil && !errors.Is(err, state.ErrNotHere) {
			return err
		}
	}
	return nil
}

func (o *outbox) publishPart(ctx context.Context, partition int) error {
	for {
		var records []state.Record
		err := o.store.View(partition, func(tx *state.Tx) (err error) {
			records, err = tx.Unpublished(publishMost)
			return err
		})
		if err != nil || len(records) == 0 {
			return err
		}
		var alerts []kafka.Message
		for _, r := range records {
			switch {
			case r.Alert != nil:
				value, err := proto.Marshal(r.Alert.Proto())
				if err != nil {
					return fmt.Errorf("write alert %s: %w", r.Alert.ID, err)
				}
				alerts = append(alerts, kafka.Message{Key: kafka.AlertKey(r.Alert.Patient, r.Alert.ID), Value: value})
			case r.Forgotten != nil:
				alerts = append(alerts, kafka.Message{Key: kafka.AlertKey(r.Forgotten.Patient, r.Forgotten.ID)})
			default:
				if err := o.command(ctx, r.Command); err != nil {
					return err
				}
			}
		}
		if err := o.writer.WriteTo(ctx, kafka.TopicAlerts, partition, alerts...); err != nil {
			return err
		}
		err = o.store.Update(partition, func(tx *state.Tx) error { tx.Published(records); return nil })
		if err != nil {
			return fmt.Errorf("note what was published: %w", err)
		}
	}
}

// command writes a command to every partition.
func (o *outbox) command(ctx context.Context, command []byte) error {
	for p := range o.partitions {
		if err := o.writer.WriteTo(ctx, kafka.TopicCommands, p, kafka.Message{Value: command}); err != nil {
			return err
		}
	}
	return nil
}
