package edf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Bytes of a time-stamped annotation list: after the onset, before the duration,
// and around the text.
const (
	tal      = "\x14"
	duration = "\x15"
	end      = "\x00"
)

// stampBytes is room for the onset of a record: +S.SSSSSSSSS, two marks and the end.
const stampBytes = 24

// Writer writes a file record by record.
type Writer struct {
	out     io.WriteSeeker
	header  Header
	bytes   int      // of the annotation signal in each record
	waiting [][]byte // annotations that are not written yet
	records int
	next    time.Duration // end of the last record
}

// NewWriter begins a file of a known number of records. The annotations, in order
// of time, are spread over the records, as the format allows; what is not
// printable in them becomes a space.
func NewWriter(out io.WriteSeeker, h Header, records int, annotations []Annotation) (*Writer, error) {
	if records < 1 || h.Duration <= 0 || len(h.Signals) == 0 {
		return nil, errors.New("an EDF+ file has at least one record of some length and one signal")
	}
	w := &Writer{out: out, header: h}
	total, most := 0, 0
	for _, a := range annotations {
		list := a.encode()
		w.waiting = append(w.waiting, list)
		total, most = total+len(list), max(most, len(list))
	}
	// However they fall, a record has less than the longest one free.
	w.bytes = stampBytes + (total+records-1)/records + most
	w.bytes += w.bytes % 2
	head, err := h.encode(w.bytes)
	if err != nil {
		return nil, err
	}
	_, err = out.Write(head)
	return w, err
}

// encode makes the annotation a list of its own.
func (a Annotation) encode() []byte {
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(a.Text, "?"))
	list := onset(a.Onset)
	if a.Duration > 0 {
		list += duration + seconds(a.Duration)
	}
	return []byte(list + tal + text + tal + end)
}

func onset(d time.Duration) string {
	if d < 0 {
		return "-" + seconds(-d)
	}
	return "+" + seconds(d)
}

// Write adds a record that begins at an onset, not before the end of the one
// before.
func (w *Writer) Write(r Record) error {
	switch {
	case len(r.Samples) != len(w.header.Signals):
		return fmt.Errorf("EDF+ record %d has %d signals, the header %d", w.records, len(r.Samples), len(w.header.Signals))
	case w.records > 0 && r.Onset < w.next-time.Microsecond:
		return fmt.Errorf("EDF+ record %d begins at %s, before the end of the one before", w.records, r.Onset)
	case w.records > 0 && !w.header.Discontinuous && r.Onset > w.next+time.Microsecond:
		return fmt.Errorf("EDF+ record %d begins at %s, after a gap: the file must be discontinuous", w.records, r.Onset)
	}
	var data []byte
	for i, row := range r.Samples {
		if len(row) != w.header.Signals[i].Samples {
			return fmt.Errorf("EDF+ record %d has %d samples of signal %d, the header says %d", w.records, len(row), i, w.header.Signals[i].Samples)
		}
		for _, v := range row {
			data = binary.LittleEndian.AppendUint16(data, uint16(v))
		}
	}
	lists := []byte(onset(r.Onset) + tal + tal + end)
	for len(w.waiting) > 0 && len(lists)+len(w.waiting[0]) <= w.bytes {
		lists = append(lists, w.waiting[0]...)
		w.waiting = w.waiting[1:]
	}
	lists = append(lists, make([]byte, w.bytes-len(lists))...)
	w.records++
	w.next = r.Onset + w.header.Duration
	_, err := w.out.Write(append(data, lists...))
	return err
}

// Close completes the header; it does not close what is written to.
func (w *Writer) Close() error {
	if len(w.waiting) > 0 {
		return fmt.Errorf("EDF+: %d annotations had no room: fewer records were written than announced", len(w.waiting))
	}
	if _, err := w.out.Seek(countAt, io.SeekStart); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w.out, "%-8d", w.records); err != nil {
		return err
	}
	_, err := w.out.Seek(0, io.SeekEnd)
	return err
}
