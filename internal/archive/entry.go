package archive

import (
	"encoding/binary"
	"hash/crc32"
	"time"
)

// entry is what an .idx file says of a chunk.
type entry struct {
	start int64  // ns since the Unix epoch, of the first sample
	end   uint32 // samples per lead in the segment, up to the chunk's end
	valid uint32 // of the chunk's own, those that some lead has a value for
}

const entryBytes = 20

func (e entry) time() time.Time { return time.Unix(0, e.start).UTC() }

// append writes the entry with the ordinal n.
func (e entry) append(to []byte, n int) []byte {
	at := len(to)
	to = binary.LittleEndian.AppendUint64(to, uint64(e.start))
	to = binary.LittleEndian.AppendUint32(to, e.end)
	to = binary.LittleEndian.AppendUint32(to, e.valid)
	return binary.LittleEndian.AppendUint32(to, sum(to[at:], n))
}

// sum covers the ordinal, so that an entry counts in its own place only.
func sum(fields []byte, n int) uint32 {
	return crc32.Update(crc32.ChecksumIEEE(fields), crc32.IEEETable, binary.LittleEndian.AppendUint64(nil, uint64(n)))
}

// readEntry reads the entry with the ordinal n.
func readEntry(data []byte, n int) (entry, bool) {
	if len(data) < entryBytes {
		return entry{}, false
	}
	e := entry{
		start: int64(binary.LittleEndian.Uint64(data)),
		end:   binary.LittleEndian.Uint32(data[8:]),
		valid: binary.LittleEndian.Uint32(data[12:]),
	}
	return e, binary.LittleEndian.Uint32(data[16:]) == sum(data[:16], n)
}

// readEntries reads the entries up to the first that is not whole.
func readEntries(data []byte) []entry {
	entries := make([]entry, 0, len(data)/entryBytes)
	for n := 0; ; n++ {
		e, ok := readEntry(data[min(n*entryBytes, len(data)):], n)
		if !ok {
			return entries
		}
		entries = append(entries, e)
	}
}
