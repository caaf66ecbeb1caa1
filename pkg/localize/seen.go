package localize

import "time"

// Seen is what a model saw of one condition in one window.
type Seen struct {
	// Window is the window's identity, for the event's record.
	Window string
	// Segment is the ordinal of the contiguous signal that the window lies in;
	// events do not reach across segments.
	Segment int
	// Start is the wall time of the window's first sample, End that of the
	// end of its last one.
	Start, End time.Time
	// CoreFrom and CoreTo bound the part that is this window's to answer for;
	// the cores of a segment's windows follow each other without a gap.
	CoreFrom, CoreTo time.Time
	// EndsSegment says that no window of this segment follows.
	EndsSegment bool
	// Spans is the answer, in seconds from Start.
	Spans Spans
	// Beats are the QRS complexes detected in the window, in order.
	Beats []time.Time
	// Heat holds, for each HeatStep from Start, the probability that a beat of
	// the condition lies there; nil when unknown.
	Heat []float32
	// Quality is how well the signal shows its beats, 0 to 1.
	Quality float64
	// Question and Answer are the texts; none when the condition was not asked for.
	Question, Answer string
	// Measured are the ST episodes measured in the signal that ended in the window
	// or go on, Levels the deviations in its core.
	Measured []Measured
	Levels   []Level
}

// at is the wall time of a position in the clip.
func (s *Seen) at(seconds float64) int64 {
	return s.Start.UnixNano() + int64(seconds*float64(time.Second))
}

// beats are the QRS times in nanoseconds since the Unix epoch.
func (s *Seen) beats() []int64 {
	beats := make([]int64, len(s.Beats))
	for i, t := range s.Beats {
		beats[i] = t.UnixNano()
	}
	return beats
}

// seconds are the QRS times in seconds from the clip's start.
func (s *Seen) seconds() []float64 {
	seconds := make([]float64, len(s.Beats))
	for i, t := range s.Beats {
		seconds[i] = t.Sub(s.Start).Seconds()
	}
	return seconds
}

// contribution is what a window adds to an event.
type contribution struct {
	start, end int64   // ns since the Unix epoch
	cut        bool    // end is the window's, not a beat's
	whole      span    // what it is a part of, in wall time
	beats      []int64 // that are this window's to count
	weight     float64 // beats, or seconds
	confidence float64

	model, signal bool // what an ST episode rests on
	peak          peak
	reach         int64 // up to where another one belongs to it
}

// span is a stretch of wall time, ns since the Unix epoch.
type span struct{ start, end int64 }
