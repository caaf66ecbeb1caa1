package exchange

import (
	"context"
	"iter"
	"time"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

// Store is where events, their beats and their reviews are: an influx.Store.
type Store interface {
	QueryEvents(ctx context.Context, f influx.Filter) iter.Seq2[localize.Event, error]
	QueryBeats(ctx context.Context, f influx.Filter) iter.Seq2[influx.Beat, error]
	QueryReviews(ctx context.Context, patient string, from, to time.Time) ([]influx.Review, error)
}

// Read adds what the store has of a patient in [from, to).
func (e *Events) Read(ctx context.Context, store Store, patient string, from, to time.Time) error {
	for event, err := range store.QueryEvents(ctx, influx.InPeriod(patient, from, to)) {
		if err != nil {
			return err
		}
		e.Events = append(e.Events, event)
	}
	for b, err := range store.QueryBeats(ctx, influx.Filter{Patient: patient, Since: from, Until: to}) {
		if err != nil {
			return err
		}
		e.Beats = append(e.Beats, b)
	}
	reviews, err := store.QueryReviews(ctx, patient, from.Add(-influx.LongestEpisode), to)
	e.Reviews = influx.Newest(reviews)
	return err
}
