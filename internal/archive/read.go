package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Archive reads what the service keeps. It is safe for concurrent use, also
// beside the service.
type Archive struct{ root string }

// Open opens the archive in a folder.
func Open(folder string) (*Archive, error) {
	if _, err := os.Stat(folder); err != nil {
		return nil, fmt.Errorf("open the archive: %w; it is archive.folder of the configuration, or the folder archive in that of `holter up`", err)
	}
	return &Archive{root: folder}, nil
}

// Read finds a patient's signal in [from, to), in order of time: one Stretch for
// each part without a gap, of each device. What lies between the End of one and
// the Start of the next of the same device was not received. It reads no sample,
// so a long period costs little.
func (a *Archive) Read(patient string, from, to time.Time) ([]*Stretch, error) {
	segments, err := a.segments(patient, from, to)
	if err != nil {
		return nil, err
	}
	var all []*Stretch
	newest := make(map[origin]*Stretch)
	for _, s := range segments {
		piece := s.cut(from, to)
		if piece == nil {
			continue
		}
		if before := newest[s.origin]; before == nil || !before.join(piece, s) {
			newest[s.origin] = piece
			all = append(all, piece)
		}
	}
	return all, nil
}

// Presses are a patient's symptom marks in [from, to), as they came.
func (a *Archive) Presses(patient string, from, to time.Time) ([]Press, error) {
	return readPresses(a.root, patient, from, to)
}

// stored is a segment with what its index says.
type stored struct {
	*segment
	entries []entry
}

// segments opens those that may hold something of the period, by their start.
func (a *Archive) segments(patient string, from, to time.Time) ([]stored, error) {
	dir := filepath.Join(a.root, folderOf(patient))
	devices, err := list(dir)
	if err != nil {
		return nil, err
	}
	early := from
	if from.Sub(dawn) > span {
		early = from.Add(-span)
	}
	var all []stored
	for _, device := range devices {
		if strings.HasPrefix(device, ".") {
			continue
		}
		paths, err := segmentsIn(filepath.Join(dir, device), early, to)
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			s, err := openStored(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue // swept meanwhile
			}
			if err != nil {
				return nil, err
			}
			if s.patient == patient && len(s.entries) > 0 {
				all = append(all, s)
			}
		}
	}
	slices.SortStableFunc(all, func(x, y stored) int { return x.entries[0].time().Compare(y.entries[0].time()) })
	return all, nil
}

func openStored(path string) (stored, error) {
	s, _, err := openSegment(path)
	if err != nil {
		return stored{}, err
	}
	data, err := os.ReadFile(path + index)
	return stored{s, readEntries(data)}, err
}

// cut makes a stretch of what lies in [from, to); nil when nothing does.
func (s stored) cut(from, to time.Time) *Stretch {
	out := &Stretch{
		Patient: s.patient, Device: s.device, Recording: s.recording, Rate: s.rate, Leads: s.leads, Gain: s.gain,
		length: int(s.entries[len(s.entries)-1].end), next: s.first + uint64(len(s.entries)),
	}
	begin := 0
	for _, e := range s.entries {
		out.ties = append(out.ties, tie{begin, e.time()})
		begin = int(e.end)
	}
	lo, hi := min(max(out.sampleAt(from, atOrAfter), 0), out.length), min(out.sampleAt(to, atOrAfter), out.length)
	if lo >= hi {
		return nil
	}
	start := out.TimeAt(lo)
	if hi < out.length {
		out.next = 0 // nothing goes on here
	}
	i := slices.IndexFunc(out.ties, func(t tie) bool { return t.sample > lo })
	if i < 0 {
		i = len(out.ties)
	}
	ties := []tie{{0, start}}
	for _, t := range out.ties[i:] {
		if t.sample < hi {
			ties = append(ties, tie{t.sample - lo, t.time})
		}
	}
	out.ties, out.length = ties, hi-lo
	out.parts = []part{{path: s.path, format: s.format, from: lo, len: hi - lo}}
	return out
}

// atOrAfter rounds to the first sample that is not before a time, which is
// known to the nanosecond.
func atOrAfter(x float64) float64 { return math.Ceil(x - 1e-3) }

// join appends a piece, cut from a segment, that goes on where the stretch ends.
func (s *Stretch) join(piece *Stretch, of stored) bool {
	same := shape{s.Rate, s.Leads, s.Gain}.equal(of.shape)
	if !same || s.next != of.first || piece.parts[0].from > 0 || piece.Start().Sub(s.End()).Abs() > jitter {
		return false
	}
	for _, t := range piece.ties {
		s.ties = append(s.ties, tie{s.length + t.sample, t.time})
	}
	s.length += piece.length
	s.parts = append(s.parts, piece.parts...)
	s.next = piece.next
	return true
}
