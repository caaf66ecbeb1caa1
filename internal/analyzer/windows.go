package analyzer

import (
	"time"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// tellable is the window as those who listen get it, of beats found in it and
// around it.
func tellable(w influx.Window, beats []time.Time) *holterv1.Window {
	m := &holterv1.Window{
		Patient: w.Patient, Device: w.Device, Recording: w.Recording, Id: w.ID(),
		StartTimeNs: w.From.UnixNano(), EndTimeNs: w.To.UnixNano(), Quality: w.Quality,
	}
	for _, b := range beats {
		if !b.Before(w.From) && b.Before(w.To) {
			m.BeatOffsetsMs = append(m.BeatOffsetsMs, uint32(b.Sub(w.From).Milliseconds()))
		}
	}
	return m
}

// foundOf sums up what a window holds of a condition: the beats that it added to
// events, or the time of the answer's spans in its own part.
func foundOf(c localize.Condition, seen localize.Seen, events []localize.Event) *holterv1.Found {
	f := &holterv1.Found{Kind: c.Code}
	if c.Kind == localize.Beat {
		for _, e := range events {
			f.Beats += uint32(len(e.NewBeats))
			f.Confidence += float64(len(e.NewBeats)) * e.Confidence
		}
		f.Confidence /= max(1, float64(f.Beats))
		return f
	}
	from, to := seen.CoreFrom.Sub(seen.Start).Seconds(), seen.CoreTo.Sub(seen.Start).Seconds()
	for _, s := range seen.Spans.Merge() {
		if length := min(s.End, to) - max(s.Start, from); length > 0 {
			f.Seconds += length
			f.Confidence += length * s.Confidence
		}
	}
	if f.Seconds > 0 {
		f.Confidence /= f.Seconds
	}
	return f
}
