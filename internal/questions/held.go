package questions

import (
	"sync"
	"time"
)

// Held knows where the newest signal of the patients of one partition is. It is
// safe for concurrent use.
type Held struct {
	mu       sync.Mutex
	patients map[string]*heldPatient // guarded by mu
}

// heldPatient is one patient's newest signal.
type heldPatient struct {
	newest map[string]time.Time // device → end of its newest sample, by its clock
	chunks []chunk              // the newest by offset, in no order
}

// chunk is a chunk of a device's signal on ecg.samples.
type chunk struct {
	device     string
	start, end time.Time
	offset     int64
}

// mostChunks are remembered of a patient.
const mostChunks = 1024

// NewHeld knows nothing yet.
func NewHeld() *Held { return &Held{patients: make(map[string]*heldPatient)} }

// Heard says up to when there is signal of a patient's device, wherever it is.
func (h *Held) Heard(patient, device string, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.of(patient).heard(device, until)
}

// Add says where a chunk of a patient's signal is on the partition of ecg.samples.
func (h *Held) Add(patient, device string, start, end time.Time, offset int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.of(patient)
	p.heard(device, end)
	c := chunk{device, start, end, offset}
	if len(p.chunks) < mostChunks {
		p.chunks = append(p.chunks, c)
		return
	}
	oldest := 0
	for i := range p.chunks {
		if p.chunks[i].offset < p.chunks[oldest].offset {
			oldest = i
		}
	}
	if p.chunks[oldest].offset < offset {
		p.chunks[oldest] = c
	}
}

// of is called with the lock held.
func (h *Held) of(patient string) *heldPatient {
	p := h.patients[patient]
	if p == nil {
		p = &heldPatient{newest: make(map[string]time.Time)}
		h.patients[patient] = p
	}
	return p
}

func (p *heldPatient) heard(device string, until time.Time) {
	if until.After(p.newest[device]) {
		p.newest[device] = until
	}
}

// newest is the end of the newest signal of a patient's device, or of any when none
// is named; false when nothing is known.
func (h *Held) newest(patient, device string) (newest time.Time, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.patients[patient]; p != nil {
		for d, end := range p.newest {
			if (device == "" || d == device) && end.After(newest) {
				newest = end
			}
		}
	}
	return newest, !newest.IsZero()
}

// between are the chunks with signal in [from, to).
func (h *Held) between(patient string, from, to time.Time) []chunk {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []chunk
	if p := h.patients[patient]; p != nil {
		for _, c := range p.chunks {
			if c.end.After(from) && c.start.Before(to) {
				out = append(out, c)
			}
		}
	}
	return out
}
