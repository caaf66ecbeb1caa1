package morphology

import (
	"slices"

	"github.com/holterd/holter/pkg/window"
)

const (
	regular  = 30                     // intervals by which the rhythm before is known
	enough   = 8                      // of them, at least
	uneven   = 0.06                   // median deviation of a rhythm that is not regular, as a share
	abrupt   = 0.8                    // of the interval before: what begins a tachycardia
	fast     = 60 * window.Rate / 100 // samples between beats at 100/min
	inARow   = 3                      // beats of a tachycardia, at least
	speaking = 2                      // more than these speak for it, a nat each
	restless = 10                     // nats that noise speaks against it
	atrial   = "A"
	unplaced = -1
)

// pulse is the rhythm of a recording's beats, one after the other.
type pulse struct {
	// Intervals are the latest between beats that are not premature, in samples.
	Intervals []int64 `json:"intervals,omitempty"`
	// Last is the position of the latest beat, Early whether the model called it premature.
	Last  int64 `json:"last"`
	Early bool  `json:"early,omitempty"`
	Run   *run  `json:"run,omitempty"` // that the latest beat belongs to
}

// run is a row of beats that follow each other much faster than those before it.
type run struct {
	Beats int `json:"beats"`
	// Limit is the longest interval in it, in samples.
	Limit int64 `json:"limit"`
	// Surest are the greatest log odds that one of its beats is a premature atrial one.
	Surest float64 `json:"surest"`
}

// odds are the log odds that the run is a supraventricular tachycardia, where a share
// of the shapes does not repeat.
func (r *run) odds(noise float64) float64 {
	if r == nil || r.Beats < inARow {
		return -surest
	}
	return r.Surest + float64(min(r.Beats-inARow, speaking)) - restless*max(noise-quiet, 0)
}

func (p *pulse) clone() *pulse {
	if p == nil {
		return nil
	}
	q := *p
	q.Intervals = slices.Clone(p.Intervals)
	if p.Run != nil {
		r := *p.Run
		q.Run = &r
	}
	return &q
}

// beat takes the next beat in and gives the run that it belongs to, if any. The run
// goes on growing with later beats.
func (p *pulse) beat(at int64, early, ventricular float64) *run {
	interval, first := at-p.Last, p.Last == unplaced
	after := p.Early
	p.Last, p.Early = at, early > 0 || ventricular > 0
	if first {
		return nil
	}
	r := p.Run
	if r == nil {
		r = p.begun()
	}
	if r == nil || ventricular > 0 || interval >= r.Limit {
		p.Run = nil
		if !p.Early && !after {
			p.Intervals = append(p.Intervals, interval)
			p.Intervals = p.Intervals[max(0, len(p.Intervals)-regular):]
		}
		return nil
	}
	r.Beats++
	r.Surest = max(r.Surest, early)
	p.Run = r
	return r
}

// begun gives the run that the next beat may begin; nil if the rhythm
// before is not known or not regular.
func (p *pulse) begun() *run {
	if len(p.Intervals) < enough {
		return nil
	}
	usual := median(p.Intervals)
	off := make([]int64, len(p.Intervals))
	for i, x := range p.Intervals {
		off[i] = max(x-usual, usual-x)
	}
	if float64(median(off)) >= uneven*float64(usual) {
		return nil
	}
	return &run{Limit: min(int64(abrupt*float64(usual)), fast), Surest: -surest}
}

func median(x []int64) int64 {
	sorted := slices.Sorted(slices.Values(x))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
