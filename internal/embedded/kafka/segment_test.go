package kafka

import (
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/require"
)

// batch is one as a segment holds it.
func batch(first int64, delta int32, records []byte) []byte {
	b := make([]byte, batchHeader, batchHeader+len(records))
	b = append(b, records...)
	binary.BigEndian.PutUint64(b, uint64(first))
	binary.BigEndian.PutUint32(b[batchLengthAt:], uint32(len(b)-batchLengthAt-4))
	binary.BigEndian.PutUint32(b[batchLastDeltaAt:], uint32(delta))
	binary.BigEndian.PutUint32(b[batchCRCAt:], crc32.Checksum(b[batchBodyAt:], castagnoli))
	return b
}

// A segment counts up to its first damaged batch, whatever follows.
func FuzzLastOffset(f *testing.F) {
	f.Add(int64(7), int32(2), []byte("records"), []byte("cut off"))
	f.Add(int64(0), int32(0), []byte{}, batch(1, 4, []byte("more")))
	f.Add(int64(1), int32(0), []byte{}, make([]byte, batchHeader))
	f.Fuzz(func(t *testing.T, first int64, delta int32, records, tail []byte) {
		whole := batch(first, delta, records)
		own := first + int64(delta)
		require.Equal(t, own, lastOffset(whole))
		require.EqualValues(t, -1, lastOffset(whole[:len(whole)-1]))
		require.Contains(t, []int64{own, lastOffset(tail)}, lastOffset(append(whole, tail...)))
	})
}
