package window

import (
	"math"
	"slices"
)

// filler closes short runs of missing samples by a straight line between the
// samples beside them; at a segment's start, where there is nothing before, by
// the sample after. Longer runs stay NaN: repair deals with them in each window. It
// holds back what it cannot decide yet: at most longest samples.
type filler struct {
	longest int // of the runs that are closed
	leads   []leadFill
	queue   [][]float64 // a row for each lead: samples not yet given out
}

// leadFill is where a lead stands; for JSON.
type leadFill struct {
	// Run counts the missing samples up to here, at most longest+1.
	Run int `json:"run,omitempty"`
	// Last is the last measured value in mV, if there is one: Known.
	Last  float64 `json:"last,omitempty"`
	Known bool    `json:"known,omitempty"`
}

func newFiller(leads, longest int) *filler {
	return &filler{longest: longest, leads: make([]leadFill, leads), queue: make([][]float64, leads)}
}

// missing is for how many samples up to here no lead has delivered a value.
func (f *filler) missing() int {
	least := f.longest + 1
	for _, lead := range f.leads {
		least = min(least, lead.Run)
	}
	return least
}

// push takes samples, a row for each lead, NaN where missing, and gives out
// those that are decided.
func (f *filler) push(rows [][]float64) [][]float64 {
	undecided := 0
	for i := range f.leads {
		f.extend(i, rows[i])
		if run := f.leads[i].Run; run <= f.longest {
			undecided = max(undecided, run)
		}
	}
	return f.take(max(0, len(f.queue[0])-undecided))
}

// extend appends a lead's samples to its queue.
func (f *filler) extend(i int, samples []float64) {
	lead, queue := &f.leads[i], f.queue[i]
	for _, x := range samples {
		if math.IsNaN(x) {
			lead.Run = min(lead.Run+1, f.longest+1)
			queue = append(queue, x)
			continue
		}
		if lead.Run > 0 && lead.Run <= f.longest {
			lead.bridge(queue, x)
		}
		lead.Run, lead.Last, lead.Known = 0, x, true
		queue = append(queue, x)
	}
	f.queue[i] = queue
}

// bridge closes the run at the queue's end, part of which may be gone.
func (l leadFill) bridge(queue []float64, next float64) {
	for j := 1; j <= l.Run; j++ {
		at := len(queue) - 1 - l.Run + j
		if at < 0 {
			continue
		}
		queue[at] = next
		if l.Known {
			queue[at] = l.Last + (next-l.Last)*float64(j)/float64(l.Run+1)
		}
	}
}

// close ends the segment at the last sample that any lead has delivered, and
// gives out the rest. Short runs at the end keep their last value.
func (f *filler) close() [][]float64 {
	tail := f.missing()
	for i, lead := range f.leads {
		queue := f.queue[i]
		queue = queue[:max(0, len(queue)-tail)]
		if lead.Known && lead.Run <= f.longest {
			for at := max(0, len(queue)-(lead.Run-tail)); at < len(queue); at++ {
				queue[at] = lead.Last
			}
		}
		f.queue[i] = queue
	}
	return f.take(len(f.queue[0]))
}

// take gives out the queue's first n samples.
func (f *filler) take(n int) [][]float64 {
	out := make([][]float64, len(f.queue))
	for i, queue := range f.queue {
		out[i], f.queue[i] = queue[:n:n], slices.Clone(queue[n:])
	}
	return out
}

// set takes a state, also one of another longest run.
func (f *filler) set(state []leadFill) {
	copy(f.leads, state)
	for i := range f.leads {
		f.leads[i].Run = min(max(f.leads[i].Run, 0), f.longest+1)
	}
}

// state copies where the leads stand.
func (f *filler) state() []leadFill {
	return slices.Clone(f.leads)
}
