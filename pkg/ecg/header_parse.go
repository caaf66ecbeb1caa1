package ecg

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

func parseHeader(text string) (*Header, error) {
	var h *Header
	signals := 0 // as announced by the record line; more lines than these are ignored
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line) // takes the CR of CRLF files too
		if comment, ok := strings.CutPrefix(line, "#"); ok {
			if h == nil {
				continue // before the record line: not an info string
			}
			h.Comments = append(h.Comments, strings.TrimSpace(comment))
			continue
		}
		if line == "" || (h != nil && len(h.Signals) == signals) {
			continue
		}
		var err error
		if h == nil {
			h, signals, err = parseRecordLine(line)
		} else {
			var s Signal
			s, err = parseSignalLine(line)
			h.Signals = append(h.Signals, s)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	if h == nil {
		return nil, fmt.Errorf("%w: no record line in the header", ErrFormat)
	}
	if len(h.Signals) < signals {
		return nil, fmt.Errorf("%w: the header announces %d signals but describes %d", ErrFormat, signals, len(h.Signals))
	}
	return h, nil
}

// parseRecordLine: name[/segments] signals [rate[/counter[(base)]] [samples [time [date]]]]
func parseRecordLine(line string) (*Header, int, error) {
	f := strings.Fields(line)
	if len(f) < 2 {
		return nil, 0, fmt.Errorf("%w: record line %q has no number of signals", ErrFormat, line)
	}
	name, segments, multi := strings.Cut(f[0], "/")
	if multi {
		return nil, 0, fmt.Errorf("%w: %s is a multi-segment record (%s segments); read its segments one by one", ErrUnsupported, name, segments)
	}
	signals, err := strconv.Atoi(f[1])
	if err != nil || signals < 0 {
		return nil, 0, fmt.Errorf("%w: number of signals %q", ErrFormat, f[1])
	}
	h := &Header{Name: name, Rate: defaultRate}
	if len(f) > 2 {
		rate, _, _ := strings.Cut(f[2], "/") // the counter frequency after it serves tapes only
		h.Rate, err = strconv.ParseFloat(rate, 64)
		if err != nil || !(h.Rate > 0) || math.IsInf(h.Rate, 0) {
			return nil, 0, fmt.Errorf("%w: sampling frequency %q", ErrFormat, f[2])
		}
	}
	if len(f) > 3 {
		h.Samples, err = strconv.ParseInt(f[3], 10, 64)
		if err != nil || h.Samples < 0 {
			return nil, 0, fmt.Errorf("%w: number of samples %q", ErrFormat, f[3])
		}
	}
	if len(f) > 5 {
		h.Start, err = parseStart(f[4], f[5])
		if err != nil {
			return nil, 0, err
		}
	}
	return h, signals, nil
}

// parseStart joins a base time [[HH:]MM:]SS[.fraction] and a base date DD/MM/YYYY.
func parseStart(clock, date string) (time.Time, error) {
	day, err := time.Parse("2/1/2006", date)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: base date %q is not DD/MM/YYYY", ErrFormat, date)
	}
	parts := strings.Split(clock, ":")
	seconds := 0.0
	for _, part := range parts {
		v, err := strconv.ParseFloat(part, 64)
		if err != nil || !(v >= 0 && v < 100) || len(parts) > 3 {
			return time.Time{}, fmt.Errorf("%w: base time %q is not HH:MM:SS", ErrFormat, clock)
		}
		seconds = seconds*60 + v
	}
	return day.Add(time.Duration(math.Round(seconds*1e6)) * time.Microsecond), nil
}
