package ecg

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
)

// Limits of annot(5).
const (
	maxStep = 1<<10 - 1 // of the time difference inside an annotation's word
	maxAux  = 255       // bytes of text that WFDB's own reader accepts
)

// WriteAnnotations writes an annotation file in MIT format; path is the full name
// with the annotator as its extension, for example "out/100.hol". Annotations must
// be in order of time.
func WriteAnnotations(path string, annotations []Annotation) error {
	data, err := EncodeAnnotations(annotations)
	if err != nil {
		return fmt.Errorf("write WFDB annotations %s: %w", path, err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("write WFDB annotations: %w", err)
	}
	return nil
}

// EncodeAnnotations is the inverse of DecodeAnnotations.
func EncodeAnnotations(annotations []Annotation) ([]byte, error) {
	var out []byte
	word := func(code, value int) {
		out = binary.LittleEndian.AppendUint16(out, uint16(code<<10|value&maxStep))
	}
	var at int64
	num, channel := 0, 0
	for i, a := range annotations {
		code, err := checkAnnotation(a, at)
		if err != nil {
			return nil, fmt.Errorf("annotation %d: %w", i, err)
		}
		step := a.Sample - at
		for step > maxStep {
			jump := min(step, math.MaxInt32)
			word(codeSkip, 0)
			out = binary.LittleEndian.AppendUint16(out, uint16(jump>>16))
			out = binary.LittleEndian.AppendUint16(out, uint16(jump))
			step -= jump
		}
		word(code, int(step))
		if a.Subtype != 0 {
			word(codeSub, a.Subtype)
		}
		if a.Chan != channel {
			word(codeChan, a.Chan)
		}
		if a.Num != num {
			word(codeNum, a.Num)
		}
		if a.Aux != "" {
			word(codeAux, len(a.Aux))
			out = append(out, a.Aux...)
			if len(a.Aux)%2 == 1 {
				out = append(out, 0)
			}
		}
		at, num, channel = a.Sample, a.Num, a.Chan
	}
	return append(out, 0, 0), nil
}

func checkAnnotation(a Annotation, previous int64) (code int, err error) {
	switch {
	case a.Sample < previous:
		return 0, fmt.Errorf("at sample %d after one at %d: sort them by time first", a.Sample, previous)
	case a.Subtype != int(int8(a.Subtype)) || a.Num != int(int8(a.Num)):
		return 0, fmt.Errorf("subtype %d or num %d is outside -128..127", a.Subtype, a.Num)
	case a.Chan < 0 || a.Chan > 255:
		return 0, fmt.Errorf("chan %d is outside 0..255", a.Chan)
	case len(a.Aux) > maxAux:
		return 0, fmt.Errorf("its text has %d bytes, the format takes %d", len(a.Aux), maxAux)
	}
	return codeOf(a.Symbol)
}
