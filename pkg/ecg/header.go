package ecg

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Errors that callers tell apart when a WFDB file is refused.
var (
	ErrFormat      = errors.New("malformed WFDB file")
	ErrUnsupported = errors.New("unsupported WFDB feature")
	ErrChecksum    = errors.New("WFDB checksum mismatch")
)

// Defaults of header(5) for fields that a header leaves out.
const (
	defaultRate = 250
	defaultGain = 200
)

// maxHeaderBytes bounds what is read of a header; real ones hold a few kB.
const maxHeaderBytes = 1 << 20

// Header describes a WFDB record: header(5).
type Header struct {
	Name     string
	Rate     float64   // samples per second and signal
	Samples  int64     // per signal; 0 = unspecified
	Start    time.Time // UTC, as the format knows no zone; zero without base date
	Signals  []Signal
	Comments []string // text of the lines that start with '#', in order
}

// Signal describes one signal of a record.
type Signal struct {
	File        string // plain name, beside the header
	Format      int    // storage format: signal(5)
	Skew        int    // samples of this signal that precede sample 0
	Offset      int64  // bytes before the first sample in the file
	Gain        float64
	Baseline    int    // ADC value of 0 physical units
	Units       string // of the physical value; "mV" by default
	Resolution  int    // bits of the ADC
	Zero        int    // ADC value of the middle of its range
	Initial     int    // first value; starts the sums of difference formats
	Checksum    uint16 // low 16 bits of the sum of all samples
	HasChecksum bool
	BlockSize   int
	Description string // usually the lead's name
}

// Name is the signal's lead name: its description, or its file's name without one.
func (s Signal) Name() string {
	if s.Description != "" {
		return s.Description
	}
	return s.File
}

// PerMillivolt is the signal's gain in ADC units per millivolt; false for a
// signal that is no voltage (pressure, respiration…).
func (s Signal) PerMillivolt() (float64, bool) {
	switch s.Units {
	case "mV", "mv", "MV":
		return s.Gain, true
	case "uV", "µV", "μV", "uv":
		return s.Gain * 1000, true
	case "nV":
		return s.Gain * 1e6, true
	case "V":
		return s.Gain / 1000, true
	}
	return 0, false
}

// ReadHeader reads the header of the record at path, which is a WFDB record path:
// directory and record name without extension.
func ReadHeader(path string) (*Header, error) {
	name := path + ".hea"
	file, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, fmt.Errorf("read WFDB header: %w (give the record's path without extension)", err)
	}
	defer file.Close() //nolint:errcheck // only read from
	header, err := ParseHeader(file)
	if err != nil {
		return nil, fmt.Errorf("read WFDB header %s: %w", name, err)
	}
	return header, nil
}

// ParseHeader reads a single-segment header; multi-segment records and several
// samples per frame are refused with ErrUnsupported, anything that is not a header
// with ErrFormat.
func ParseHeader(r io.Reader) (*Header, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxHeaderBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxHeaderBytes {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrFormat, maxHeaderBytes)
	}
	return parseHeader(string(text))
}
