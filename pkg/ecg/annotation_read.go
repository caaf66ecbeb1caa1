package ecg

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// Pseudo codes of annot(5): they carry data of a neighbouring annotation.
const (
	codeSkip = 59 // the next four bytes are a time difference
	codeNum  = 60 // Num of this annotation and of those that follow
	codeSub  = 61 // Subtype of this annotation
	codeChan = 62 // Chan of this annotation and of those that follow
	codeAux  = 63 // length of the text that follows
)

// ReadAnnotations reads an annotation file in MIT format, for example
// "mitdb/100.atr" (full name, with the annotator as its extension). Should the
// file state a time resolution other than its record's rate, the positions are
// converted to the record's samples (the header must then be beside it).
func ReadAnnotations(path string) ([]Annotation, error) {
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("read WFDB annotations: %w", err)
	}
	annotations, resolution, err := DecodeAnnotations(data)
	if err != nil {
		return nil, fmt.Errorf("read WFDB annotations %s: %w", path, err)
	}
	if resolution == 0 {
		return annotations, nil
	}
	header, err := ReadHeader(strings.TrimSuffix(path, filepath.Ext(path)))
	if err != nil {
		return nil, fmt.Errorf("read WFDB annotations %s: times are in 1/%g s, and the record's rate is needed to convert them: %w", path, resolution, err)
	}
	if header.Rate != resolution {
		for i := range annotations {
			annotations[i].Sample = int64(math.Round(float64(annotations[i].Sample) * header.Rate / resolution))
		}
	}
	return annotations, nil
}

// DecodeAnnotations reads the bytes of an annotation file in MIT format. Positions
// are in units of 1/resolution s; resolution 0 means the record's own rate. A file
// without its end mark is accepted when it ends between annotations.
func DecodeAnnotations(data []byte) (annotations []Annotation, resolution float64, err error) {
	d := annotationDecoder{data: data}
	for !d.ended && d.pos+2 <= len(data) {
		if err := d.next(); err != nil {
			return nil, 0, err
		}
	}
	out, meta := splitMeta(d.out)
	resolution, defined, err := parseMeta(meta)
	if err != nil {
		return nil, 0, err
	}
	for i := range out {
		out[i].Symbol = symbolOf(d.codes[len(meta)+i], defined)
	}
	return out, resolution, nil
}

// annotationDecoder walks over the words of an annotation file.
type annotationDecoder struct {
	data         []byte
	pos          int
	at           int64
	num, channel int // carried on to the following annotations
	ended        bool
	out          []Annotation // without symbols: codes holds what they will be
	codes        []int
}

func (d *annotationDecoder) next() error {
	word := binary.LittleEndian.Uint16(d.data[d.pos:])
	code, value := int(word>>10), int(word&0x3ff)
	d.pos += 2
	switch {
	case code == 0 && value == 0:
		d.ended = true
		return nil
	case code == 0:
		return d.advance(int64(value))
	case code == codeSkip:
		return d.skip()
	case code <= maxCode:
		if err := d.advance(int64(value)); err != nil {
			return err
		}
		d.out = append(d.out, Annotation{Sample: d.at, Num: d.num, Chan: d.channel})
		d.codes = append(d.codes, code)
		return nil
	case code >= codeNum && len(d.out) > 0:
		return d.qualify(&d.out[len(d.out)-1], code, value)
	}
	return fmt.Errorf("%w: code %d at byte %d has no meaning there", ErrFormat, code, d.pos-2)
}

// advance moves the time on; it stays within what the format can address.
func (d *annotationDecoder) advance(by int64) error {
	d.at += by
	if d.at < 0 {
		return fmt.Errorf("%w: an annotation before the record's start at byte %d", ErrFormat, d.pos-2)
	}
	return nil
}

// skip reads a 32-bit step stored high word first, each word low byte first.
func (d *annotationDecoder) skip() error {
	if d.pos+4 > len(d.data) {
		return fmt.Errorf("%w: cut inside a skip at byte %d", ErrFormat, d.pos)
	}
	high, low := binary.LittleEndian.Uint16(d.data[d.pos:]), binary.LittleEndian.Uint16(d.data[d.pos+2:])
	d.pos += 4
	d.at += int64(int32(uint32(high)<<16 | uint32(low)))
	return nil
}

// qualify applies a pseudo annotation to the annotation before it.
func (d *annotationDecoder) qualify(a *Annotation, code, value int) error {
	switch code {
	case codeNum:
		d.num = int(int8(value))
		a.Num = d.num
	case codeSub:
		a.Subtype = int(int8(value))
	case codeChan:
		d.channel = value & 0xff
		a.Chan = d.channel
	case codeAux:
		if d.pos+value > len(d.data) {
			return fmt.Errorf("%w: cut inside a text at byte %d", ErrFormat, d.pos)
		}
		a.Aux = strings.TrimRight(string(d.data[d.pos:d.pos+value]), "\x00")
		d.pos += value + value&1 // texts take whole words
	}
	return nil
}
