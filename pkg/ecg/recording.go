package ecg

import (
	"fmt"
	"math"
	"time"
)

// Lead is one channel of a recording.
type Lead struct {
	Name    string    // as the file or device calls it, for example "MLII"
	Samples []float32 // millivolts; NaN where the electrode delivered no value
}

// Recording is a stretch of ECG whose leads have one rate and equal length.
type Recording struct {
	Name  string
	Rate  float64   // samples per second and lead
	Start time.Time // time of the first sample; zero when unknown
	Leads []Lead
}

// Len is the number of samples per lead.
func (r *Recording) Len() int {
	if len(r.Leads) == 0 {
		return 0
	}
	return len(r.Leads[0].Samples)
}

// Names lists the lead names in order.
func (r *Recording) Names() []string {
	names := make([]string, len(r.Leads))
	for i, lead := range r.Leads {
		names[i] = lead.Name
	}
	return names
}

// Signals lists the leads' samples in order, sharing memory with the recording.
func (r *Recording) Signals() [][]float32 {
	signals := make([][]float32, len(r.Leads))
	for i, lead := range r.Leads {
		signals[i] = lead.Samples
	}
	return signals
}

// Duration is the time that the samples cover.
func (r *Recording) Duration() time.Duration {
	return sampleTime(r.Len(), r.Rate)
}

// Slice returns the stretch [from, to), rounded to whole samples, and shares the
// samples' memory. A to past the end, or 0, means the end. Start moves along.
func (r *Recording) Slice(from, to time.Duration) (*Recording, error) {
	if to == 0 || to > r.Duration() {
		to = r.Duration()
	}
	if from < 0 || from >= to {
		return nil, fmt.Errorf("slice %s from %s to %s: the recording lasts %s; ask for a stretch inside it", r.Name, from, to, r.Duration())
	}
	first, last := sampleAt(from, r.Rate), min(sampleAt(to, r.Rate), r.Len())
	if first >= last {
		return nil, fmt.Errorf("slice %s from %s to %s: no sample at %g Hz lies there", r.Name, from, to, r.Rate)
	}
	out := &Recording{Name: r.Name, Rate: r.Rate, Start: r.Start, Leads: make([]Lead, len(r.Leads))}
	if !r.Start.IsZero() {
		out.Start = r.Start.Add(sampleTime(first, r.Rate))
	}
	for i, lead := range r.Leads {
		out.Leads[i] = Lead{Name: lead.Name, Samples: lead.Samples[first:last]}
	}
	return out, nil
}

// Select returns the recording with some of its leads: "all" (or ""), "first",
// "second", or names separated by commas, in the order asked. A name matches a
// lead of the same name or of the same slot (II finds MLII).
func (r *Recording) Select(leads string) (*Recording, error) {
	index, err := SelectLeads(r.Names(), leads)
	if err != nil {
		return nil, fmt.Errorf("select leads of %s: %w", r.Name, err)
	}
	out := *r
	out.Leads = make([]Lead, len(index))
	for i, n := range index {
		out.Leads[i] = r.Leads[n]
	}
	return &out, nil
}

func sampleTime(n int, rate float64) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(math.Round(float64(n) / rate * float64(time.Second)))
}

func sampleAt(t time.Duration, rate float64) int {
	return int(math.Round(t.Seconds() * rate))
}
