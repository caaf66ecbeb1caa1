package archive

import (
	"math"
	"os"
	"sort"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// Stretch is signal of one device without a gap. Its samples are read when they
// are asked for.
type Stretch struct {
	Patient, Device, Recording string
	Rate                       float64   // samples per second and lead, as the device says
	Leads                      []string  // as the device calls them
	Gain                       []float64 // ADC units per millivolt, of each lead

	length int
	ties   []tie  // oldest first, at least one
	parts  []part // in order
	next   uint64 // sequence number of the chunk that would go on
}

// tie gives a sample its time: the time stamp of the chunk that begins there.
type tie struct {
	sample int
	time   time.Time
}

// part is where samples lie.
type part struct {
	path   string // of the segment, without extension
	format int
	from   int // sample of the segment
	len    int
}

// Len is the number of samples of each lead.
func (s *Stretch) Len() int { return s.length }

// Start is the time of the first sample, End the time after the last.
func (s *Stretch) Start() time.Time { return s.TimeAt(0) }

// End is the time after the last sample.
func (s *Stretch) End() time.Time { return s.TimeAt(s.length) }

// TimeAt is the time of a sample by the time stamp of its chunk.
func (s *Stretch) TimeAt(sample int) time.Time {
	i := sort.Search(len(s.ties), func(i int) bool { return s.ties[i].sample > sample })
	// The time after the last sample of a chunk that none follows is by that chunk.
	t := s.ties[max(i-1, 0)]
	return t.time.Add(time.Duration(math.Round(float64(sample-t.sample) * 1e9 / s.Rate)))
}

// SampleAt is the sample nearest to a time; below 0 or at least Len when the time
// lies outside the stretch.
func (s *Stretch) SampleAt(t time.Time) int {
	return s.sampleAt(t, math.Round)
}

// sampleAt rounds the place of a time between two samples; a chunk's samples end
// where the next one's begin.
func (s *Stretch) sampleAt(t time.Time, round func(float64) float64) int {
	i := sort.Search(len(s.ties), func(i int) bool { return s.ties[i].time.After(t) })
	at := s.ties[max(i-1, 0)]
	n := at.sample + int(round(t.Sub(at.time).Seconds()*s.Rate))
	if i > 0 && i < len(s.ties) {
		n = min(n, s.ties[i].sample)
	}
	return n
}

// ADC reads the samples [from, to) of every lead in ADC units, with
// ecg.InvalidSample where the electrode delivered no value. An error that is
// fs.ErrNotExist means that they have been deleted meanwhile.
func (s *Stretch) ADC(from, to int) ([][]int32, error) {
	out := make([][]int32, len(s.Leads))
	at := 0
	for _, p := range s.parts {
		lo, hi := max(from-at, 0), min(to-at, p.len)
		at += p.len
		if lo >= hi {
			continue
		}
		rows, err := p.read(len(s.Leads), lo, hi)
		if err != nil {
			return nil, err
		}
		for i, row := range rows {
			out[i] = append(out[i], row...)
		}
	}
	return out, nil
}

func (p part) read(leads, from, to int) ([][]int32, error) {
	f, err := os.Open(p.path + samples)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read from
	frame := p.format / 8 * leads
	data := make([]byte, (to-from)*frame)
	if _, err := f.ReadAt(data, int64(p.from+from)*int64(frame)); err != nil {
		return nil, err
	}
	return ecg.DecodeSamples(p.format, leads, data)
}

// Record reads the samples [from, to) as they are, as a WFDB record without a
// name.
func (s *Stretch) Record(from, to int) (*ecg.RawRecord, error) {
	adc, err := s.ADC(from, to)
	if err != nil {
		return nil, err
	}
	format := narrow
	for _, p := range s.parts {
		format = max(format, p.format)
	}
	raw := &ecg.RawRecord{Header: ecg.Header{Rate: s.Rate, Start: s.TimeAt(from), Samples: int64(to - from)}, ADC: adc}
	for i, lead := range s.Leads {
		raw.Signals = append(raw.Signals, ecg.Signal{Format: format, Gain: s.Gain[i], Units: "mV", Resolution: format, Description: lead})
	}
	return raw, nil
}

// Millivolts reads the samples [from, to) in millivolts.
func (s *Stretch) Millivolts(from, to int) (*ecg.Recording, error) {
	raw, err := s.Record(from, to)
	if err != nil {
		return nil, err
	}
	return raw.Recording()
}
