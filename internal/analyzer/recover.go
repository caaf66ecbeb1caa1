package analyzer

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// recover reads what was decided about the partition's recordings, stores again
// what may not have been stored, and parks the recordings.
func (w *worker) recover(ctx context.Context) error {
	w.health.recovering(w.partition)
	w.recordings = make(map[key]*recording)
	var records map[string]kafka.Message
	err := w.retry(ctx, "read progress", func(ctx context.Context) error {
		var err error
		records, err = w.history.ReadCompacted(ctx, kafka.TopicProgress, w.partition)
		return err
	})
	if err != nil {
		return err
	}
	var unsettled []decided
	for _, m := range records {
		var p holterv1.Progress
		err := proto.Unmarshal(m.Value, &p)
		var d decided
		if err == nil {
			d, err = restore(&p, w.cfg)
		}
		if err != nil {
			w.log.Error().Err(err).Str("recording", string(m.Key)).Msg("the recording is analysed anew from the oldest chunk at hand")
			continue
		}
		d.recording.heard = m.Time
		w.recordings[d.recording.key] = d.recording
		w.held.Heard(d.recording.key.patient, d.recording.key.device, d.recording.until)
		if !p.GetStored() {
			unsettled = append(unsettled, d)
		}
	}
	if err := w.carryOut(ctx, unsettled); err != nil {
		return err
	}
	w.log.Info().Int("recordings", len(w.recordings)).Int("repeated", len(unsettled)).Msg("partition taken over")
	w.health.recovered(w.partition)
	return nil
}
