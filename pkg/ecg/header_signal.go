package ecg

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// parseSignalLine: file format[xN][:skew][+offset] [gain[(baseline)][/units]
// [resolution [zero [initial [checksum [block [description]]]]]]]
func parseSignalLine(line string) (Signal, error) {
	f, description := cutFields(line, 8)
	s := Signal{File: f[0], Description: description, Gain: defaultGain, Units: "mV"}
	if len(f) < 2 {
		return s, fmt.Errorf("%w: signal line %q has no format", ErrFormat, line)
	}
	if err := s.parseFormat(f[1]); err != nil {
		return s, err
	}
	baseline := ""
	if len(f) > 2 {
		var err error
		if baseline, err = s.parseGain(f[2]); err != nil {
			return s, err
		}
	}
	number := func(n int, what string, into *int, missing int) error {
		*into = missing
		if len(f) <= n {
			return nil
		}
		v, err := strconv.ParseInt(f[n], 10, 32)
		if err != nil {
			return fmt.Errorf("%w: %s %q", ErrFormat, what, f[n])
		}
		*into = int(v)
		return nil
	}
	var checksum int
	for _, err := range []error{
		number(3, "ADC resolution", &s.Resolution, 0),
		number(4, "ADC zero", &s.Zero, 0),
		number(5, "initial value", &s.Initial, s.Zero),
		number(6, "checksum", &checksum, 0),
		number(7, "block size", &s.BlockSize, 0),
	} {
		if err != nil {
			return s, err
		}
	}
	s.Checksum, s.HasChecksum = uint16(checksum), len(f) > 6
	s.Baseline = s.Zero
	if baseline != "" {
		v, err := strconv.ParseInt(baseline, 10, 32)
		if err != nil {
			return s, fmt.Errorf("%w: baseline %q", ErrFormat, baseline)
		}
		s.Baseline = int(v)
	}
	return s, nil
}

func (s *Signal) parseFormat(text string) error {
	text, offset, hasOffset := strings.Cut(text, "+")
	text, skew, hasSkew := strings.Cut(text, ":")
	text, frame, hasFrame := strings.Cut(text, "x")
	var err error
	if s.Format, err = strconv.Atoi(text); err != nil {
		return fmt.Errorf("%w: signal format %q", ErrFormat, text)
	}
	if hasFrame {
		n, err := strconv.Atoi(frame)
		if err != nil || n < 1 {
			return fmt.Errorf("%w: samples per frame %q", ErrFormat, frame)
		}
		if n > 1 {
			return fmt.Errorf("%w: signal with %d samples per frame; convert the record to one rate (WFDB's xform does)", ErrUnsupported, n)
		}
	}
	if hasSkew {
		if s.Skew, err = strconv.Atoi(skew); err != nil || s.Skew < 0 {
			return fmt.Errorf("%w: skew %q", ErrFormat, skew)
		}
	}
	if hasOffset {
		if s.Offset, err = strconv.ParseInt(offset, 10, 64); err != nil || s.Offset < 0 {
			return fmt.Errorf("%w: byte offset %q", ErrFormat, offset)
		}
	}
	return nil
}

// parseGain returns the baseline's text, "" without one.
func (s *Signal) parseGain(text string) (baseline string, err error) {
	text, units, hasUnits := strings.Cut(text, "/")
	if hasUnits && units != "" {
		s.Units = units
	}
	text, baseline, hasBaseline := strings.Cut(text, "(")
	if hasBaseline {
		var closed bool
		if baseline, closed = strings.CutSuffix(baseline, ")"); !closed {
			return "", fmt.Errorf("%w: baseline %q lacks its ')'", ErrFormat, baseline)
		}
	}
	gain, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(gain, 0) || math.IsNaN(gain) {
		return "", fmt.Errorf("%w: gain %q", ErrFormat, text)
	}
	if gain != 0 { // 0 means uncalibrated: the default stays
		s.Gain = gain
	}
	return baseline, nil
}

// cutFields splits off up to n fields; the rest keeps its inner spaces.
func cutFields(line string, n int) (fields []string, rest string) {
	rest = line
	for len(fields) < n && rest != "" {
		end := strings.IndexAny(rest, " \t")
		if end < 0 {
			end = len(rest)
		}
		fields = append(fields, rest[:end])
		rest = strings.TrimLeft(rest[end:], " \t")
	}
	return fields, rest
}
