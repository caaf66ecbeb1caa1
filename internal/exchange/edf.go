package exchange

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/edf"
)

// missing is the digital value where there is no sample.
const missing = math.MinInt16

// WriteEDF writes a track as an EDF+ file into a folder and returns its path.
// Progress is told how many samples are written; its error ends it.
func WriteEDF(dir string, t *Track, marks []Mark, progress func(samples int) error) (_ string, err error) {
	g := newGrid(t)
	header := edf.Header{
		Patient: edf.PatientID(t.Patient), Recording: edf.RecordingID(t.Start, "Holter_"+t.Device),
		Start: t.Start.Truncate(time.Second), Duration: t.lasting(g.samples).Round(time.Microsecond), // 8 characters
		Discontinuous: g.gaps(),
	}
	for i, lead := range t.Leads {
		s, err := signal(lead, t.Gain[i], g.samples)
		if err != nil {
			return "", err
		}
		header.Signals = append(header.Signals, s)
	}
	path := filepath.Join(dir, t.Name+".edf")
	out, err := os.Create(path)
	if err != nil {
		return "", fmt.Errorf("write EDF+: %w", err)
	}
	defer func() {
		if err = errors.Join(err, out.Close()); err != nil {
			_ = os.Remove(path)
		}
	}()
	w, err := edf.NewWriter(out, header, len(g.records), t.edfAnnotations(marks, g))
	if err != nil {
		return "", err
	}
	f := filler{track: t, grid: g, writer: w}
	done := 0
	for p, err := range t.parts {
		if err != nil {
			return "", fmt.Errorf("read the archive: %w", err)
		}
		if err := f.put(p); err != nil {
			return "", err
		}
		done += len(p.adc[0])
		if err := progress(done); err != nil {
			return "", err
		}
	}
	return path, errors.Join(f.flush(), w.Close())
}

// grid says where the records of a file begin. They all have the same length;
// one that a gap cuts short is filled up, and if the signal comes back before its
// end it goes on in it.
type grid struct {
	samples int // of each record
	records []int
	filled  [][2]int // samples that nothing was received for
}

func newGrid(t *Track) *grid {
	g := &grid{samples: recordSamples(t.Rate)}
	end, heard := 0, 0 // of the last record, of the signal
	for _, p := range t.pieces {
		if p.at > heard && len(g.records) > 0 {
			if to := min(p.at, end); to > heard {
				g.filled = append(g.filled, [2]int{heard, to})
			}
		}
		if p.at >= end {
			g.records = append(g.records, p.at)
			end = p.at + g.samples
		}
		for ; end < p.end(); end += g.samples {
			g.records = append(g.records, end)
		}
		heard = p.end()
	}
	if end > heard {
		g.filled = append(g.filled, [2]int{heard, end})
	}
	return g
}

func (g *grid) gaps() bool {
	for i := 1; i < len(g.records); i++ {
		if g.records[i] != g.records[i-1]+g.samples {
			return true
		}
	}
	return false
}

// recordSamples is how many samples a record has: those of the shortest whole
// number of seconds, up to a minute, that holds a whole number of them, else
// those of about a second.
func recordSamples(rate float64) int {
	for s := 1.0; s <= 60; s++ {
		if n := math.Round(rate * s); n >= 1 && math.Abs(n-rate*s) < 1e-9 {
			return int(n)
		}
	}
	return max(int(math.Round(rate)), 1)
}

// signal finds the unit in which the header's eight characters are the most exact.
func signal(lead string, gain float64, n int) (edf.Signal, error) {
	s := edf.Signal{Label: label(lead), DigitalMin: math.MinInt16, DigitalMax: math.MaxInt16, Samples: n}
	best := math.Inf(1)
	for _, unit := range []struct {
		name  string
		scale float64
	}{{"uV", 1000}, {"mV", 1}, {"V", 1e-3}, {"nV", 1e6}} {
		low, high := math.MinInt16/gain*unit.scale, math.MaxInt16/gain*unit.scale
		off := max(math.Abs(edf.Rounded(low)/low-1), math.Abs(edf.Rounded(high)/high-1))
		if off < best {
			best = off
			s.Dimension, s.PhysicalMin, s.PhysicalMax = unit.name, edf.Rounded(low), edf.Rounded(high)
		}
	}
	if best > 1e-3 {
		return s, fmt.Errorf("lead %s: EDF+ cannot tell a gain of %g ADC units per mV; export it as wfdb", lead, gain)
	}
	return s, nil
}

// label is a lead as EDF+ names it.
func label(lead string) string {
	text := []byte("ECG " + lead)
	for i, c := range text {
		if c < ' ' || c > '~' {
			text[i] = '?'
		}
	}
	return string(text[:min(len(text), 16)])
}

// onset is the time of a sample of the track from the file's start.
func (t *Track) onset(sample int) time.Duration {
	return t.Start.Sub(t.Start.Truncate(time.Second)) + t.lasting(sample)
}

func (t *Track) lasting(samples int) time.Duration {
	return time.Duration(math.Round(float64(samples) * 1e9 / t.Rate))
}

func (t *Track) edfAnnotations(marks []Mark, g *grid) []edf.Annotation {
	var out []edf.Annotation
	for _, m := range marks {
		out = append(out, edf.Annotation{Onset: t.onset(m.From), Duration: t.onset(m.To) - t.onset(m.From), Text: m.Text})
	}
	for _, f := range g.filled {
		out = append(out, edf.Annotation{Onset: t.onset(f[0]), Duration: t.onset(f[1]) - t.onset(f[0]), Text: "No signal"})
	}
	slices.SortStableFunc(out, func(a, b edf.Annotation) int { return cmp.Compare(a.Onset, b.Onset) })
	return out
}

// filler puts samples into the records of a grid.
type filler struct {
	track  *Track
	grid   *grid
	writer *edf.Writer
	n      int // the record that is being filled
	record [][]int16
}

func (f *filler) put(p part) error {
	for i := range p.adc[0] {
		at := p.at + i
		for f.record == nil || at >= f.grid.records[f.n]+f.grid.samples {
			if err := f.next(); err != nil {
				return err
			}
		}
		for lead, row := range p.adc {
			v := row[i]
			if tooWide(v) {
				return fmt.Errorf("sample %d of lead %s is %d ADC units, and EDF+ has 16 bits; export it as wfdb", at, f.track.Leads[lead], v)
			}
			if v != ecg.InvalidSample {
				f.record[lead][at-f.grid.records[f.n]] = int16(v)
			}
		}
	}
	return nil
}

// next writes the record and begins another.
func (f *filler) next() error {
	if f.record != nil {
		if err := f.flush(); err != nil {
			return err
		}
		f.n++
	}
	f.record = make([][]int16, len(f.track.Leads))
	for i := range f.record {
		f.record[i] = slices.Repeat([]int16{missing}, f.grid.samples)
	}
	return nil
}

func (f *filler) flush() error {
	return f.writer.Write(edf.Record{Onset: f.track.onset(f.grid.records[f.n]), Samples: f.record})
}
