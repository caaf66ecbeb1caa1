package archive

import (
	"time"
)

// segment is a stretch without a gap, as one WFDB record.
type segment struct {
	origin
	shape
	path   string // without extension; "" while there are no files
	format int
	first  uint64    // sequence number of the first chunk
	hour   time.Time // in which the first chunk began
	sealed bool      // the header counts all samples

	stored  tip // what the disk has
	tip     tip // with the pending chunks
	pending []*chunk
}

// tip is where a segment ends.
type tip struct {
	chunks int
	frames int       // samples per lead
	newest time.Time // when the newest chunk began
	until  time.Time // when it ended
}

// begin makes a segment for a first chunk.
func begin(c *chunk) *segment {
	return &segment{origin: c.origin, shape: c.shape, format: c.format(), first: c.sequence, hour: c.start.Truncate(time.Hour)}
}

// jitter is how far off a time stamp may be without a gap being meant; the
// analyzer sees it so too.
const jitter = 50 * time.Millisecond

// goesOn tells whether a chunk goes on where the segment ends.
func (s *segment) goesOn(c *chunk) bool {
	return s.origin == c.origin && s.first+uint64(s.tip.chunks) == c.sequence &&
		s.equal(c.shape) && s.format >= c.format() &&
		s.hour.Equal(c.start.Truncate(time.Hour)) &&
		c.start.After(s.tip.newest) && c.start.Sub(s.tip.until).Abs() <= jitter
}

// holds tells whether the segment has the chunk already.
func (s *segment) holds(c *chunk) (bool, error) {
	if s.origin != c.origin || c.sequence < s.first || c.sequence >= s.first+uint64(s.tip.chunks) {
		return false, nil
	}
	n := int(c.sequence - s.first)
	if n >= s.stored.chunks {
		return s.pending[n-s.stored.chunks].start.Equal(c.start), nil
	}
	e, err := s.entry(n)
	return err == nil && e.time().Equal(c.start), err
}

// take puts a chunk to the pending ones.
func (s *segment) take(c *chunk) {
	s.pending = append(s.pending, c)
	s.tip = tip{chunks: s.tip.chunks + 1, frames: s.tip.frames + c.len(), newest: c.start, until: c.end()}
}

// drop forgets the pending chunks.
func (s *segment) drop() { s.pending, s.tip = nil, s.stored }

// frameBytes is the size of one sample of every lead.
func (s *segment) frameBytes() int64 { return int64(s.format / 8 * len(s.leads)) }
