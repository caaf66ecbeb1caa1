package api

import (
	"context"
	"slices"
	"time"

	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/rhythm"
)

// around is how far before and after an event the beats of its kind are looked at:
// in a bigeminy each may be an event of its own.
const around = 10 * time.Second

// patterns tell what the beats of events make, by the events' ids, with those
// around them. Events whose beats make several patterns, or are not known, have
// none.
func (a *api) patterns(ctx context.Context, events []localize.Event) (map[string]rhythm.Pattern, error) {
	beats, err := a.Store.BeatsWithin(ctx, neighbourhoods(events))
	if err != nil {
		return nil, err
	}
	type line struct{ device, recording, kind string }
	lines := make(map[line][]rhythm.Beat)
	own := make(map[string][]influx.Beat)
	for _, b := range beats {
		of := line{b.Device, b.Recording, b.Kind}
		lines[of] = append(lines[of], b.Rhythm())
		own[b.Event] = append(own[b.Event], b)
	}
	made := make(map[line][]rhythm.Pattern, len(lines))
	for of, beats := range lines {
		made[of] = rhythm.Patterns(beats, 0)
	}
	found := make(map[string]rhythm.Pattern, len(events))
	for _, e := range events {
		mine := own[e.ID]
		if len(mine) == 0 {
			continue
		}
		first, last := mine[0].Time, mine[len(mine)-1].Time
		for _, p := range made[line{mine[0].Device, mine[0].Recording, mine[0].Kind}] {
			if !first.Before(p.From) && !last.After(p.To) {
				found[e.ID] = p
			}
		}
	}
	return found, nil
}

// neighbourhoods select the beats of the events and those around them, where they
// are events of premature beats; those that overlap are one.
func neighbourhoods(events []localize.Event) (filters []influx.Filter) {
	byKind := make(map[string][]localize.Event)
	for _, e := range events {
		if wire.Premature(e.Kind) {
			byKind[e.Kind] = append(byKind[e.Kind], e)
		}
	}
	for kind, some := range byKind {
		slices.SortFunc(some, func(x, y localize.Event) int { return x.Start.Compare(y.Start) })
		for i, e := range some {
			f := influx.Filter{Patient: e.Patient, Kinds: []string{kind}, Since: e.Start.Add(-around), Until: e.End.Add(around)}
			last := len(filters) - 1
			if i == 0 || filters[last].Until.Before(f.Since) {
				filters = append(filters, f)
			} else if f.Until.After(filters[last].Until) {
				filters[last].Until = f.Until
			}
		}
	}
	return filters
}
