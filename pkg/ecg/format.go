package ecg

import (
	"encoding/binary"
	"fmt"
	"math"
)

// InvalidSample marks, in ADC units, a sample that the recorder could not
// measure. Formats have their own codes for it (the most negative value they can
// store); they are translated to this one.
const InvalidSample = math.MinInt32

// storage describes a signal format of signal(5): groups of samples packed into
// bytes. Samples of all signals of a file follow each other frame by frame.
type storage struct {
	bytes, samples int   // size of a packed group
	invalid        int32 // code of a missing sample; 0 = the format has none
	decode         func(group []byte, out []int32)
	difference     bool // samples are differences to the one before
}

var storages = map[int]storage{
	8:   {1, 1, 0, func(b []byte, out []int32) { out[0] = int32(int8(b[0])) }, true},
	16:  {2, 1, math.MinInt16, func(b []byte, out []int32) { out[0] = int32(int16(binary.LittleEndian.Uint16(b))) }, false},
	24:  {3, 1, -1 << 23, decode24, false},
	32:  {4, 1, math.MinInt32, func(b []byte, out []int32) { out[0] = int32(binary.LittleEndian.Uint32(b)) }, false},
	61:  {2, 1, math.MinInt16, func(b []byte, out []int32) { out[0] = int32(int16(binary.BigEndian.Uint16(b))) }, false},
	80:  {1, 1, -128, func(b []byte, out []int32) { out[0] = int32(b[0]) - 128 }, false},
	160: {2, 1, math.MinInt16, func(b []byte, out []int32) { out[0] = int32(binary.LittleEndian.Uint16(b)) - 1<<15 }, false},
	212: {3, 2, -1 << 11, decode212, false},
	310: {4, 3, -1 << 9, decode310, false},
	311: {4, 3, -1 << 9, decode311, false},
}

func decode24(b []byte, out []int32) {
	out[0] = int32(b[0]) | int32(b[1])<<8 | int32(int8(b[2]))<<16
}

func decode212(b []byte, out []int32) {
	out[0] = signExtend(uint32(b[0])|uint32(b[1]&0x0f)<<8, 12)
	out[1] = signExtend(uint32(b[2])|uint32(b[1]&0xf0)<<4, 12)
}

func decode310(b []byte, out []int32) {
	first, second := uint32(b[0])|uint32(b[1])<<8, uint32(b[2])|uint32(b[3])<<8
	out[0] = signExtend(first>>1, 10)
	out[1] = signExtend(second>>1, 10)
	out[2] = signExtend(first>>11|second>>11<<5, 10)
}

func decode311(b []byte, out []int32) {
	word := binary.LittleEndian.Uint32(b)
	out[0], out[1], out[2] = signExtend(word, 10), signExtend(word>>10, 10), signExtend(word>>20, 10)
}

// signExtend reads the low bits of v as a two's complement number.
func signExtend(v uint32, bits int) int32 {
	return int32(v<<(32-bits)) >> (32 - bits)
}

func storageOf(format int) (storage, error) {
	s, ok := storages[format]
	if !ok {
		return s, fmt.Errorf("%w: signal format %d (known: 8, 16, 24, 32, 61, 80, 160, 212, 310, 311); convert the record with WFDB's xform", ErrUnsupported, format)
	}
	return s, nil
}

// capacity is the number of whole samples in n bytes. The last group of a file
// may be cut after any sample whose bits are all there.
func (s storage) capacity(n int) int {
	count := n / s.bytes * s.samples
	rest := n % s.bytes
	switch {
	case s.bytes == 3 && s.samples == 2 && rest == 2:
		count++
	case s.samples == 3 && rest >= 2:
		count++
	}
	return count
}

// unpack decodes count samples; data must have the capacity.
func (s storage) unpack(data []byte, count int) []int32 {
	groups := (count + s.samples - 1) / s.samples
	out := make([]int32, groups*s.samples)
	for g := range groups {
		from := g * s.bytes
		group := data[from:min(from+s.bytes, len(data))]
		if len(group) < s.bytes { // cut last group: its missing bits are not used
			group = append(append(make([]byte, 0, s.bytes), group...), make([]byte, s.bytes-len(group))...)
		}
		s.decode(group, out[g*s.samples:])
	}
	return out[:count]
}
