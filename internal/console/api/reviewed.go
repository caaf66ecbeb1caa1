package api

import (
	"context"
	"time"

	"github.com/holterd/holter/internal/influx"
)

// applyReviews counts events and beats as those who reviewed them say.
func (a *api) applyReviews(ctx context.Context, d *day) error {
	var moved []influx.Review // their beats count for something else
	for _, r := range d.reviews {
		if r.Verdict == influx.VerdictConfirmed || !r.EventEnd.After(d.from) {
			continue
		}
		if !r.EventStart.Before(d.from) {
			d.recount(r)
		}
		if r.Kind == "AFIB" && r.Was != "AFIB" {
			d.fib = append(d.fib, span{r.EventStart, r.EventEnd})
		}
		if burdenOf[r.Was] != burdenOf[r.Kind] {
			moved = append(moved, r)
		}
	}
	beats, err := a.beatsOf(ctx, d, moved)
	if err != nil {
		return err
	}
	for _, r := range moved {
		was, now := burdenOf[r.Was], burdenOf[r.Kind]
		for at, n := range beats[r.Event] {
			if was != "" {
				d.beats[was][at] -= n
			}
			if now != "" {
				d.beats[now][at] += n
			}
		}
	}
	return nil
}

func (d *day) recount(r influx.Review) {
	if d.counts[r.Was]--; d.counts[r.Was] <= 0 {
		delete(d.counts, r.Was)
	}
	if r.Kind != "" {
		d.counts[r.Kind]++
	}
}

// beatsOf counts the beats of reviewed events by event and bins. Where an event
// lies in one, they need not be looked up.
func (a *api) beatsOf(ctx context.Context, d *day, reviews []influx.Review) (map[string]map[time.Time]int, error) {
	all := make(map[string]map[time.Time]int, len(reviews))
	lookUp := make(map[string]bool)
	var filters []influx.Filter
	for _, r := range reviews {
		all[r.Event] = make(map[time.Time]int)
		if first := r.EventStart.Truncate(d.bin); first.Equal(r.EventEnd.Truncate(d.bin)) {
			all[r.Event][first] = r.EventBeats
			continue
		}
		lookUp[r.Event] = true
		filters = append(filters, influx.Filter{Patient: d.patient, Kinds: []string{r.Was}, Since: r.EventStart, Until: r.EventEnd.Add(time.Second)})
	}
	beats, err := a.Store.BeatsWithin(ctx, filters)
	if err != nil {
		return nil, err
	}
	for _, b := range beats {
		if lookUp[b.Event] {
			all[b.Event][b.Time.Truncate(d.bin)]++
		}
	}
	return all, nil
}
