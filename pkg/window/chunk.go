package window

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// MissingSample stands for "no value was measured" in a Chunk.
const MissingSample = math.MinInt32

// ErrChunk is wrapped by every error of Push: the chunk cannot be used.
var ErrChunk = errors.New("chunk refused")

// Chunk is a stretch of signal as a device sends it.
type Chunk struct {
	// Sequence is 0 for the recording's first chunk, one more for each that
	// follows.
	Sequence uint64
	// Start is the device's time of the first sample.
	Start time.Time
	// Rate is the sampling rate in Hz: 50 to 1000.
	Rate float64
	// Leads names the leads, Gain is the ADC units per mV of each.
	Leads []string
	Gain  []float64
	// Samples holds ADC values, a row for each lead, all equally long: at most
	// 60 s of them.
	Samples [][]int32
	// End marks the recording's last chunk, which may be without samples.
	End bool
}

const (
	minRate, maxRate = 50, 1000
	maxChunk         = time.Minute
)

// Len is the number of samples of each lead.
func (c *Chunk) Len() int {
	if len(c.Samples) == 0 {
		return 0
	}
	return len(c.Samples[0])
}

// duration is the time that the chunk's samples take.
func (c *Chunk) duration() time.Duration {
	if c.Len() == 0 {
		return 0
	}
	return time.Duration(float64(c.Len()) / c.Rate * float64(time.Second))
}

// check says why a chunk cannot be used, and finds its leads' slots.
func (c *Chunk) check() ([]ecg.Slot, error) {
	if c.Len() == 0 {
		if c.End {
			return nil, nil
		}
		return nil, c.refused("it has no samples and does not end the recording")
	}
	if !(c.Rate >= minRate && c.Rate <= maxRate) {
		return nil, c.refused("its rate of %g Hz is not between %d and %d", c.Rate, minRate, maxRate)
	}
	if c.duration() > maxChunk {
		return nil, c.refused("it is %s long; send at most %s at once", c.duration(), maxChunk)
	}
	if year := c.Start.UTC().Year(); year < 1970 || year > 2200 {
		return nil, c.refused("its time stamp lies in the year %d; set the device's clock", year)
	}
	if len(c.Leads) != len(c.Samples) || len(c.Gain) != len(c.Samples) {
		return nil, c.refused("it names %d leads and %d gains for %d rows of samples", len(c.Leads), len(c.Gain), len(c.Samples))
	}
	for i, row := range c.Samples {
		if len(row) != c.Len() {
			return nil, c.refused("lead %s has %d samples, lead %s %d", c.Leads[i], len(row), c.Leads[0], c.Len())
		}
		if gain := c.Gain[i]; !finite(gain) || gain == 0 {
			return nil, c.refused("lead %s has a gain of %g ADC units per mV", c.Leads[i], gain)
		}
	}
	slots, err := ecg.AssignSlots(c.Leads)
	if err != nil {
		return nil, c.refused("%w", err)
	}
	return slots, nil
}

func (c *Chunk) refused(format string, args ...any) error {
	return fmt.Errorf("%w: number %d: %w", ErrChunk, c.Sequence, fmt.Errorf(format, args...))
}

// decode gives the chunk's signal from sample from on in mV, in the order of
// the slots, NaN where missing.
func (c *Chunk) decode(slots []ecg.Slot) (ordered []ecg.Slot, rows [][]float64) {
	order := make([]int, len(slots))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(slots[a], slots[b]) })
	for _, i := range order {
		row := make([]float64, c.Len())
		for j, adc := range c.Samples[i] {
			row[j] = math.NaN()
			if adc != MissingSample {
				row[j] = float64(adc) / c.Gain[i]
			}
		}
		ordered, rows = append(ordered, slots[i]), append(rows, row)
	}
	return ordered, rows
}
