package ecg

import (
	"encoding/binary"
	"fmt"
	"math"
)

// encoding is the writing side of a signal format.
type encoding struct {
	bytes, samples int   // size of a packed group
	low, high      int32 // range of valid values; low-1 is the code of a missing sample
	gain           float64
	encode         func(group []int32, out []byte)
}

var encodings = map[int]encoding{
	16:  {2, 1, -1<<15 + 1, 1<<15 - 1, 1000, func(v []int32, b []byte) { binary.LittleEndian.PutUint16(b, uint16(v[0])) }},
	32:  {4, 1, math.MinInt32 + 1, math.MaxInt32, 1000, func(v []int32, b []byte) { binary.LittleEndian.PutUint32(b, uint32(v[0])) }},
	80:  {1, 1, -127, 127, 25, func(v []int32, b []byte) { b[0] = byte(v[0] + 128) }},
	212: {3, 2, -1<<11 + 1, 1<<11 - 1, 200, encode212},
}

func encode212(v []int32, b []byte) {
	first, second := uint32(v[0]), uint32(v[1])
	b[0] = byte(first)
	b[1] = byte(first>>8&0x0f | second>>4&0xf0)
	b[2] = byte(second)
}

func encodingOf(format int) (encoding, error) {
	e, ok := encodings[format]
	if !ok {
		return e, fmt.Errorf("%w: writing signal format %d (possible: 16, 32, 80, 212)", ErrUnsupported, format)
	}
	return e, nil
}

// pack interleaves signals, all equally long and in range, frame by frame. An
// incomplete last group is filled with zeros, as WFDB does.
func (e encoding) pack(signals [][]int32) []byte {
	if len(signals) == 0 {
		return nil
	}
	flat := make([]int32, 0, len(signals)*len(signals[0])+e.samples)
	for n := range signals[0] {
		for _, samples := range signals {
			flat = append(flat, samples[n])
		}
	}
	for len(flat)%e.samples != 0 {
		flat = append(flat, 0)
	}
	out := make([]byte, len(flat)/e.samples*e.bytes)
	for g := range len(flat) / e.samples {
		e.encode(flat[g*e.samples:], out[g*e.bytes:])
	}
	return out
}

// EncodeSamples packs ADC values, per signal and all equally long, frame by frame
// as they lie in a signal file of a format (16, 32, 80, 212). Values that the format
// cannot store are an error.
func EncodeSamples(format int, adc [][]int32) ([]byte, error) {
	e, err := encodingOf(format)
	if err != nil {
		return nil, err
	}
	stored := make([][]int32, len(adc))
	for i := range adc {
		if stored[i], err = storable(adc[i], e); err != nil {
			return nil, fmt.Errorf("signal %d in format %d: %w", i, format, err)
		}
	}
	return e.pack(stored), nil
}

// DecodeSamples is the inverse of EncodeSamples for a part of a signal file that
// begins with a whole frame; what follows the last whole frame is left out.
func DecodeSamples(format, signals int, data []byte) ([][]int32, error) {
	s, err := storageOf(format)
	if err != nil {
		return nil, err
	}
	h := &Header{Signals: make([]Signal, signals)}
	for i := range h.Signals {
		h.Signals[i].Format = format
	}
	if s.difference {
		return nil, fmt.Errorf("%w: format %d cannot be read from the middle", ErrUnsupported, format)
	}
	return decodeGroup(h, h.Signals, data)
}
