package scene

import (
	"context"
	"slices"
	"time"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/strip"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// part is a stretch of time that is worth a strip.
type part struct {
	title    string
	from, to time.Time
}

const (
	// length is that of a strip.
	length = 10 * time.Second
	// before is what a strip shows at least before an onset.
	before = 2 * time.Second
	// newest is how much of an episode is searched for its fastest part.
	newest = 5 * time.Minute
	// mostBeats bounds the search for the part with the most beats.
	mostBeats = 6 * time.Hour
)

func partFrom(title string, from time.Time) part { return part{title, from, from.Add(length)} }

// parts are what is shown of the alert.
func (m *maker) parts(asking context.Context) ([]part, error) {
	a := m.Alert
	if !a.Pressed.IsZero() {
		return []part{partFrom("The symptom button was pressed", a.Pressed.Add(-length/2))}, nil
	}
	took := a.Updated.Sub(a.Start)
	if took <= length-2*before {
		return []part{partFrom(a.Title, a.Start.Add(-(length-took)/2))}, nil
	}
	onset := partFrom("Onset", a.Start.Add(-before))
	worst, err := m.worst(asking)
	if err != nil {
		return nil, err
	}
	if worst.from.Before(onset.to.Add(-length / 2)) { // it is there already
		return []part{onset}, nil
	}
	return []part{onset, worst}, nil
}

// worst is the part of the alert with the most beats of its kinds, where beats
// are what it is about, the peak of an ST episode, and otherwise the fastest or,
// where nothing can be told, the latest.
func (m *maker) worst(asking context.Context) (part, error) {
	a := m.Alert
	if a.ST != nil {
		if a.ST.PeakAt.IsZero() {
			return partFrom("Latest part", a.Updated.Add(-length)), nil
		}
		return partFrom("Largest deviation", a.ST.PeakAt.Add(-length/2)), nil
	}
	if beats := m.beats(asking); len(beats) > 0 {
		return partFrom("Most beats", densest(beats)), nil
	}
	from := a.Start
	if since := a.Updated.Add(-newest); since.After(from) {
		from = since
	}
	track, err := strip.Find(m.kept, a.Patient, a.Device, from, a.Updated)
	if err != nil || track == nil {
		return part{}, err
	}
	rec, err := track.Recording()
	if err != nil {
		return part{}, err
	}
	if beats := heartBeats(rec); len(beats) > 2 {
		return partFrom("Fastest part", densest(beats)), nil
	}
	return partFrom("Latest part", a.Updated.Add(-length)), nil
}

// beats are the stored beats of the alert's kinds.
func (m *maker) beats(asking context.Context) (times []time.Time) {
	a := m.Alert
	if !slices.ContainsFunc(a.Kinds, func(k string) bool { c, _ := localize.ByCode(k); return c.Kind == localize.Beat && !c.IsZero() }) {
		return nil
	}
	f := influx.Filter{Patient: a.Patient, Since: a.Start, Until: a.Updated.Add(time.Millisecond)}
	if since := a.Updated.Add(-mostBeats); since.After(f.Since) {
		f.Since = since
	}
	for b, err := range m.events.QueryBeats(asking, f) {
		if err != nil {
			m.log.Warn().Err(err).Str("alert", a.ID).Msg("the beats of an alert cannot be read")
			return nil
		}
		if b.Device == a.Device && slices.Contains(a.Kinds, b.Kind) {
			times = append(times, b.Time)
		}
	}
	return times
}

// heartBeats are the times of a recording's R peaks.
func heartBeats(rec *ecg.Recording) (times []time.Time) {
	for _, sample := range ecg.DetectQRS(rec.Signals(), rec.Rate) {
		times = append(times, rec.Start.Add(time.Duration(float64(sample)/rec.Rate*float64(time.Second))))
	}
	return times
}

// densest is the start of the strip that holds the most of the times, which are
// in order, with those in its middle; the latest of several.
func densest(times []time.Time) time.Time {
	first, last := 0, 0
	for i, j := 0, 0; j < len(times); j++ {
		for times[j].Sub(times[i]) > length-2*before {
			i++
		}
		if j-i >= last-first {
			first, last = i, j
		}
	}
	return times[first].Add(-(length - times[last].Sub(times[first])) / 2)
}
