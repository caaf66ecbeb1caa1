package archive

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// Comments of a segment's header say what WFDB has no field for.
const (
	patientNote   = "patient: "
	deviceNote    = "device: "
	recordingNote = "recording: "
	chunkNote     = "first chunk: "
)

// header describes the segment before its samples are counted.
func (s *segment) header(start time.Time) *ecg.Header {
	name := filepath.Base(s.path)
	h := &ecg.Header{
		Name: name, Rate: s.rate, Start: start.UTC(),
		Comments: []string{
			patientNote + strconv.Quote(s.patient),
			deviceNote + strconv.Quote(s.device),
			recordingNote + strconv.Quote(s.recording),
			chunkNote + strconv.FormatUint(s.first, 10),
		},
	}
	for i, lead := range s.leads {
		h.Signals = append(h.Signals, ecg.Signal{
			File: name + samples, Format: s.format, Gain: s.gain[i], Units: "mV", Resolution: s.format, Description: lead,
		})
	}
	return h
}

// openSegment reads a segment's header.
func openSegment(path string) (*segment, *ecg.Header, error) {
	h, err := ecg.ReadHeader(path)
	if err != nil {
		return nil, nil, err
	}
	s := &segment{path: path}
	s.rate = h.Rate
	var chunk string
	for _, c := range h.Comments {
		for note, into := range map[string]*string{patientNote: &s.patient, deviceNote: &s.device, recordingNote: &s.recording} {
			if text, ok := strings.CutPrefix(c, note); ok && err == nil {
				*into, err = strconv.Unquote(text)
			}
		}
		if text, ok := strings.CutPrefix(c, chunkNote); ok {
			chunk = text
		}
	}
	if err == nil {
		s.first, err = strconv.ParseUint(chunk, 10, 64)
	}
	if err != nil || len(h.Signals) == 0 {
		return nil, nil, fmt.Errorf("%s%s is not a header of the archive (%w); move the file elsewhere", path, header, err)
	}
	for _, signal := range h.Signals {
		s.format = signal.Format
		s.leads, s.gain = append(s.leads, signal.Description), append(s.gain, signal.Gain)
	}
	if _, err := ecg.EncodeSamples(s.format, nil); err != nil {
		return nil, nil, fmt.Errorf("%s%s: %w", path, header, err)
	}
	return s, h, nil
}
