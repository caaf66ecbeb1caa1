package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/holterd/holter/pkg/ecg"
)

// write brings the pending chunks of a segment to the disk. When it fails they
// are dropped, and the segment stands as before.
func (s *segment) write(root string) (err error) {
	defer func() { s.drop() }()
	if s.path == "" {
		if err := s.create(root); err != nil {
			return err
		}
	}
	var frames, entries []byte
	end := s.stored.frames
	for i, c := range s.pending {
		data, err := ecg.EncodeSamples(s.format, c.adc)
		if err != nil {
			return err
		}
		end += c.len()
		frames = append(frames, data...)
		e := entry{start: c.start.UnixNano(), end: uint32(end), valid: uint32(c.valid())}
		entries = e.append(entries, s.stored.chunks+i)
	}
	if err := writeAt(s.path+samples, frames, int64(s.stored.frames)*s.frameBytes()); err != nil {
		return err
	}
	if err := writeAt(s.path+index, entries, int64(s.stored.chunks)*entryBytes); err != nil {
		return err
	}
	s.stored, s.sealed = s.tip, false
	return nil
}

// create makes the files, the header last: it makes them a record.
func (s *segment) create(root string) (err error) {
	start := s.pending[0].start
	dir := filepath.Join(root, folderOf(s.patient), folderOf(s.device), start.UTC().Format(dayLayout))
	if err := makeFolder(root, dir); err != nil {
		return err
	}
	for another := 0; ; another++ {
		path := filepath.Join(dir, baseName(start, another))
		f, err := os.OpenFile(path+index, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
		s.path = path
		break
	}
	defer func() {
		if err != nil {
			s.remove()
		}
	}()
	if err := os.WriteFile(s.path+samples, nil, 0o600); err != nil {
		return err
	}
	return replace(s.path+header, ecg.FormatHeader(s.header(start)))
}

// remove takes the files away, the header first.
func (s *segment) remove() {
	for _, extension := range []string{header, samples, index} {
		_ = os.Remove(s.path + extension) // what stays is swept with its day
	}
	s.path = ""
}

// entry reads what is written of the chunk with the ordinal n.
func (s *segment) entry(n int) (entry, error) {
	f, err := os.Open(s.path + index)
	if err != nil {
		return entry{}, err
	}
	defer f.Close() //nolint:errcheck // only read from
	data := make([]byte, entryBytes)
	if _, err := f.ReadAt(data, int64(n)*entryBytes); err != nil {
		return entry{}, err
	}
	e, ok := readEntry(data, n)
	if !ok {
		return e, fmt.Errorf("%s%s: entry %d is damaged", s.path, index, n)
	}
	return e, nil
}

// seal lets the header count the samples and give their checksums, and cuts off
// what is behind them.
func (s *segment) seal() error {
	size := int64(s.stored.frames) * s.frameBytes()
	for path, size := range map[string]int64{s.path + samples: size, s.path + index: int64(s.stored.chunks) * entryBytes} {
		if err := os.Truncate(path, size); err != nil {
			return err
		}
	}
	data, err := os.ReadFile(s.path + samples)
	if err != nil {
		return err
	}
	first, err := s.entry(0)
	if err != nil {
		return err
	}
	h := s.header(first.time())
	adc, err := ecg.DecodeSamples(s.format, len(s.leads), data)
	if err != nil {
		return err
	}
	h.Count(adc)
	if err := replace(s.path+header, ecg.FormatHeader(h)); err != nil {
		return err
	}
	s.sealed = true
	return nil
}
