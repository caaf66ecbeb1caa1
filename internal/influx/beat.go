package influx

import (
	"context"
	"iter"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"

	"github.com/holterd/holter/pkg/localize"
)

// Beat is one beat of an event.
type Beat struct {
	// Event is the id of the event.
	Event                            string
	Patient, Device, Recording, Kind string
	// Time is a whole millisecond.
	Time time.Time
}

func beatPoints(e localize.Event) []point {
	points := make([]point, len(e.NewBeats))
	for i, at := range e.NewBeats {
		points[i] = point{
			name:        "beat of event " + e.ID,
			measurement: measurementBeat,
			tags:        []tag{{"device", e.Device}, {"kind", e.Kind}, {"patient", e.Patient}},
			fields:      []field{{"event", e.ID}, {"recording", e.Recording}},
			at:          pointTime(at.Round(time.Millisecond), e.ID),
		}
	}
	return points
}

// QueryBeats yields the beats of the events that the filter selects, by their
// own times, in order. The first error ends the sequence.
func (s *Store) QueryBeats(ctx context.Context, f Filter) iter.Seq2[Beat, error] {
	return rows(ctx, s, f.of(measurementBeat), func(r *query.FluxRecord) Beat {
		text := func(key string) string { s, _ := r.ValueByKey(key).(string); return s }
		return Beat{
			Event: text("event"), Patient: text("patient"), Device: text("device"), Recording: text("recording"),
			Kind: text("kind"), Time: startOf(r.Time()),
		}
	})
}
