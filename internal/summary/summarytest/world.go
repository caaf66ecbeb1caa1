// Package summarytest makes what summaries are made of, for the tests of others: a
// recording in an archive, and what an analysis finds in it that is always right.
package summarytest

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/archive/archivetest"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/rhythm"
)

// Store is an event store in memory, as far as summaries need it.
type Store struct {
	Events  []localize.Event
	Beats   []influx.Beat
	Windows []influx.Window
	Reviews []influx.Review
}

// QueryEvents yields the events that the filter selects.
func (s *Store) QueryEvents(_ context.Context, f influx.Filter) iter.Seq2[localize.Event, error] {
	return selected(s.Events, func(e localize.Event) bool {
		return e.Patient == f.Patient && within(f, e.Start) && e.End.After(f.EndsAfter)
	})
}

// QueryBeats yields the beats that the filter selects.
func (s *Store) QueryBeats(_ context.Context, f influx.Filter) iter.Seq2[influx.Beat, error] {
	return selected(s.Beats, func(b influx.Beat) bool { return b.Patient == f.Patient && within(f, b.Time) })
}

// QueryWindows yields the windows that the filter selects.
func (s *Store) QueryWindows(_ context.Context, f influx.Filter) iter.Seq2[influx.Window, error] {
	return selected(s.Windows, func(w influx.Window) bool { return w.Patient == f.Patient && within(f, w.From) })
}

// QueryReviews gives the reviews of events that start in the period.
func (s *Store) QueryReviews(_ context.Context, patient string, from, to time.Time) (all []influx.Review, err error) {
	for _, r := range s.Reviews {
		if r.Patient == patient && !r.EventStart.Before(from) && r.EventStart.Before(to) {
			all = append(all, r)
		}
	}
	return all, nil
}

func within(f influx.Filter, at time.Time) bool { return !at.Before(f.Since) && at.Before(f.Until) }

func selected[T any](all []T, want func(T) bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, x := range all {
			if want(x) && !yield(x, nil) {
				return
			}
		}
	}
}

// Recording is the name under which the archive has what Keep keeps.
const Recording = "r"

// Keep puts a recording into the archive in a folder.
func Keep(t testing.TB, folder, patient, device string, rec *ecg.Recording) *archive.Archive {
	t.Helper()
	require.NoError(t, archive.Put(folder, archivetest.Chunks(t, patient, device, rec)...))
	kept, err := archive.Open(folder)
	require.NoError(t, err)
	return kept
}

// Model is what Analyse says did it.
const Model = "simulated 1"

// Analyse adds what an analysis finds that answers as the expert does: the V and A
// beats, each an event of its own, and the stretches of atrial fibrillation.
func (s *Store) Analyse(patient, device string, rec *ecg.Recording, expert []ecg.Annotation) {
	at := func(sample int64) time.Time {
		return rec.Start.Add(time.Duration(float64(sample) / rec.Rate * 1e9)).Truncate(time.Millisecond)
	}
	event := func(kind string, from, to time.Time, beats int) string {
		id := device + kind + from.Format(time.RFC3339Nano)
		s.Events = append(s.Events, localize.Event{
			ID: id, Patient: patient, Device: device, Recording: Recording, Kind: kind, Start: from, End: to, Confidence: 0.9, Beats: beats, Model: Model,
		})
		return id
	}
	end := rec.Start.Add(rec.Duration())
	var beats []ecg.Annotation
	fibrillation := time.Time{}
	for _, a := range expert {
		if ecg.IsBeat(a.Symbol) {
			beats = append(beats, a)
		}
		if a.Symbol == "+" && !fibrillation.IsZero() {
			event("AFIB", fibrillation, at(a.Sample), 0)
			fibrillation = time.Time{}
		}
		if a.Aux == "(AFIB" {
			fibrillation = at(a.Sample)
		}
	}
	if !fibrillation.IsZero() {
		event("AFIB", fibrillation, end, 0)
	}
	for i, b := range beats {
		if b.Symbol != "V" && b.Symbol != "A" || i == 0 || i == len(beats)-1 {
			continue
		}
		id := event(b.Symbol, at(beats[i-1].Sample), at(beats[i+1].Sample), 1)
		s.Beats = append(s.Beats, influx.Beat{
			Event: id, Patient: patient, Device: device, Recording: Recording, Kind: b.Symbol, Time: at(b.Sample), Between: rhythm.Unknown,
		})
	}
	i := 0
	for from := rec.Start; from.Before(end); from = from.Add(6 * time.Second) {
		to := from.Add(6 * time.Second)
		if to.After(end) {
			to = end
		}
		w := influx.Window{Patient: patient, Device: device, Recording: Recording, Index: len(s.Windows), From: from, To: to, Questions: 3, Asked: "V,A,AFIB", Leads: "II,V1", Model: Model}
		for ; i < len(beats) && at(beats[i].Sample).Before(to); i++ {
			w.Beats++
		}
		s.Windows = append(s.Windows, w)
	}
}
