package window

import (
	"math"
	"slices"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// piece is a chunk's signal on its way into a segment.
type piece struct {
	sequence uint64
	slots    []ecg.Slot
	rows     [][]float64
	start    int64 // ns since the Unix epoch
	skip     int   // samples that are there already
}

func (p piece) len() int { return len(p.rows[0]) }

// maxOverlap is how far a time stamp may lie back for its chunk to be taken as
// overlapping; beyond it the device's clock has been set back.
const maxOverlap = 10 * time.Second

// fit compares a chunk's time stamp with the open segment's clock: it closes
// the segment when the chunk does not belong to it, else it bridges the gap
// before the chunk or finds what part of it to skip.
func (w *Windower) fit(p *piece) []Window {
	s := w.segment
	if s == nil {
		return nil
	}
	if s.kernel != w.kernel || !slices.Equal(s.slots, p.slots) {
		return w.close()
	}
	deviation := p.start - s.clock.at(s.input)
	off := int64(math.Round(float64(deviation) * s.kernel.rate() / 1e9)) // in samples
	switch {
	case off == 0 || time.Duration(deviation).Abs() <= w.cfg.Jitter:
		s.clock.correct(s.input, deviation, s.sinceChunk())
		return nil
	case deviation > 0 && off <= int64(s.patience()):
		return s.push(nothing(len(s.slots), int(off)))
	case deviation > 0:
		return w.fade()
	case deviation < 0 && -off <= int64(maxOverlap.Seconds()*s.kernel.rate()):
		p.skip = int(-off)
		return nil
	}
	return w.close()
}

// sinceChunk is how much signal has come since the last chunk's begin.
func (s *segment) sinceChunk() int64 {
	return s.input - s.marks[len(s.marks)-1].Input
}

// nothing is n missing samples.
func nothing(leads, n int) [][]float64 {
	row := slices.Repeat([]float64{math.NaN()}, n)
	return slices.Repeat([][]float64{row}, leads)
}

// feed puts the rest of a chunk into the open segment. Where no lead has
// delivered a value for too long it ends the segment, and begins a new one
// where one does again.
func (w *Windower) feed(p piece) []Window {
	var windows []Window
	marked := false // the chunk is known to the open segment
	for from := min(p.skip, p.len()); from < p.len(); {
		dead, to := p.run(from)
		if w.segment != nil && dead && to-from > w.segment.patience() {
			windows = append(windows, w.fade()...)
		}
		if w.segment == nil {
			if dead {
				from = to
				continue
			}
			w.begin(p, from)
			marked = false
		}
		if !marked {
			w.segment.mark(p, from, w.queue.lost)
			marked = true
		}
		rows := make([][]float64, len(p.rows))
		for i, row := range p.rows {
			rows[i] = row[from:to]
		}
		windows = append(windows, w.segment.push(rows)...)
		from = to
	}
	return windows
}

// begin opens a segment with a chunk's sample at.
func (w *Windower) begin(p piece, at int) {
	start := tie{Time: p.start + int64(math.Round(float64(at)*1e9/w.kernel.rate()))}
	w.segment = newSegment(w.cfg, w.segments, w.kernel, p.slots, mark{Tie: start}, 0, 0)
	w.segments++
}

// mark remembers where a chunk begins.
func (s *segment) mark(p piece, skip int, lost uint64) {
	s.marks = append(s.marks, mark{
		Sequence: p.sequence, Skip: skip, Input: s.input, Fill: s.fill.state(), Tie: s.clock.last(), Lost: lost,
	})
}

// run finds how far the samples from from on are all alike: missing in all
// leads, or not.
func (p piece) run(from int) (dead bool, to int) {
	dead = p.dead(from)
	for to = from + 1; to < p.len() && p.dead(to) == dead; to++ {
	}
	return dead, to
}

func (p piece) dead(at int) bool {
	for _, row := range p.rows {
		if !math.IsNaN(row[at]) {
			return false
		}
	}
	return true
}
