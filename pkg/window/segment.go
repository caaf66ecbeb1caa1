package window

import (
	"slices"

	"github.com/holterd/holter/pkg/ecg"
)

// segment is contiguous signal of one rate and lead set: it fills, resamples
// and cuts.
type segment struct {
	cfg     Config
	ordinal int
	kernel  *kernel
	slots   []ecg.Slot // in order, a row of signal for each

	fill       *filler
	resamplers []*Resampler
	clock      clock
	input      int64  // index of the next input sample
	marks      []mark // chunks that may be needed again, oldest first

	out   [][]float32 // 100 Hz, from position base on
	base  int64
	index int   // of the next window
	next  int64 // its first position
	core  int64 // where its core begins
}

// mark is where a chunk stands in its segment: what is needed to start again
// from it.
type mark struct {
	Sequence uint64     `json:"-"`
	Skip     int        `json:"skip,omitempty"`  // samples of the chunk that are not the segment's
	Input    int64      `json:"input,omitempty"` // index of the chunk's first used sample
	Fill     []leadFill `json:"fill"`            // where the leads stood before it
	Tie      tie        `json:"tie"`             // what gives its samples their time
	Lost     uint64     `json:"-"`
}

// newSegment starts at a mark: its resampling at the mark's input sample, its
// windows with the given one, whose core begins at core. The configuration may
// be another one than when the mark was made.
func newSegment(cfg Config, ordinal int, k *kernel, slots []ecg.Slot, at mark, index int, core int64) *segment {
	s := &segment{
		cfg: cfg, ordinal: ordinal, kernel: k, slots: slots,
		fill:  newFiller(len(slots), longestRun(cfg.MaxGap, k.rate())),
		clock: clock{ratio: k.ratio, ties: []tie{at.Tie}},
		input: at.Input,
		out:   make([][]float32, len(slots)),
		index: index, core: core,
	}
	s.fill.set(at.Fill)
	earliest := k.after(at.Input)
	if overlap := samples(cfg.Overlap); index > 0 {
		s.next = max(earliest, core-(overlap-overlap/2))
	}
	s.base = max(earliest, s.keep())
	for range slots {
		s.resamplers = append(s.resamplers, newResampler(k, at.Input, s.base))
	}
	return s
}

// push takes signal in mV, a row for each lead, and cuts.
func (s *segment) push(rows [][]float64) []Window {
	s.input += int64(len(rows[0]))
	s.resample(s.fill.push(rows))
	windows := s.cut()
	s.forget()
	return windows
}

// cut makes the windows that are complete.
func (s *segment) cut() []Window {
	var windows []Window
	for length := samples(s.cfg.Length); s.end() >= s.next+length; {
		to := s.next + length
		windows = append(windows, s.window(s.next, to, to-samples(s.cfg.Overlap)/2))
		s.next += length - samples(s.cfg.Overlap)
	}
	return windows
}

// close ends the segment; the last window owns all that is left.
func (s *segment) close() []Window {
	s.resample(s.fill.close())
	for i, r := range s.resamplers {
		s.out[i] = r.Flush(s.out[i])
	}
	windows := s.cut()
	if s.end() <= s.core || s.index == 0 && s.end() < shortest {
		return windows
	}
	from := max(s.base, int64(tailStart(int(s.next), int(s.end()))))
	last := s.window(from, s.end(), s.end())
	last.EndsSegment = true
	return append(windows, last)
}

// shortest is how many samples a window must have: half a second.
const shortest = Rate / 2

func (s *segment) resample(rows [][]float64) {
	for i, row := range rows {
		s.out[i] = s.resamplers[i].Push(s.out[i], row)
	}
}

// end is the position after the last one that is there.
func (s *segment) end() int64 { return s.base + int64(len(s.out[0])) }

// window cuts [from, to), whose core goes from that of the one before up to core.
func (s *segment) window(from, to, core int64) Window {
	var clip Clip
	var gaps [ecg.Slots][]gap
	for i, slot := range s.slots {
		lead := slices.Clone(s.out[i][from-s.base : to-s.base])
		gaps[slot] = gapsOf(lead)
		if clip[slot] = repair(lead); clip[slot] == nil {
			gaps[slot] = []gap{{0, len(lead)}}
		}
	}
	w := Window{
		Segment: s.ordinal, Index: s.index, First: from,
		Clip:     clip.orFlat(s.slots, int(to-from)),
		CoreFrom: int(s.core - from), CoreTo: int(core - from),
		gaps: gaps, times: s.clock.between(from, to),
	}
	w.Start = w.TimeAt(0)
	s.index, s.core = s.index+1, core
	return w
}

// keep is the first position that the windows to come can need. The segment
// cannot end before the last window did, so neither can its last one begin
// earlier than SegmentSamples before that.
func (s *segment) keep() int64 {
	if s.index == 0 {
		return 0
	}
	lastEnd := s.next + samples(s.cfg.Overlap)
	return max(0, min(s.next, lastEnd-SegmentSamples))
}

// forget drops what no window to come needs.
func (s *segment) forget() {
	keep := s.keep()
	if drop := int(keep - s.base); drop > len(s.out[0])/2 {
		for i, row := range s.out {
			s.out[i] = slices.Delete(row, 0, drop)
		}
		s.base = keep
	}
	s.clock.forget(keep)
	sample, _ := s.kernel.at(keep)
	need := max(0, sample-int64(s.kernel.left))
	for len(s.marks) > 1 && s.marks[1].Input <= need {
		s.marks = s.marks[1:]
	}
}
