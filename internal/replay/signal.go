package replay

import (
	"fmt"
	"math"
	"time"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Missing stands in Signal.ADC where the electrode delivered no value.
const Missing = math.MinInt32

// Rates that the system accepts, in samples per second.
const (
	MinRate = 50
	MaxRate = 1000
)

// MaxLeads is the largest number of leads in one chunk.
const MaxLeads = 12

// Signal is what a wearable has measured: integer samples, as its ADC gave them.
type Signal struct {
	// Rate is in samples per second and lead.
	Rate float64
	// Leads holds one name per lead.
	Leads []string
	// Gain is in ADC units per millivolt, one value per lead.
	Gain []float64
	// ADC holds equally many values for each lead, with the ADC's zero at 0 mV.
	ADC [][]int32
}

// Len returns the number of samples of each lead.
func (s *Signal) Len() int {
	if len(s.ADC) == 0 {
		return 0
	}
	return len(s.ADC[0])
}

// Duration returns how long the signal lasts.
func (s *Signal) Duration() time.Duration { return s.at(s.Len()) }

// at returns the time of sample i after the first.
func (s *Signal) at(i int) time.Duration {
	return time.Duration(math.Round(float64(i) / s.Rate * 1e9))
}

// Validate tells why the system would refuse the signal.
func (s *Signal) Validate() error {
	switch {
	case len(s.Leads) == 0:
		return fmt.Errorf("no lead is left to play: choose others with --leads")
	case len(s.Leads) > MaxLeads:
		return fmt.Errorf("%d leads, and a wearable sends %d at most: choose some with --leads", len(s.Leads), MaxLeads)
	case len(s.Gain) != len(s.Leads) || len(s.ADC) != len(s.Leads):
		return fmt.Errorf("%d lead names for %d gains and %d signals", len(s.Leads), len(s.Gain), len(s.ADC))
	case !(s.Rate >= MinRate && s.Rate <= MaxRate):
		return fmt.Errorf("%g samples per second: a wearable sends %d to %d; resample the recording first", s.Rate, MinRate, MaxRate)
	case s.Len() == 0:
		return fmt.Errorf("the stretch holds no samples: choose another with --from and --to")
	}
	for i, adc := range s.ADC {
		if len(adc) != s.Len() {
			return fmt.Errorf("lead %s has %d samples, lead %s %d", s.Leads[i], len(adc), s.Leads[0], s.Len())
		}
		if !(s.Gain[i] > 0) || math.IsInf(s.Gain[i], 0) {
			return fmt.Errorf("lead %s has a gain of %g ADC units per millivolt: the header needs a positive one", s.Leads[i], s.Gain[i])
		}
	}
	return nil
}

// Session is one playing of a signal by one device.
type Session struct {
	Device string
	// Recording names the session; a repeated name is a repeated session, which
	// the system recognizes and does not analyse again.
	Recording string
	// Start is the time of the first sample.
	Start  time.Time
	Signal *Signal
}

// Chunks returns the number of chunks: one per second of signal, the last may
// be shorter.
func (s *Session) Chunks() int {
	return int(math.Ceil(float64(s.Signal.Len())/s.Signal.Rate - 1e-9))
}

// Due returns when, after the start, chunk i has been measured wholly.
func (s *Session) Due(i int) time.Duration { return s.Signal.at(s.edge(i + 1)) }

// edge returns the first sample of chunk i.
func (s *Session) edge(i int) int {
	return min(int(math.Round(float64(i)*s.Signal.Rate)), s.Signal.Len())
}

// Chunk returns chunk i; the last one ends the recording. The samples are those
// of the signal, not a copy.
func (s *Session) Chunk(i int) *holterv1.SampleChunk {
	from, to := s.edge(i), s.edge(i+1)
	if i == s.Chunks()-1 {
		to = s.Signal.Len()
	}
	chunk := &holterv1.SampleChunk{
		Device:         s.Device,
		Recording:      s.Recording,
		Sequence:       uint64(i),
		StartTimeNs:    s.Start.Add(s.Signal.at(from)).UnixNano(),
		SamplingRateHz: s.Signal.Rate,
		EndOfRecording: i == s.Chunks()-1,
	}
	for lead, name := range s.Signal.Leads {
		chunk.Leads = append(chunk.Leads, &holterv1.LeadSamples{
			Name: name, Gain: s.Signal.Gain[lead], Samples: s.Signal.ADC[lead][from:to],
		})
	}
	return chunk
}
