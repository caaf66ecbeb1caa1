package api

import (
	"context"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

const (
	longestDay = 31 * 24 * time.Hour
	// fineDay is the longest period that is shown by the minute, with the extremes
	// of 20 s; longer ones are by the hour, with those of five minutes.
	fineDay = 36 * time.Hour
	// leastRate is how many seconds have to be analysed for an extreme: to count
	// whole beats in less would invent some.
	leastRate = 10
)

// timeline is the answer of /day.
type timeline struct {
	From       wire.Instant   `json:"from"`
	To         wire.Instant   `json:"to"`
	BinSeconds int            `json:"bin_seconds"`
	HeartRate  []heartRate    `json:"heart_rate"`
	Coverage   []coverage     `json:"coverage"`
	Burden     []burden       `json:"burden"`
	ST         []stEpisode    `json:"st"`
	Counts     map[string]int `json:"counts"`
}

type heartRate struct {
	At   wire.Instant `json:"at"`
	Mean float64      `json:"mean"`
	Min  float64      `json:"min"`
	Max  float64      `json:"max"`
}

type coverage struct {
	At       wire.Instant `json:"at"`
	Recorded float64      `json:"recorded"`
	Analysed float64      `json:"analysed"`
}

type burden struct {
	At        wire.Instant `json:"at"`
	Beats     int          `json:"beats"`
	V         int          `json:"V"`
	A         int          `json:"A"`
	AFSeconds float64      `json:"af_seconds"`
}

type stEpisode struct {
	At   wire.Instant `json:"at"`
	UV   int          `json:"uv"`
	Lead string       `json:"lead"`
}

func (a *api) day(w http.ResponseWriter, r *http.Request) error {
	patient, err := patientOf(r)
	if err != nil {
		return err
	}
	now := a.Now()
	from, to, err := period(r, now.Add(-24*time.Hour), now, longestDay)
	if err != nil {
		return err
	}
	bin, step := time.Minute, 20*time.Second
	if to.Sub(from) > fineDay {
		bin, step = time.Hour, 5*time.Minute
	}
	d := &day{patient: patient, from: from.Truncate(bin), to: to.Add(bin - 1).Truncate(bin), bin: bin, step: step}
	if err := a.read(r.Context(), d); err != nil {
		return err
	}
	if err := a.applyReviews(r.Context(), d); err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, d.timeline())
}

// day is what a timeline is made of.
type day struct {
	patient   string
	from, to  time.Time // of whole bins
	bin, step time.Duration

	windows  map[time.Time]influx.Analysed
	beats    map[string]map[time.Time]int // V, and A for supraventricular ones
	counts   map[string]int
	fib      []span
	st       []localize.Event
	reviews  map[string]influx.Review
	recorded archive.Coverage
}

type span struct{ from, to time.Time }

// burdenOf are the kinds of beats that are counted, by what they count for.
var burdenOf = map[string]string{"V": "V", "A": "A", "S": "A"}

// read asks for everything at the same time.
func (a *api) read(ctx context.Context, d *day) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		d.windows, err = a.Store.SumWindows(ctx, d.patient, d.from, d.to, d.step)
		return err
	})
	group.Go(func() error {
		byKind, err := a.Store.CountBeats(ctx, d.patient, slices.Sorted(maps.Keys(burdenOf)), d.from, d.to, d.bin)
		d.beats = map[string]map[time.Time]int{"V": {}, "A": {}}
		for kind, bins := range byKind {
			for at, n := range bins {
				d.beats[burdenOf[kind]][at] += n
			}
		}
		return err
	})
	group.Go(func() (err error) {
		d.counts, err = a.Store.CountEvents(ctx, d.patient, d.from, d.to)
		return err
	})
	early := d.from.Add(-influx.LongestEpisode)
	var episodes []localize.Event
	group.Go(func() (err error) {
		episodes, err = a.Store.EventsWithin(ctx, []influx.Filter{
			{Patient: d.patient, Kinds: []string{"AFIB"}, Since: early, Until: d.to},
			{Patient: d.patient, Kinds: []string{"STE", "STD", "ST"}, Since: d.from, Until: d.to},
		})
		return err
	})
	group.Go(func() error {
		reviews, err := a.Store.QueryReviews(ctx, d.patient, early, d.to)
		d.reviews = influx.Newest(reviews)
		return err
	})
	group.Go(func() (err error) {
		d.recorded, err = a.Archive.Coverage(d.patient, d.from, d.to)
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	slices.SortFunc(episodes, func(x, y localize.Event) int { return x.Start.Compare(y.Start) })
	for _, e := range episodes {
		switch kept := d.reviews[e.ID].KindOf(e) == e.Kind; {
		case kept && e.Kind == "AFIB" && e.End.After(d.from):
			d.fib = append(d.fib, span{e.Start, e.End})
		case kept && e.STLead != "":
			d.st = append(d.st, e)
		}
	}
	return nil
}

func (d *day) timeline() timeline {
	t := timeline{
		From: wire.Instant(d.from), To: wire.Instant(d.to), BinSeconds: int(d.bin.Seconds()),
		HeartRate: []heartRate{}, Coverage: []coverage{}, Burden: []burden{}, ST: []stEpisode{}, Counts: d.counts,
	}
	fib, gaps := perBin(merged(d.fib), d), perBin(d.gaps(), d)
	for at := d.from; at.Before(d.to); at = at.Add(d.bin) {
		i := int(at.Sub(d.from) / d.bin)
		all, low, high := d.analysed(at)
		share := func(seconds float64) float64 { return round(min(seconds/d.bin.Seconds(), 1), 4) }
		t.Coverage = append(t.Coverage, coverage{wire.Instant(at), 1 - share(gaps[i]), share(all.Seconds)})
		if all.Beats > 0 {
			mean := round(60*float64(all.Beats)/all.Seconds, 1)
			t.HeartRate = append(t.HeartRate, heartRate{wire.Instant(at), mean, round(low, 1), round(high, 1)})
		}
		if v, s := d.beats["V"][at], d.beats["A"][at]; all.Beats > 0 || v > 0 || s > 0 || fib[i] > 0 {
			t.Burden = append(t.Burden, burden{wire.Instant(at), all.Beats, max(v, 0), max(s, 0), round(fib[i], 3)})
		}
	}
	for _, e := range d.st {
		at := e.STPeakAt
		if at.IsZero() { // stored by an older version
			at = e.Start
		}
		t.ST = append(t.ST, stEpisode{wire.Instant(at), e.STPeak, e.STLead})
	}
	return t
}

// analysed is what the windows of a bin add up to, and the lowest and highest
// heart rate of its steps, at least around the mean.
func (d *day) analysed(bin time.Time) (all influx.Analysed, low, high float64) {
	low = math.Inf(1)
	for at := bin; at.Before(bin.Add(d.bin)); at = at.Add(d.step) {
		w := d.windows[at]
		all.Seconds += w.Seconds
		all.Beats += w.Beats
		if w.Seconds >= leastRate && w.Beats > 0 {
			bpm := 60 * float64(w.Beats) / w.Seconds
			low, high = min(low, bpm), max(high, bpm)
		}
	}
	if all.Seconds > 0 {
		mean := 60 * float64(all.Beats) / all.Seconds
		low, high = min(low, mean), max(high, mean)
	}
	return all, low, high
}
