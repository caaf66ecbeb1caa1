package questions

import (
	"math"
	"slices"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// stretch is contiguous signal of one device, in millivolts, NaN where no value was
// measured.
type stretch struct {
	device, recording string
	*ecg.Recording
	// end is the time after the last sample. It and Start are the device's time
	// stamps, so that its sampling clock need not agree with them.
	end time.Time
}

// jitter is how far a time stamp may be off without a gap or an overlap being meant,
// as in package window.
const jitter = 50 * time.Millisecond

// timeAt is the time of a place in the stretch, in seconds by its rate.
func (s *stretch) timeAt(seconds float64) time.Time {
	length := float64(s.Len()) / s.Rate
	return s.Start.Add(time.Duration(math.Round(float64(s.end.Sub(s.Start)) * seconds / length)))
}

// at is the place of a time in the stretch, in seconds by its rate.
func (s *stretch) at(t time.Time) float64 {
	return float64(t.Sub(s.Start)) / float64(s.end.Sub(s.Start)) * float64(s.Len()) / s.Rate
}

// join puts pieces of signal together: what follows without a gap longer than maxGap
// is one stretch, missing in the gap. What comes twice counts once.
func join(pieces []*stretch, maxGap time.Duration) []*stretch {
	slices.SortStableFunc(pieces, func(a, b *stretch) int { return a.Start.Compare(b.Start) })
	var joined []*stretch
	for _, p := range pieces {
		i := slices.IndexFunc(joined, func(s *stretch) bool { return s.same(p) && p.Start.Sub(s.end) <= maxGap })
		if i < 0 {
			joined = append(joined, p.copy())
			continue
		}
		joined[i].add(p)
	}
	return joined
}

func (s *stretch) same(p *stretch) bool {
	return s.device == p.device && s.recording == p.recording && s.Rate == p.Rate && slices.Equal(s.Names(), p.Names())
}

// copy is a stretch that can grow.
func (s *stretch) copy() *stretch {
	rec := *s.Recording
	rec.Leads = slices.Clone(rec.Leads)
	for i := range rec.Leads {
		rec.Leads[i].Samples = slices.Clone(rec.Leads[i].Samples)
	}
	return &stretch{s.device, s.recording, &rec, s.end}
}

// add appends what of a piece lies after the stretch's end.
func (s *stretch) add(p *stretch) {
	off := p.Start.Sub(s.end)
	n := int(math.Round(off.Seconds() * s.Rate))
	if off.Abs() <= jitter {
		n = 0
	}
	if -n >= p.Len() {
		return
	}
	for i := range s.Leads {
		samples := s.Leads[i].Samples
		for range n {
			samples = append(samples, float32(math.NaN()))
		}
		s.Leads[i].Samples = append(samples, p.Leads[i].Samples[max(-n, 0):]...)
	}
	s.end = p.end
}

// split leaves out where no lead has a value for longer than maxGap.
func (s *stretch) split(maxGap time.Duration) []*stretch {
	var out []*stretch
	longest := int(maxGap.Seconds() * s.Rate)
	from, last := -1, -1 // first and last sample with a value
	for i := 0; i <= s.Len(); i++ {
		live := i < s.Len() && slices.ContainsFunc(s.Leads, func(l ecg.Lead) bool { return !math.IsNaN(float64(l.Samples[i])) })
		if from >= 0 && (i == s.Len() || live && i-last-1 > longest) {
			out = append(out, s.part(from, last+1))
			from = -1
		}
		if live {
			last = i
			if from < 0 {
				from = i
			}
		}
	}
	return out
}

// part is the samples [from, to).
func (s *stretch) part(from, to int) *stretch {
	rec := *s.Recording
	rec.Start, rec.Leads = s.timeAt(float64(from)/s.Rate), slices.Clone(rec.Leads)
	for i := range rec.Leads {
		rec.Leads[i].Samples = rec.Leads[i].Samples[from:to]
	}
	return &stretch{s.device, s.recording, &rec, s.timeAt(float64(to) / s.Rate)}
}
