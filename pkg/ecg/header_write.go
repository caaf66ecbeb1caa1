package ecg

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// FormatHeader writes a header as ParseHeader reads it, with every field of its
// signals. Its name and signals are taken as they are: WriteSignals checks them.
func FormatHeader(h *Header) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %d %s %d", h.Name, len(h.Signals), formatFloat(h.Rate), h.Samples)
	if !h.Start.IsZero() {
		fmt.Fprintf(&b, " %s", formatStart(h.Start))
	}
	b.WriteByte('\n')
	for _, s := range h.Signals {
		units := s.Units
		if units == "" {
			units = "mV"
		}
		fmt.Fprintf(&b, "%s %d %s(%d)/%s %d %d %d %d %d %s\n", s.File, s.Format, formatFloat(s.Gain), s.Baseline, units,
			s.Resolution, s.Zero, s.Initial, int16(s.Checksum), s.BlockSize, oneLine(s.Description))
	}
	for _, comment := range h.Comments {
		fmt.Fprintf(&b, "# %s\n", oneLine(comment))
	}
	return b.Bytes()
}

// formatStart gives milliseconds, or microseconds where there are any: readers
// take no more.
func formatStart(t time.Time) string {
	layout := "15:04:05.000 02/01/2006"
	if t.Nanosecond()%int(time.Millisecond) >= int(time.Microsecond) {
		layout = "15:04:05.000000 02/01/2006"
	}
	return t.UTC().Format(layout)
}

// formatFloat avoids exponents, which not every reader takes.
func formatFloat(v float64) string {
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// Count sets what the header says of its samples: how many there are and, for
// each signal, the initial value and the checksum. Missing samples count with the
// format's own code for them.
func (h *Header) Count(adc [][]int32) {
	for i, row := range adc {
		s := &h.Signals[i]
		invalid := storages[s.Format].invalid
		h.Samples, s.Initial, s.Checksum, s.HasChecksum = int64(len(row)), 0, 0, true
		for n, v := range row {
			if v == InvalidSample {
				v = invalid
			}
			if n == 0 {
				s.Initial = int(v)
			}
			s.Checksum += uint16(v)
		}
	}
}
