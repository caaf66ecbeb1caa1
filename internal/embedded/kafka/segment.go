package kafka

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Places in a record batch, all big-endian:
// https://kafka.apache.org/documentation/#recordbatch
const (
	batchLengthAt    = 8  // int32: bytes after this field
	batchCRCAt       = 17 // uint32: CRC-32C of everything after this field
	batchBodyAt      = 21
	batchLastDeltaAt = 23 // int32: last offset less the first
	batchHeader      = 61
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// endOffset returns the offset after a partition's last complete batch, 0 when
// the folder has none or does not exist. As at loading, a segment counts up to
// its first damaged batch.
func endOffset(folder string) (int64, error) {
	files, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	var bases []int64
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".dat"); ok {
			if base, err := strconv.ParseInt(name, 10, 64); err == nil {
				bases = append(bases, base)
			}
		}
	}
	slices.Sort(bases)
	var end int64
	for _, base := range bases {
		data, err := os.ReadFile(filepath.Join(folder, strconv.FormatInt(base, 10)+".dat"))
		if err != nil {
			return 0, fmt.Errorf("reading a segment: %w", err)
		}
		if e := lastOffset(data) + 1; e > end {
			end = e
		}
	}
	return end, nil
}

// lastOffset returns the last offset of a segment's complete batches, -1 when
// there is none.
func lastOffset(segment []byte) int64 {
	last := int64(-1)
	for len(segment) >= batchHeader {
		length := int64(int32(binary.BigEndian.Uint32(segment[batchLengthAt:]))) //nolint:gosec // it is signed
		size := batchLengthAt + 4 + length
		if size < batchHeader || size > int64(len(segment)) {
			return last
		}
		batch := segment[:size]
		if crc32.Checksum(batch[batchBodyAt:], castagnoli) != binary.BigEndian.Uint32(batch[batchCRCAt:]) {
			return last
		}
		first := int64(binary.BigEndian.Uint64(batch))                           //nolint:gosec // it is signed
		delta := int64(int32(binary.BigEndian.Uint32(batch[batchLastDeltaAt:]))) //nolint:gosec // it is signed
		last = first + delta
		segment = segment[size:]
	}
	return last
}
