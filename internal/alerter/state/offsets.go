package state

import (
	"encoding/binary"
	"strconv"
)

// Offset returns the first offset that was not yet dealt with; 0 when nothing
// was.
func (t *Tx) Offset(topic string, partition int) int64 {
	value := t.bucket(inOffsets).Get(join(topic, strconv.Itoa(partition)))
	if len(value) != 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(value))
}

// SetOffset records that everything before next was dealt with.
func (t *Tx) SetOffset(topic string, partition int, next int64) error {
	return t.bucket(inOffsets).Put(join(topic, strconv.Itoa(partition)), number(uint64(next)))
}
