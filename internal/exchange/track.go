package exchange

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/pkg/ecg"
)

// Track is what becomes one record.
type Track struct {
	Name            string
	Patient, Device string
	Rate            float64
	Leads           []string
	Gain            []float64
	Start           time.Time
	// Len is the number of samples per lead, those of the gaps too.
	Len    int
	pieces []piece // in order
}

// piece is a stretch in its place.
type piece struct {
	*archive.Stretch
	at int // sample of the track
}

func (p piece) end() int { return p.at + p.Len() }

// Gaps is the number of gaps.
func (t *Track) Gaps() (n int) {
	for i := 1; i < len(t.pieces); i++ {
		if t.pieces[i].at > t.pieces[i-1].end() {
			n++
		}
	}
	return n
}

// End is the time after the last sample.
func (t *Track) End() time.Time { return t.pieces[len(t.pieces)-1].End() }

// jitter is how far a stretch may begin before the end of the one before.
const jitter = 50 * time.Millisecond

// Tracks puts stretches, in order of time, into tracks.
func Tracks(stretches []*archive.Stretch) []*Track {
	var tracks []*Track
	names := make(map[string]bool)
	for _, s := range stretches {
		i := slices.IndexFunc(tracks, func(t *Track) bool { return t.fits(s) })
		if i >= 0 {
			tracks[i].add(s)
			continue
		}
		t := &Track{
			Patient: s.Patient, Device: s.Device, Rate: s.Rate, Leads: s.Leads, Gain: s.Gain, Start: s.Start(),
		}
		t.Name = unused(names, PlainName(s.Device)+"_"+t.Start.UTC().Format("20060102_150405"))
		t.add(s)
		tracks = append(tracks, t)
	}
	return tracks
}

func (t *Track) fits(s *archive.Stretch) bool {
	return t.Device == s.Device && t.Rate == s.Rate && slices.Equal(t.Leads, s.Leads) && slices.Equal(t.Gain, s.Gain) &&
		!s.Start().Before(t.End().Add(-jitter))
}

func (t *Track) add(s *archive.Stretch) {
	at := int(math.Round(s.Start().Sub(t.Start).Seconds() * t.Rate))
	p := piece{s, max(at, t.Len)}
	t.pieces, t.Len = append(t.pieces, p), p.end()
}

// sampleAt is where a time of a recording lies; false when it has no samples
// then.
func (t *Track) sampleAt(recording string, at time.Time) (int, bool) {
	for _, p := range t.pieces {
		if p.Recording != recording && recording != "" || at.Before(p.Start()) || !at.Before(p.End()) {
			continue
		}
		return p.at + min(max(p.SampleAt(at), 0), p.Len()-1), true
	}
	return 0, false
}

// span is where a recording has samples in [from, to).
func (t *Track) span(recording string, from, to time.Time) (first, last int, ok bool) {
	for _, p := range t.pieces {
		if p.Recording != recording || !p.End().After(from) || !p.Start().Before(to) {
			continue
		}
		if !ok {
			first = p.at + min(max(p.SampleAt(from), 0), p.Len()-1)
		}
		last, ok = p.at+min(max(p.SampleAt(to), 0), p.Len()), true
	}
	return first, last, ok
}

// PlainName makes a name that every format and file system takes.
func PlainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' {
			return r
		}
		return '_'
	}, name)
}

func unused(names map[string]bool, name string) string {
	free := name
	for n := 2; names[strings.ToLower(free)]; n++ {
		free = fmt.Sprintf("%s_%d", name, n)
	}
	names[strings.ToLower(free)] = true
	return free
}

// part is a stretch of a track that is read at once.
type part struct {
	at  int
	adc [][]int32
}

// partLength is how much signal is read at once.
const partLength = time.Hour

// parts yields the track's samples, an hour at a time and never over a gap.
func (t *Track) parts(yield func(part, error) bool) {
	most := max(int(partLength.Seconds()*t.Rate), 1)
	for _, p := range t.pieces {
		for from := 0; from < p.Len(); from += most {
			adc, err := p.ADC(from, min(from+most, p.Len()))
			if !yield(part{p.at + from, adc}, err) || err != nil {
				return
			}
		}
	}
}

func byTime(a, b Mark) int { return cmp.Compare(a.From, b.From) }

// Recording reads the whole track in millivolts; in gaps it is NaN.
func (t *Track) Recording() (*ecg.Recording, error) {
	rec := &ecg.Recording{Name: t.Name, Rate: t.Rate, Start: t.Start}
	for _, name := range t.Leads {
		rec.Leads = append(rec.Leads, ecg.Lead{Name: name, Samples: slices.Repeat([]float32{float32(math.NaN())}, t.Len)})
	}
	for _, p := range t.pieces {
		piece, err := p.Millivolts(0, p.Len())
		if err != nil {
			return nil, fmt.Errorf("read the archive: %w", err)
		}
		for i, lead := range piece.Leads {
			copy(rec.Leads[i].Samples[p.at:], lead.Samples)
		}
	}
	return rec, nil
}
