package ecg

import (
	"encoding/binary"
	"fmt"
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
		return e, fmt.Errorf("%w: writing signal format %d (possible: 16, 80, 212)", ErrUnsupported, format)
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
