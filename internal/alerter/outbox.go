package alerter

import (
	"context"
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

// outbox publishes alerts to ecg.alerts in the order in which they were
// decided.
type outbox struct {
	store  *state.Store
	writer *kafka.Writer
	log    zerolog.Logger
	more   chan struct{} // holds a token when there may be something
}

func newOutbox(store *state.Store, writer *kafka.Writer, log zerolog.Logger) *outbox {
	o := &outbox{store: store, writer: writer, log: log, more: make(chan struct{}, 1)}
	o.wake() // for what an earlier run left
	return o
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
	for {
		var records []state.Record
		err := o.store.View(func(tx *state.Tx) (err error) {
			records, err = tx.Unpublished(publishMost)
			return err
		})
		if err != nil || len(records) == 0 {
			return err
		}
		messages := make([]kafka.Message, len(records))
		for i, r := range records {
			value, err := proto.Marshal(r.Alert.Proto())
			if err != nil {
				return fmt.Errorf("write alert %s: %w", r.Alert.ID, err)
			}
			messages[i] = kafka.PatientMessage(r.Alert.Patient, value)
		}
		if err := o.writer.Write(ctx, kafka.TopicAlerts, messages...); err != nil {
			return err
		}
		if err := o.store.Update(func(tx *state.Tx) error { return tx.Published(records) }); err != nil {
			return fmt.Errorf("note what was published: %w", err)
		}
	}
}
