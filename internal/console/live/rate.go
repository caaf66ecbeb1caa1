package live

import (
	"context"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/influx"
)

// rate is a patient's heart rate.
type rate struct {
	until     time.Time // end of the minute that it is of
	asked     time.Time
	perMinute *float64
}

// Windows adds up analysed windows: an influx.Store.
type Windows interface {
	SumWindows(ctx context.Context, patient string, from, to time.Time, bin time.Duration) (map[time.Time]influx.Analysed, error)
}

const (
	rateEvery = 10 * time.Second // for one patient
	rateAsked = 4                // questions at once
)

// Rates brings the heart rates up to date: those of the patients of whom more was
// analysed. One that cannot be had stays as it was.
func (b *Board) Rates(ctx context.Context, store Windows, now time.Time) error {
	var group errgroup.Group
	group.SetLimit(rateAsked)
	for id, until := range b.outdated(now) {
		group.Go(func() error {
			sums, err := store.SumWindows(ctx, id, until.Add(-time.Minute), until, time.Minute)
			if err != nil {
				return err
			}
			var all influx.Analysed
			for _, a := range sums {
				all.Seconds += a.Seconds
				all.Beats += a.Beats
			}
			b.setRate(id, until, all)
			return nil
		})
	}
	return group.Wait()
}

// outdated notes that it was asked.
func (b *Board) outdated(now time.Time) map[string]time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	due := make(map[string]time.Time)
	for id, p := range b.patients {
		if p.analysed.After(p.rate.until) && now.Sub(p.rate.asked) >= rateEvery {
			p.rate.asked = now
			due[id] = p.analysed
		}
	}
	return due
}

func (b *Board) setRate(id string, until time.Time, a influx.Analysed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := &b.patients[id].rate
	r.until, r.perMinute = until, nil
	if a.Seconds > 0 && a.Beats > 0 {
		bpm := float64(int(600*float64(a.Beats)/a.Seconds+.5)) / 10
		r.perMinute = &bpm
	}
}

// isNoise tells an alert about noise from those about other faults of a device.
func isNoise(a alert.Alert) bool {
	return strings.Contains(strings.ToLower(a.Rule+" "+a.Title), "nois")
}
