package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// shelf holds the segments of one device, for the one who writes them.
type shelf struct {
	segments []*segment
	used     time.Time
}

var (
	dawn = time.Unix(0, math.MinInt64)
	dusk = time.Unix(0, math.MaxInt64)
)

// openShelf finds what an earlier process has written.
func openShelf(root, patient, device string) (*shelf, error) {
	paths, err := segmentsIn(filepath.Join(root, folderOf(patient), folderOf(device)), dawn, dusk)
	if err != nil {
		return nil, err
	}
	sh := &shelf{}
	for _, path := range paths {
		s, err := restore(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // swept meanwhile
		}
		if err != nil {
			return nil, err
		}
		// On disks that do not tell anna from Anna another's may be here.
		if s.patient == patient && s.device == device && s.stored.chunks > 0 {
			sh.segments = append(sh.segments, s)
		}
	}
	return sh, nil
}

// restore reads how far a segment goes.
func restore(path string) (*segment, error) {
	s, h, err := openSegment(path)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path + index)
	if err != nil {
		return nil, err
	}
	entries := readEntries(data)
	if len(entries) == 0 {
		return s, nil
	}
	last := entries[len(entries)-1]
	from := 0
	if n := len(entries); n > 1 {
		from = int(entries[n-2].end)
	}
	s.hour = entries[0].time().Truncate(time.Hour)
	s.stored = tip{
		chunks: len(entries), frames: int(last.end), newest: last.time(),
		until: last.time().Add(s.lasting(int(last.end) - from)),
	}
	s.tip = s.stored
	s.sealed = h.Samples == int64(s.stored.frames)
	info, err := os.Stat(path + samples)
	if err == nil && info.Size() < int64(s.stored.frames)*s.frameBytes() {
		err = fmt.Errorf("%s%s is shorter than %s says: restore both from a backup, or move the segment elsewhere", path, samples, index)
	}
	return s, err
}

// place puts a chunk where it belongs; nil when it is there already.
func (sh *shelf) place(c *chunk) (*segment, error) {
	for _, s := range slices.Backward(sh.segments) {
		held, err := s.holds(c)
		if errors.Is(err, fs.ErrNotExist) {
			sh.forget(s) // swept
			continue
		}
		if held || err != nil {
			return nil, err
		}
	}
	for _, s := range slices.Backward(sh.segments) {
		if s.goesOn(c) {
			s.take(c)
			return s, nil
		}
	}
	s := begin(c)
	s.take(c)
	sh.segments = append(sh.segments, s)
	return s, nil
}

func (sh *shelf) forget(s *segment) {
	sh.segments = slices.DeleteFunc(slices.Clone(sh.segments), func(o *segment) bool { return o == s })
}

// seal completes the headers of all segments but those that end after a time.
func (sh *shelf) seal(before time.Time) error {
	var problems []error
	for _, s := range sh.segments {
		if s.path != "" && !s.sealed && s.stored.until.Before(before) {
			if err := s.seal(); err != nil && !errors.Is(err, fs.ErrNotExist) {
				problems = append(problems, err)
			}
		}
	}
	return errors.Join(problems...)
}
