package analyzer

import (
	"context"
	"errors"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/localize"
)

// storeEvents waits until InfluxDB has the events; those that it will never
// take are put aside, and counted with their recordings.
func (w *worker) storeEvents(ctx context.Context, decisions []decided) error {
	var events []localize.Event
	var of []*recording
	for _, d := range decisions {
		for _, e := range d.events {
			events, of = append(events, e), append(of, d.recording)
		}
	}
	if len(events) == 0 {
		return nil
	}
	var rejected *influx.RejectedError
	err := w.retry(ctx, "store events", func(ctx context.Context) error {
		err := w.store.WriteEvents(ctx, events)
		if errors.As(err, &rejected) {
			return nil
		}
		return err
	})
	if err != nil || rejected == nil {
		return err
	}
	w.metrics.rejected.Add(float64(len(rejected.Points)))
	w.log.Error().Err(rejected).Msg("events are not stored: see ecg.deadletter")
	var letters []kafka.Message
	for _, p := range rejected.Points {
		letters = append(letters, w.refusedEvent(events[p.Index], p.Reason))
		of[p.Index].refuse(events[p.Index])
	}
	return w.write(ctx, kafka.TopicDeadLetter, letters)
}

func (w *worker) storeWindows(ctx context.Context, windows []influx.Window) error {
	if len(windows) == 0 {
		return nil
	}
	var rejected *influx.RejectedError
	err := w.retry(ctx, "store windows", func(ctx context.Context) error {
		err := w.store.WriteWindows(ctx, windows)
		if errors.As(err, &rejected) {
			return nil
		}
		return err
	})
	if rejected != nil {
		w.metrics.rejected.Add(float64(len(rejected.Points)))
		w.log.Error().Err(rejected).Msg("analysed windows are not stored")
	}
	return err
}
