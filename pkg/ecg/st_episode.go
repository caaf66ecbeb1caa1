package ecg

import (
	"slices"
	"time"
)

const (
	stSmooth = 5                // blocks whose median counts
	stBorder = 50.0             // µV, between which an episode begins and ends
	stLasts  = 60 * time.Second // with stDeviation or more
	stOver   = 30 * time.Second // below stBorder
	// Without any level for so long, what might become an episode is none, and an
	// episode has ended.
	stGap     = time.Minute
	stUnknown = 5 * time.Minute
)

// stPoint is a block's deviation.
type stPoint struct {
	From      int64   `json:"from"` // ns since the Unix epoch
	To        int64   `json:"to"`
	Deviation float64 `json:"uv"`
}

// stEpisode is an episode, or what may become one; zero while there is none.
type stEpisode struct {
	Since int64   `json:"since,omitempty"` // where it exceeded stBorder
	Until int64   `json:"until,omitempty"` // to where it last did
	Over  int64   `json:"over,omitempty"`  // since when it is stDeviation or more; 0: it is not
	Peak  float64 `json:"peak,omitempty"`
	At    int64   `json:"at,omitempty"` // of the peak; 0: remembered by an older version
	// Declared says that it has lasted long enough.
	Declared bool `json:"declared,omitempty"`
}

func (e stEpisode) span(lead Slot, open bool) STSpan {
	span := STSpan{Lead: lead, Start: time.Unix(0, e.Since).UTC(), End: time.Unix(0, e.Until).UTC(), Peak: e.Peak, Open: open}
	if e.At != 0 {
		span.PeakAt = time.Unix(0, e.At).UTC()
	}
	return span
}

// follow takes the next block's deviation. It returns the episode that is over.
func (l *stLead) follow(from, to int64, deviation float64) (over stEpisode, is bool) {
	if n := len(l.Recent); n > 0 && from-l.Recent[n-1].To > int64(stGap) {
		l.Recent = nil
	}
	l.Recent = append(l.Recent, stPoint{from, to, deviation})
	if len(l.Recent) > stSmooth {
		l.Recent = slices.Delete(l.Recent, 0, 1)
	}
	if len(l.Recent) < stSmooth {
		return stEpisode{}, false
	}
	p := l.Recent[stSmooth/2]
	around := make([]float64, 0, stSmooth)
	for _, r := range l.Recent {
		around = append(around, r.Deviation)
	}
	p.Deviation = middle(around)
	return l.Episode.add(p)
}

// add takes the next deviation. It returns the episode that is over.
func (e *stEpisode) add(p stPoint) (over stEpisode, is bool) {
	silence := p.From - e.Until
	switch {
	case e.Since == 0:
	case e.Declared && (silence > int64(stUnknown) || !e.has(p.Deviation) && p.To-e.Until >= int64(stOver)):
		over, is = *e, true
		*e = stEpisode{}
	case !e.Declared && (silence > int64(stGap) || !e.has(p.Deviation)):
		*e = stEpisode{}
	}
	if e.Since == 0 {
		if max(p.Deviation, -p.Deviation) < stBorder {
			return over, is
		}
		e.Since = p.From
		e.peak(p)
	}
	if !e.has(p.Deviation) {
		e.Over = 0
		return over, is
	}
	size := p.Deviation
	if e.Peak < 0 {
		size = -size
	}
	if size > max(e.Peak, -e.Peak) {
		e.peak(p)
	}
	e.Until = p.To
	if size < stDeviation {
		e.Over = 0
		return over, is
	}
	if e.Over == 0 {
		e.Over = p.From
	}
	e.Declared = e.Declared || p.To-e.Over >= int64(stLasts)
	return over, is
}

// peak notes the largest deviation so far.
func (e *stEpisode) peak(p stPoint) { e.Peak, e.At = p.Deviation, p.From+(p.To-p.From)/2 }

// has tells whether a deviation is beyond the border, to the episode's side.
func (e *stEpisode) has(deviation float64) bool {
	if e.Peak < 0 {
		return deviation <= -stBorder
	}
	return deviation >= stBorder
}
