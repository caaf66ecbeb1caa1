package analyzer

import "math"

// nothing is the offset of a recording that needs no record again.
const nothing = int64(math.MaxInt64)

// offsets remembers where in the partition a recording's chunks are, by their
// sequence numbers, as long as a restart from its newest checkpoint would need
// them. Of a chunk that came repeatedly the first one counts.
type offsets struct {
	of map[uint64]int64
	// lowest is the first offset to read again, or nothing; chunks may arrive
	// out of order.
	lowest int64
}

func newOffsets() offsets { return offsets{of: make(map[uint64]int64), lowest: nothing} }

func (o *offsets) add(sequence uint64, offset int64) {
	if _, ok := o.of[sequence]; !ok {
		o.of[sequence] = offset
		o.lowest = min(o.lowest, offset)
	}
}

// keep forgets the chunks before the sequence number; all, if none is needed.
func (o *offsets) keep(needed uint64, ok bool) {
	o.lowest = nothing
	for sequence, offset := range o.of {
		if !ok || sequence < needed {
			delete(o.of, sequence)
		} else {
			o.lowest = min(o.lowest, offset)
		}
	}
}
