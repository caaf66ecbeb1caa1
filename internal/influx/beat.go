package influx

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/rhythm"
)

// Beat is one beat of an event.
type Beat struct {
	// Event is the id of the event.
	Event                            string
	Patient, Device, Recording, Kind string
	// Time is a whole millisecond.
	Time time.Time
	// Previous is the beat before it, of whatever kind, the zero time where that
	// is not known; Between is the number of other beats since the one of its kind
	// before it, -1 where that is not known. See pkg/rhythm.
	Previous time.Time
	Between  int
}

// Rhythm is the beat as patterns are made of it.
func (b Beat) Rhythm() rhythm.Beat {
	return rhythm.Beat{Time: b.Time, Previous: b.Previous, Between: b.Between}
}

func beatPoints(e localize.Event) []point {
	points := make([]point, len(e.NewBeats))
	for i, at := range e.NewBeats {
		points[i] = point{
			name:        "beat of event " + e.ID,
			measurement: measurementBeat,
			tags:        []tag{{"device", e.Device}, {"kind", e.Kind}, {"patient", e.Patient}},
			fields:      []field{{"event", e.ID}, {"recording", e.Recording}, {"previous", previous(e, i)}, {"between", between(e, i)}},
			at:          pointTime(at.Round(time.Millisecond), e.ID),
		}
	}
	return points
}

// previous and between are of the beat at a place; events of older versions, as
// an analyzer stores them again after a restart, do not have them.
func previous(e localize.Event, i int) int64 {
	if i >= len(e.Before) || e.Before[i].IsZero() {
		return 0
	}
	return e.Before[i].UnixNano()
}

func between(e localize.Event, i int) int64 {
	if i >= len(e.Between) {
		return rhythm.Unknown
	}
	return int64(e.Between[i])
}

// QueryBeats yields the beats of the events that the filter selects, by their
// own times, in order. The first error ends the sequence.
func (s *Store) QueryBeats(ctx context.Context, f Filter) iter.Seq2[Beat, error] {
	return rows(ctx, s, f.of(measurementBeat), beat)
}

// BeatsWithin gives the beats that any of the filters selects, each once, in order
// of their times. The filters, which may be many, have a patient and bounds.
func (s *Store) BeatsWithin(ctx context.Context, filters []Filter) ([]Beat, error) {
	records, err := s.selected(ctx, measurementBeat, filters)
	if err != nil {
		return nil, err
	}
	all := make([]Beat, len(records))
	for i, r := range records {
		all[i] = beat(r)
	}
	slices.SortFunc(all, func(x, y Beat) int {
		return cmp.Or(x.Time.Compare(y.Time), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Event, y.Event))
	})
	return slices.CompactFunc(all, func(x, y Beat) bool { return x.Time.Equal(y.Time) && x.Event == y.Event }), nil
}

func beat(r *query.FluxRecord) Beat {
	text := textsOf(r)
	b := Beat{
		Event: text("event"), Patient: text("patient"), Device: text("device"), Recording: text("recording"),
		Kind: text("kind"), Time: startOf(r.Time()), Between: rhythm.Unknown,
	}
	if n, ok := r.ValueByKey("between").(int64); ok {
		b.Between = int(n)
	}
	if ns, ok := r.ValueByKey("previous").(int64); ok && ns != 0 {
		b.Previous = time.Unix(0, ns).UTC()
	}
	return b
}
