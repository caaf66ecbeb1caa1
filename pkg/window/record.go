package window

import (
	"fmt"
	"math"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// FromRecording makes one clip of a whole recording: the same resampling and
// closing of short runs of missing samples as a Windower with the default
// MaxGap; longer ones are closed by a straight line too. A lead that delivered
// hardly anything is missing from the clip.
func FromRecording(rec *ecg.Recording) (*Clip, error) {
	slots, err := ecg.AssignSlots(rec.Names())
	if err != nil {
		return nil, fmt.Errorf("clip of %s: %w", rec.Name, err)
	}
	r, err := newRatio(rec.Rate)
	if err != nil {
		return nil, fmt.Errorf("clip of %s: %w", rec.Name, err)
	}
	kernel := newKernel(r)
	var clip Clip
	for i, lead := range rec.Leads {
		if len(lead.Samples) != rec.Len() {
			return nil, fmt.Errorf("clip of %s: lead %s has %d samples, lead %s %d; all must have as many",
				rec.Name, lead.Name, len(lead.Samples), rec.Leads[0].Name, rec.Len())
		}
		clip[slots[i]] = repair(resampleLead(kernel, lead.Samples))
	}
	return clip.orFlat(slots, outputs(r, rec.Len())), nil
}

func resampleLead(k *kernel, samples []float32) []float32 {
	row := make([]float64, len(samples))
	for i, x := range samples {
		row[i] = math.NaN()
		if finite(float64(x)) {
			row[i] = float64(x)
		}
	}
	fill := newFiller(1, longestRun(defaultMaxGap, k.rate()))
	resampler := newResampler(k, 0, 0)
	out := resampler.Push(nil, fill.push([][]float64{row})[0])
	// A long run at the end is not cut off here: the clip lasts as long as the recording.
	out = resampler.Push(out, fill.queue[0])
	return resampler.Flush(out)
}

// outputs is how many samples at 100 Hz n input samples make.
func outputs(r ratio, n int) int {
	return int((uint64(n)*r.up + r.down - 1) / r.down)
}

// longestRun is how many samples fit a duration.
func longestRun(d time.Duration, rate float64) int {
	return int(d.Seconds() * rate)
}

// orFlat shows the first lead as flat where no lead has delivered anything, so
// that the clip keeps its length.
func (c *Clip) orFlat(slots []ecg.Slot, n int) *Clip {
	if c.Len() == 0 && len(slots) > 0 {
		c[slots[0]] = make([]float32, n)
	}
	return c
}
