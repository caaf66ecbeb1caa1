package summary

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

// Store holds what the analysis found and what clinicians decided; *influx.Store
// is one.
type Store interface {
	QueryEvents(context.Context, influx.Filter) iter.Seq2[localize.Event, error]
	QueryBeats(context.Context, influx.Filter) iter.Seq2[influx.Beat, error]
	QueryWindows(context.Context, influx.Filter) iter.Seq2[influx.Window, error]
	QueryReviews(ctx context.Context, patient string, from, to time.Time) ([]influx.Review, error)
}

// Signal is the archived signal; *archive.Archive is one.
type Signal interface {
	Read(patient string, from, to time.Time) ([]*archive.Stretch, error)
	Coverage(patient string, from, to time.Time) (archive.Coverage, error)
	Presses(patient string, from, to time.Time) ([]archive.Press, error)
}

// Alerts lists alerts; *desk.Desk does.
type Alerts interface {
	List(context.Context) ([]alert.Alert, error)
}

// Sources are where a summary comes from.
type Sources struct {
	Store  Store
	Signal Signal
	// Alerts may be nil: then there are none.
	Alerts Alerts
}

// Period is whose summary it is and of which time.
type Period struct {
	Patient  string
	From, To time.Time
	// Zone is where the hours begin.
	Zone *time.Location
}

// Day is the day of the calendar that holds a time in its zone.
func Day(patient string, at time.Time, zone *time.Location) Period {
	y, m, d := at.In(zone).Date()
	return Period{patient, time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+1, 0, 0, 0, 0, zone), zone}
}

// Context is how far around the period beats are looked at for patterns.
const Context = 15 * time.Minute

// Read reads what a summary is made of and adds it up. Progress is told how much
// of the signal was looked at; it may be nil.
func Read(ctx context.Context, from Sources, p Period, progress func(done, total time.Duration)) (Summary, error) {
	if !p.From.Before(p.To) {
		return Summary{}, fmt.Errorf("the period ends at %s, before it begins", p.To.Format(time.RFC3339))
	}
	in := Input{Period: p}
	if err := in.readStore(ctx, from.Store); err != nil {
		return Summary{}, err
	}
	var err error
	if in.Coverage, err = from.Signal.Coverage(p.Patient, p.From, p.To); err != nil {
		return Summary{}, fmt.Errorf("read the archive: %w", err)
	}
	if in.Presses, err = from.Signal.Presses(p.Patient, p.From, p.To); err != nil {
		return Summary{}, err
	}
	if from.Alerts != nil {
		if in.Alerts, err = from.Alerts.List(ctx); err != nil {
			return Summary{}, err
		}
	}
	if err := in.readSignal(ctx, from.Signal, progress); err != nil {
		return Summary{}, fmt.Errorf("read the archive: %w", err)
	}
	return in.Summary(), nil
}

func (in *Input) readStore(ctx context.Context, s Store) (err error) {
	p := in.Period
	around := influx.Filter{Patient: p.Patient, Since: p.From.Add(-Context), Until: p.To.Add(Context)}
	if in.Windows, err = collect(s.QueryWindows(ctx, around)); err != nil {
		return err
	}
	if in.Beats, err = collect(s.QueryBeats(ctx, around)); err != nil {
		return err
	}
	episodes := influx.InPeriod(p.Patient, around.Since, around.Until)
	if in.Events, err = collect(s.QueryEvents(ctx, episodes)); err != nil {
		return err
	}
	in.Reviews, err = s.QueryReviews(ctx, p.Patient, episodes.Since, around.Until)
	return err
}

func collect[T any](all iter.Seq2[T, error]) (list []T, err error) {
	for x, err := range all {
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

func (in *Input) readSignal(ctx context.Context, s Signal, progress func(done, total time.Duration)) error {
	stretches, err := s.Read(in.Patient, in.From.Add(-Context), in.To.Add(Context))
	if err != nil {
		return err
	}
	var done, total time.Duration
	for _, x := range stretches {
		total += x.End().Sub(x.Start())
	}
	for _, x := range stretches {
		runs, err := detect(x, func(part time.Duration) error {
			if progress != nil {
				progress(done+part, total)
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
		done += x.End().Sub(x.Start())
		in.Runs = append(in.Runs, runs...)
	}
	return nil
}
