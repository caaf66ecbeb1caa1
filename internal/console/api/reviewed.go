package api

import (
	"context"
	"time"

	"github.com/holterd/holter/internal/influx"
)

// applyReviews counts events and beats as those who reviewed them say.
func (a *api) applyReviews(ctx context.Context, d *day) error {
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
		was, now := burdenOf[r.Was], burdenOf[r.Kind]
		if was == now {
			continue
		}
		bins, err := a.beatsOf(ctx, d, r)
		if err != nil {
			return err
		}
		for at, n := range bins {
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

// beatsOf counts the beats of a reviewed event by bins. Where the event lies in
// one, they need not be looked up.
func (a *api) beatsOf(ctx context.Context, d *day, r influx.Review) (map[time.Time]int, error) {
	bins := make(map[time.Time]int)
	if first := r.EventStart.Truncate(d.bin); first.Equal(r.EventEnd.Truncate(d.bin)) {
		bins[first] = r.EventBeats
		return bins, nil
	}
	f := influx.Filter{Patient: d.patient, Kind: r.Was, Since: r.EventStart, Until: r.EventEnd.Add(time.Second)}
	for b, err := range a.Store.QueryBeats(ctx, f) {
		if err != nil {
			return nil, err
		}
		if b.Event == r.Event {
			bins[b.Time.Truncate(d.bin)]++
		}
	}
	return bins, nil
}
