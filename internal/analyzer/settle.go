package analyzer

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// settle writes a step's decisions down and then carries them out; the package
// documentation says why in this order. It fails only when ctx is done.
func (w *worker) settle(ctx context.Context, s *step, decisions []decided) error {
	if err := w.write(ctx, kafka.TopicDeadLetter, s.refused); err != nil {
		return err
	}
	records := make([]kafka.Message, 0, len(decisions))
	for _, d := range decisions {
		p, err := d.save()
		if err != nil {
			return err
		}
		m, err := progressMessage(p)
		if err != nil {
			return err
		}
		records = append(records, m)
	}
	if err := w.writeProgress(ctx, records); err != nil {
		return err
	}
	if err := w.carryOut(ctx, decisions); err != nil {
		return err
	}
	for _, d := range decisions {
		w.observe(d)
	}
	forgotten := make([]kafka.Message, 0, len(s.forgotten))
	for _, r := range s.forgotten {
		forgotten = append(forgotten, tombstone(r.key))
	}
	return w.writeProgress(ctx, forgotten)
}

// carryOut stores what was decided. Doing it again changes nothing.
func (w *worker) carryOut(ctx context.Context, decisions []decided) error {
	var events []localize.Event
	var windows []influx.Window
	var told []*holterv1.Window
	for _, d := range decisions {
		events = append(events, d.events...)
		windows, told = append(windows, d.windows...), append(told, d.told...)
	}
	if err := w.storeEvents(ctx, decisions); err != nil {
		return err
	}
	if err := w.storeWindows(ctx, windows); err != nil {
		return err
	}
	if err := w.send(ctx, events); err != nil {
		return err
	}
	if err := w.tell(ctx, told); err != nil {
		return err
	}
	return w.close(ctx, decisions)
}

// send gives every version of every event to those who listen.
func (w *worker) send(ctx context.Context, events []localize.Event) error {
	messages := make([]kafka.Message, 0, len(events))
	for _, e := range events {
		value, err := proto.Marshal(toMessage(e))
		if err != nil {
			w.log.Error().Err(err).Str("event", e.ID).Msg("the event cannot be sent")
			continue
		}
		messages = append(messages, kafka.PatientMessage(e.Patient, value))
	}
	return w.write(ctx, kafka.TopicEvents, messages)
}

// tell gives those who listen what was analysed.
func (w *worker) tell(ctx context.Context, windows []*holterv1.Window) error {
	messages := make([]kafka.Message, 0, len(windows))
	for _, win := range windows {
		value, err := proto.Marshal(win)
		if err != nil {
			w.log.Error().Err(err).Str("window", win.GetId()).Msg("the window cannot be sent")
			continue
		}
		messages = append(messages, kafka.PatientMessage(win.GetPatient(), value))
	}
	return w.write(ctx, kafka.TopicWindows, messages)
}

// close says of recordings that ended or fell silent that all is stored, and
// parks them. A recording that never gave a window leaves nothing.
func (w *worker) close(ctx context.Context, decisions []decided) error {
	var records []kafka.Message
	var closed []*recording
	for _, d := range decisions {
		r := d.recording
		if !r.ended && !r.flushed {
			continue
		}
		closed = append(closed, r)
		if r.windows == 0 && !r.ended {
			records = append(records, tombstone(r.key))
			continue
		}
		r.saved.Windows = nil
		p, err := r.progress(nil, true)
		if err != nil {
			return err
		}
		m, err := progressMessage(p)
		if err != nil {
			return err
		}
		records = append(records, m)
	}
	if err := w.writeProgress(ctx, records); err != nil {
		return err
	}
	for _, r := range closed {
		w.log.Info().Stringer("recording", r.key).Uint64("windows", r.windows).Bool("ended", r.ended).Msg("recording analysed as far as it goes")
		r.flushed = false
		r.park()
		if r.windows == 0 && !r.ended {
			delete(w.recordings, r.key)
		}
	}
	return nil
}

// tombstone deletes a recording's progress.
func tombstone(k key) kafka.Message {
	return kafka.Message{Key: kafka.ProgressKey(k.patient, k.device, k.recording)}
}

func (w *worker) write(ctx context.Context, topic string, messages []kafka.Message) error {
	if len(messages) == 0 {
		return nil
	}
	return w.retry(ctx, "write to "+topic, func(ctx context.Context) error {
		return w.writer.Write(ctx, topic, messages...)
	})
}

// writeProgress writes beside the signal, whoever chose its partition.
func (w *worker) writeProgress(ctx context.Context, messages []kafka.Message) error {
	if len(messages) == 0 {
		return nil
	}
	return w.retry(ctx, "write to "+kafka.TopicProgress, func(ctx context.Context) error {
		return w.writer.WriteTo(ctx, kafka.TopicProgress, w.partition, messages...)
	})
}
