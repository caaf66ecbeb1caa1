// Package edf reads and writes EDF+ files (European Data Format plus), with gaps
// (EDF+D) and without (EDF+C), and their annotations.
//
// The format is that of Kemp et al., Electroenceph. clin. Neurophysiol. 82 (1992)
// 391-393, and Kemp and Olivan, Clin. Neurophysiol. 114 (2003) 1755-1761, as at
// https://www.edfplus.info. Samples are 16-bit digital values; a signal's physical
// value is what a straight line through its two extremes gives.
package edf

import (
	"errors"
	"time"
)

// ErrFormat is wrapped by every error about a file that is no EDF+ file.
var ErrFormat = errors.New("malformed EDF+ file")

// Header describes a file.
type Header struct {
	// Patient and Recording are the identifications, at most 80 bytes: see
	// PatientID and RecordingID.
	Patient, Recording string
	// Start is cut to the second: the first record's onset has the rest.
	Start time.Time
	// Duration of a data record.
	Duration time.Duration
	// Discontinuous allows gaps between records.
	Discontinuous bool
	Signals       []Signal
}

// Signal describes a signal. The texts have at most 16 bytes (Label), 80
// (Transducer, Prefilter) and 8 (Dimension).
type Signal struct {
	Label, Transducer, Dimension, Prefilter string
	PhysicalMin, PhysicalMax                float64
	DigitalMin, DigitalMax                  int
	Samples                                 int // in each record
}

// Physical is the value of a digital one in the signal's dimension.
func (s Signal) Physical(digital int16) float64 {
	return s.PhysicalMin + float64(int(digital)-s.DigitalMin)*(s.PhysicalMax-s.PhysicalMin)/float64(s.DigitalMax-s.DigitalMin)
}

// Annotation is a text for a time.
type Annotation struct {
	// Onset counts from the header's Start, in whole seconds.
	Onset time.Duration
	// Duration is 0 for an instant.
	Duration time.Duration
	Text     string
}

// Record is a data record: what was measured from its onset on.
type Record struct {
	Onset   time.Duration // from the header's Start
	Samples [][]int16     // of each signal, digital
}
