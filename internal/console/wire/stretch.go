package wire

import (
	"math"
	"strconv"
	"time"

	"github.com/holterd/holter/pkg/ecg"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Stretch is signal of one device without a gap.
type Stretch struct {
	Device    string    `json:"device"`
	Recording string    `json:"recording"`
	Start     Instant   `json:"start"`
	Rate      float64   `json:"rate"`
	Leads     []string  `json:"leads"`
	UV        []Samples `json:"uv"`
}

// Samples are whole µV; ecg.InvalidSample stands for no contact and is null.
type Samples []int32

// MarshalJSON writes them.
func (s Samples) MarshalJSON() ([]byte, error) {
	text := make([]byte, 1, 5*len(s)+2)
	text[0] = '['
	for i, v := range s {
		if i > 0 {
			text = append(text, ',')
		}
		if v == ecg.InvalidSample {
			text = append(text, "null"...)
		} else {
			text = strconv.AppendInt(text, int64(v), 10)
		}
	}
	return append(text, ']'), nil
}

// Microvolts converts samples from ADC units; gain is in units per millivolt.
func Microvolts(adc []int32, gain float64) Samples {
	out := make(Samples, len(adc))
	for i, v := range adc {
		out[i] = Microvolt(v, gain)
	}
	return out
}

// Microvolt converts one sample.
func Microvolt(v int32, gain float64) int32 {
	if v == ecg.InvalidSample {
		return v
	}
	uv := math.Round(float64(v) * 1000 / gain)
	return int32(max(min(uv, math.MaxInt32), -math.MaxInt32))
}

// StretchOf is a chunk of ecg.samples; false when it has no samples.
func StretchOf(c *holterv1.SampleChunk) (Stretch, bool) {
	s := Stretch{Device: c.GetDevice(), Recording: c.GetRecording(), Start: Instant(time.Unix(0, c.GetStartTimeNs())), Rate: c.GetSamplingRateHz()}
	for _, lead := range c.GetLeads() {
		if len(lead.GetSamples()) == 0 || !(lead.GetGain() > 0) {
			return s, false
		}
		s.Leads = append(s.Leads, lead.GetName())
		s.UV = append(s.UV, Microvolts(lead.GetSamples(), lead.GetGain()))
	}
	return s, len(s.Leads) > 0
}
