package summary

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// RateIntervals is how many intervals between beats the lowest and the highest
// rate are means of.
const RateIntervals = 8

const (
	// pause is the shortest interval that is a pause, longPause one that matters
	// clinically.
	pause, longPause = 2 * time.Second, 3 * time.Second
	// mostPauses are told one by one.
	mostPauses = 50
	// sameBeat is how far apart two analyses may find one beat.
	sameBeat = 150 * time.Millisecond
)

// Pauses are long intervals between beats, in the signal.
type Pauses struct {
	// Two and Three count those of 2 s and of 3 s or longer.
	Two   int `json:"two_seconds"`
	Three int `json:"three_seconds"`
	// Longest first, at most 50.
	Longest []Pause `json:"longest"`
}

// Pause is from one beat to the next.
type Pause struct {
	Span
	Device string `json:"device"`
}

// readRuns keeps of the runs what was analysed.
func (c *counter) readRuns() {
	var all []Run
	for _, r := range c.Runs {
		part := Run{Device: r.Device, Recording: r.Recording}
		flush := func() {
			if len(part.Beats) > 0 {
				all = append(all, part)
				part.Beats = nil
			}
		}
		for _, at := range r.Beats {
			t, ok := c.turns.at(at)
			if !ok || t.device != r.Device || t.recording != r.Recording {
				flush()
				continue
			}
			part.Beats = append(part.Beats, at)
		}
		flush()
	}
	slices.SortStableFunc(all, func(a, b Run) int { return a.Beats[0].Compare(b.Beats[0]) })
	c.Runs = all
}

// place is a beat in a run; run is -1 where there is none.
type place struct{ run, beat int }

// placeOf is where the signal shows the beat that was found at a time.
func (c *counter) placeOf(device, recording string, at time.Time) place {
	first := sort.Search(len(c.Runs), func(i int) bool { return c.Runs[i].Beats[0].After(at.Add(sameBeat)) })
	for i := first - 1; i >= 0; i-- {
		r := c.Runs[i]
		if r.Device != device || r.Recording != recording {
			continue
		}
		beat := nearest(r.Beats, at)
		if r.Beats[beat].Sub(at).Abs() > sameBeat {
			beat, i = 0, -1
		}
		return place{i, beat}
	}
	return place{-1, 0}
}

func nearest(beats []time.Time, at time.Time) int {
	i, _ := slices.BinarySearchFunc(beats, at, time.Time.Compare)
	if i == len(beats) || i > 0 && at.Sub(beats[i-1]) <= beats[i].Sub(at) {
		return i - 1
	}
	return i
}

// rate finds the extremes. An interval belongs to the hour in which it ends.
func (c *counter) rate() {
	if c.out.Coverage.Analysed > 0 {
		c.out.HeartRate.Mean = float64(c.out.Coverage.Beats) / c.out.Coverage.Analysed * 60
	}
	low, high := &c.out.HeartRate.Min, &c.out.HeartRate.Max
	for _, r := range c.Runs {
		for i := RateIntervals; i < len(r.Beats); i++ {
			from, to := r.Beats[i-RateIntervals], r.Beats[i]
			if from.Before(c.From) || !c.inPeriod(to) {
				continue
			}
			x := Extreme{Span{from.UTC(), to.UTC()}, RateIntervals / to.Sub(from).Minutes(), r.Device}
			if *low == nil || x.Rate < (*low).Rate {
				*low = &x
			}
			if *high == nil || x.Rate > (*high).Rate {
				*high = &x
			}
			h := c.hourOf(to)
			if h.Min == 0 || x.Rate < h.Min {
				h.Min = x.Rate
			}
			h.Max = max(h.Max, x.Rate)
		}
	}
}

func (c *counter) pauses() {
	p := &c.out.Pauses
	for _, r := range c.Runs {
		for i := 1; i < len(r.Beats); i++ {
			length := r.Beats[i].Sub(r.Beats[i-1])
			if length < pause || !c.inPeriod(r.Beats[i]) {
				continue
			}
			p.Two++
			if length >= longPause {
				p.Three++
			}
			p.Longest = append(p.Longest, Pause{Span{r.Beats[i-1].UTC(), r.Beats[i].UTC()}, r.Device})
		}
	}
	slices.SortStableFunc(p.Longest, func(a, b Pause) int { return cmp.Compare(b.Seconds(), a.Seconds()) })
	p.Longest = p.Longest[:min(len(p.Longest), mostPauses)]
}
