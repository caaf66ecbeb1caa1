package edf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// File is a whole file.
type File struct {
	Header
	Records     []Record
	Annotations []Annotation // as they stand in the file
}

// Read reads a whole file.
func Read(r io.Reader) (*File, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	p := parser{data: data}
	f := &File{}
	records := p.header(&f.Header)
	if p.err == nil {
		p.records(f, records)
	}
	if p.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, p.err)
	}
	return f, nil
}

type parser struct {
	data  []byte
	err   error
	notes int // which signal has the annotations
}

// take is the next n bytes, empty after an error.
func (p *parser) take(n int) []byte {
	if p.err == nil && (n < 0 || n > len(p.data)) {
		p.err = fmt.Errorf("it ends early")
	}
	if p.err != nil {
		return nil
	}
	out := p.data[:n]
	p.data = p.data[n:]
	return out
}

func (p *parser) text(width int) string { return strings.TrimRight(string(p.take(width)), " ") }

func (p *parser) float(width int) float64 {
	text := p.text(width)
	v, err := strconv.ParseFloat(text, 64)
	if p.err == nil && (err != nil || math.IsNaN(v) || math.IsInf(v, 0)) {
		p.err = fmt.Errorf("%q is not a number", text)
	}
	return v
}

func (p *parser) int(width int) int {
	text := p.text(width)
	v, err := strconv.Atoi(text)
	if p.err == nil && err != nil {
		p.err = fmt.Errorf("%q is not a whole number", text)
	}
	return v
}

func (p *parser) header(h *Header) (records int) {
	if version := p.text(8); p.err == nil && version != "0" {
		p.err = fmt.Errorf("version %q is not 0", version)
	}
	h.Patient, h.Recording = p.text(80), p.text(80)
	date, clock := p.text(8), p.text(8)
	p.int(8)
	kind := p.text(44)
	if p.err == nil && !strings.HasPrefix(kind, continuous) && !strings.HasPrefix(kind, discontinuous) {
		p.err = fmt.Errorf("it is %q, neither %s nor %s", kind, continuous, discontinuous)
	}
	h.Discontinuous = strings.HasPrefix(kind, discontinuous)
	records = p.int(8)
	h.Duration = time.Duration(math.Round(p.float(8) * 1e9))
	h.Start = p.start(date, clock, h.Recording)
	n := p.int(4)
	if p.err != nil || n < 1 || n*fixedBytes > len(p.data) {
		p.take(n*fixedBytes + 1)
		return 0
	}
	signals := make([]Signal, n)
	column := func(read func(s *Signal)) {
		for i := range signals {
			read(&signals[i])
		}
	}
	column(func(s *Signal) { s.Label = p.text(16) })
	column(func(s *Signal) { s.Transducer = p.text(80) })
	column(func(s *Signal) { s.Dimension = p.text(8) })
	column(func(s *Signal) { s.PhysicalMin = p.float(8) })
	column(func(s *Signal) { s.PhysicalMax = p.float(8) })
	column(func(s *Signal) { s.DigitalMin = p.int(8) })
	column(func(s *Signal) { s.DigitalMax = p.int(8) })
	column(func(s *Signal) { s.Prefilter = p.text(80) })
	column(func(s *Signal) { s.Samples = p.int(8) })
	column(func(*Signal) { p.take(32) })
	p.notes = -1
	for i, s := range signals {
		if s.Label == annotations {
			p.notes = i
		}
	}
	if p.err == nil && p.notes < 0 {
		p.err = fmt.Errorf("no signal is called %s", annotations)
	}
	h.Signals = signals
	return records
}

// start joins date and time; years are 1985 to 2084, or in the recording
// identification.
func (p *parser) start(date, clock, recording string) time.Time {
	year := ""
	if f := strings.Fields(recording); len(f) > 1 && f[0] == "Startdate" && strings.HasSuffix(date, "yy") {
		year = f[1][max(0, len(f[1])-4):]
	} else if yy, err := strconv.Atoi(date[max(0, len(date)-2):]); err == nil {
		year = strconv.Itoa(2000 + yy)
		if yy >= 85 {
			year = strconv.Itoa(1900 + yy)
		}
	}
	t, err := time.Parse("02.01.2006 15.04.05", date[:max(0, len(date)-2)]+year+" "+clock)
	if p.err == nil && err != nil {
		p.err = fmt.Errorf("it begins at %q %q", date, clock)
	}
	return t
}

func (p *parser) records(f *File, count int) {
	all := f.Signals
	f.Signals = append(all[:p.notes:p.notes], all[p.notes+1:]...)
	for n := 0; (n < count || count < 0 && len(p.data) > 0) && p.err == nil; n++ {
		r := Record{Samples: make([][]int16, 0, len(f.Signals))}
		for i, s := range all {
			data := p.take(2 * s.Samples)
			if i == p.notes {
				p.lists(f, &r, data)
				continue
			}
			row := make([]int16, len(data)/2)
			for j := range row {
				row[j] = int16(binary.LittleEndian.Uint16(data[2*j:]))
			}
			r.Samples = append(r.Samples, row)
		}
		f.Records = append(f.Records, r)
	}
}

// lists reads a record's annotations; the first, without a text, is its onset.
func (p *parser) lists(f *File, r *Record, data []byte) {
	first := true
	for list := range bytes.SplitSeq(data, []byte(end)) {
		if len(list) == 0 || p.err != nil {
			continue
		}
		parts := strings.Split(string(list), tal)
		at, length, _ := strings.Cut(parts[0], duration)
		a := Annotation{Onset: p.duration(at)}
		if length != "" {
			a.Duration = p.duration(length)
		}
		for i, text := range parts[1:] {
			if first && i == 0 {
				r.Onset = a.Onset
			}
			if text != "" {
				a.Text = text
				f.Annotations = append(f.Annotations, a)
			}
		}
		first = false
	}
	if first && p.err == nil {
		p.err = fmt.Errorf("record %d has no onset", len(f.Records))
	}
}

func (p *parser) duration(text string) time.Duration {
	v, err := strconv.ParseFloat(text, 64)
	if p.err == nil && (err != nil || math.Abs(v) > 1e9 || math.IsNaN(v)) {
		p.err = fmt.Errorf("%q is not a time", text)
	}
	return time.Duration(math.Round(v * 1e9))
}
