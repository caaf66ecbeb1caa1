package alerter

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	batchMost   = 256 // messages of one transaction
	tickEvery   = time.Second
	forgetEvery = time.Hour
)

// delivery is a message on its way from its reader to the engine.
type delivery struct {
	message  kafka.Message
	received time.Time
	done     func(ok bool) // called once
}

// decide applies the rules to what the readers deliver and to the passing of
// time, until the readers have ended.
func (r *run) decide() error {
	tick, forget := time.NewTicker(tickEvery), time.NewTicker(forgetEvery)
	defer tick.Stop()
	defer forget.Stop()
	for {
		var err error
		select {
		case first, open := <-r.in:
			if !open {
				return nil
			}
			err = r.apply(r.gather(first))
		case <-tick.C:
			err = r.tick()
		case <-forget.C:
			err = r.everywhere(func(step *engine.Step) error { return step.Forget() })
		}
		if err != nil {
			r.part("apply the rules", err)
			for d := range r.in { // lets the readers end
				d.done(false)
			}
			return nil
		}
	}
}

// gather takes what else is there already.
func (r *run) gather(first delivery) []delivery {
	batch := []delivery{first}
	for len(batch) < batchMost {
		select {
		case d, open := <-r.in:
			if !open {
				return batch
			}
			batch = append(batch, d)
		default:
			return batch
		}
	}
	return batch
}

// apply takes what came of each partition in one transaction, offsets included.
func (r *run) apply(batch []delivery) error {
	byPartition := make(map[int][]delivery)
	for _, d := range batch {
		byPartition[d.message.Partition] = append(byPartition[d.message.Partition], d)
	}
	var failure error
	for partition, part := range byPartition {
		if failure == nil {
			failure = r.applyPart(partition, part)
			continue
		}
		for _, d := range part {
			d.done(false)
		}
	}
	return failure
}

func (r *run) applyPart(partition int, batch []delivery) error {
	var refused []error
	err := r.changeTx(partition, func(tx *state.Tx, step *engine.Step) error {
		for _, d := range batch {
			m := d.message
			err := message(step, m, engine.Arrival{Received: d.received})
			if errors.Is(err, engine.ErrRefused) {
				refused = append(refused, fmt.Errorf("%s, partition %d, offset %d: %w", m.Topic, m.Partition, m.Offset, err))
				err = nil
			}
			if err != nil {
				return err
			}
			tx.SetOffset(m.Topic, m.Offset+1)
		}
		return nil
	})
	for _, d := range batch {
		if err == nil {
			r.metrics.messages.WithLabelValues(d.message.Topic).Inc()
		}
		d.done(err == nil)
	}
	for _, err := range refused {
		r.metrics.refused.Inc()
		r.log.Error().Err(err).Msg("message passed over")
	}
	return err
}

func message(step *engine.Step, m kafka.Message, at engine.Arrival) error {
	switch m.Topic {
	case kafka.TopicEvents:
		var ev holterv1.Event
		if err := proto.Unmarshal(m.Value, &ev); err != nil {
			return fmt.Errorf("%w: it is no Event: %w", engine.ErrRefused, err)
		}
		return step.Event(&ev, at)
	case kafka.TopicWindows:
		var w holterv1.Window
		if err := proto.Unmarshal(m.Value, &w); err != nil {
			return fmt.Errorf("%w: it is no Window: %w", engine.ErrRefused, err)
		}
		return step.Window(&w, at)
	case kafka.TopicCommands:
		var command holterv1.AlertCommand
		if err := proto.Unmarshal(m.Value, &command); err != nil {
			return fmt.Errorf("%w: it is no AlertCommand: %w", engine.ErrRefused, err)
		}
		return step.Command(&command)
	case kafka.TopicProgress:
		var progress holterv1.Progress
		if err := proto.Unmarshal(m.Value, &progress); err != nil {
			return fmt.Errorf("%w: it is no Progress: %w", engine.ErrRefused, err)
		}
		return step.Progress(&progress)
	default:
		var signal holterv1.DeviceSignal
		if err := proto.Unmarshal(m.Value, &signal); err != nil {
			return fmt.Errorf("%w: it is no DeviceSignal: %w", engine.ErrRefused, err)
		}
		return step.Signal(&signal, at)
	}
}

// tick lets time do its work; most of the time there is nothing to write.
func (r *run) tick() error {
	now := time.Now()
	health := func(topic string, partition int) engine.Health { return r.watch.health(now, topic, partition) }
	for _, partition := range r.store.Partitions() {
		r.store.Flush(partition) // what the journal did not take
		due := false
		err := r.store.View(partition, func(tx *state.Tx) (err error) {
			due, err = r.engine.Begin(tx, partition, now).Due(health)
			return err
		})
		if err == nil && due {
			err = r.change(partition, func(step *engine.Step) error { return step.Tick(health) })
		}
		if err != nil && !errors.Is(err, state.ErrNotHere) {
			return err
		}
	}
	return nil
}

// everywhere does work on every partition at hand.
func (r *run) everywhere(work func(*engine.Step) error) error {
	for _, partition := range r.store.Partitions() {
		if err := r.change(partition, work); err != nil && !errors.Is(err, state.ErrNotHere) {
			return err
		}
	}
	return nil
}

func (r *run) change(partition int, work func(*engine.Step) error) error {
	return r.changeTx(partition, func(_ *state.Tx, step *engine.Step) error { return work(step) })
}

// changeTx runs work in a transaction and passes on what came of it.
func (r *run) changeTx(partition int, work func(*state.Tx, *engine.Step) error) error {
	var step *engine.Step
	err := r.store.Update(partition, func(tx *state.Tx) error {
		step = r.engine.Begin(tx, partition, time.Now())
		return work(tx, step)
	})
	if err != nil {
		return err
	}
	r.queue.Add(step.Notifications...)
	r.queue.Withdraw(step.Withdrawn...)
	r.passOn(step)
	return nil
}
