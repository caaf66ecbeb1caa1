package window

import (
	"math"

	"github.com/holterd/holter/pkg/ecg"
)

const (
	// Rate is the sampling rate of clips and windows in Hz.
	Rate = 100
	// SegmentSamples is the length of the pieces that a model's encoder takes.
	SegmentSamples = 1000
)

// Clip is a stretch of signal at 100 Hz, one row for each of the twelve leads,
// in millivolts or scaled. A missing lead is nil; the others are equally long
// and hold no NaN.
type Clip [ecg.Slots][]float32

// Len is the number of samples of each lead that is present.
func (c *Clip) Len() int {
	n := 0
	for _, lead := range c {
		n = max(n, len(lead))
	}
	return n
}

// Slice is the stretch from sample from up to but without sample to. It shares
// memory with c.
func (c *Clip) Slice(from, to int) *Clip {
	var out Clip
	for slot, lead := range c {
		if lead != nil {
			out[slot] = lead[from:to:to]
		}
	}
	return &out
}

// Segments cuts the clip into pieces of ten seconds: each ecg.Slots rows of
// SegmentSamples, one after the other (row-major). Missing leads are 0, and so
// is what the last piece has beyond the clip's end; scale before.
func (c *Clip) Segments() [][]float32 {
	n := (c.Len() + SegmentSamples - 1) / SegmentSamples
	segments := make([][]float32, n)
	for i := range segments {
		segments[i] = make([]float32, ecg.Slots*SegmentSamples)
		for slot, lead := range c {
			if from := i * SegmentSamples; from < len(lead) {
				copy(segments[i][slot*SegmentSamples:(slot+1)*SegmentSamples], lead[from:])
			}
		}
	}
	return segments
}

// Scale is a way to bring leads of any amplitude to a common range.
type Scale string

const (
	// ScaleNone leaves millivolts as they are.
	ScaleNone Scale = "none"
	// ScaleMinMax brings each lead to [-1, 1] over the whole clip.
	ScaleMinMax Scale = "minmax"
)

// flat is the range in mV below which a lead carries no signal: less than one
// step of the coarsest converters.
const flat = 1e-4

// Scaled gives the clip scaled lead by lead; a missing lead stays missing.
// ScaleMinMax maps x to (x-min)/(max-min)·2-1 with the lead's extremes over the
// whole clip; a flat lead becomes 0. Samples that are not finite do not count
// for the extremes and become 0. Any other mode copies.
func (c *Clip) Scaled(mode Scale) *Clip {
	var out Clip
	for slot, lead := range c {
		if lead == nil {
			continue
		}
		out[slot] = make([]float32, len(lead))
		if mode == ScaleMinMax {
			minMax(out[slot], lead)
		} else {
			copy(out[slot], lead)
		}
	}
	return &out
}

func minMax(dst, src []float32) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range src {
		if finite(float64(x)) {
			low, high = min(low, float64(x)), max(high, float64(x))
		}
	}
	if !(high-low > flat) {
		return
	}
	for i, x := range src {
		if finite(float64(x)) {
			dst[i] = float32((float64(x)-low)/(high-low)*2 - 1)
		}
	}
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
