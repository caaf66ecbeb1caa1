package localize

import (
	"maps"
	"time"
)

const (
	// near is how far apart two contributions may be that touch: answers are
	// rounded, and beats are not found at quite the same place twice.
	near = int64(150 * time.Millisecond)
	// same is how far apart a beat may be found in two windows.
	same = int64(150 * time.Millisecond)
	// sliver is the shortest episode that is one (rounding makes shorter ones).
	sliver = int64(100 * time.Millisecond)
)

// StitchState is a Stitcher's memory, for JSON: a few hundred bytes for each
// condition with an open event, however long that lasts.
type StitchState struct {
	Kinds map[string]KindState `json:"kinds,omitempty"`
}

// KindState is what is remembered of one condition between two windows of a
// segment. Times are nanoseconds since the Unix epoch.
type KindState struct {
	Segment int `json:"segment"`
	// Last is the newest beat of the condition that was counted.
	Last int64 `json:"last,omitempty"`
	// QRS is the newest beat of any kind before the last window's core ended.
	QRS int64 `json:"qrs,omitempty"`
	// Since is how many other beats came after Last, up to QRS.
	Since int `json:"since,omitempty"`
	// Event is the newest event, while it may still grow.
	Event *OpenEvent `json:"event,omitempty"`
}

// OpenEvent is an event that may still grow.
type OpenEvent struct {
	Start    int64   `json:"start"` // ms since the Unix epoch
	End      int64   `json:"end"`
	Beats    int     `json:"beats,omitempty"`
	Weight   float64 `json:"weight"` // Σ beats or seconds
	Sum      float64 `json:"sum"`    // Σ weight · confidence
	Cut      bool    `json:"cut,omitempty"`
	Open     bool    `json:"open,omitempty"`
	Window   string  `json:"window,omitempty"`
	Question string  `json:"question,omitempty"`
	Answer   string  `json:"answer,omitempty"`
	Quality  float64 `json:"quality,omitempty"`

	// Of ST events: what they rest on, and the peak in µV.
	Model  bool `json:"model,omitempty"`
	Signal bool `json:"signal,omitempty"`
	Peak   peak `json:"peak,omitzero"`
}

// Stitcher makes events from the answers to a recording's windows. It is not
// safe for concurrent use.
//
// Windows overlap, so a beat is seen more than once: it belongs to the window
// whose core holds it, and a beat found on either side of the seam by two
// windows is counted once (they may differ by 150 ms). Spans that touch or
// overlap across a seam are one event, as they would have been in one answer
// to the whole segment.
type Stitcher struct {
	patient, device, recording, model string

	kinds map[string]KindState
}

// NewStitcher starts a recording. model names the model and its version.
func NewStitcher(patient, device, recording, model string) *Stitcher {
	return &Stitcher{patient: patient, device: device, recording: recording, model: model, kinds: map[string]KindState{}}
}

// ResumeStitcher goes on where State was taken.
func ResumeStitcher(patient, device, recording, model string, state StitchState) *Stitcher {
	s := NewStitcher(patient, device, recording, model)
	for code, kind := range state.Kinds {
		s.kinds[code] = kind.clone()
	}
	return s
}

// State is what ResumeStitcher needs.
func (s *Stitcher) State() StitchState {
	kinds := maps.Clone(s.kinds)
	for code, kind := range kinds {
		kinds[code] = kind.clone()
	}
	return StitchState{Kinds: kinds}
}

func (k KindState) clone() KindState {
	if k.Event != nil {
		event := *k.Event
		k.Event = &event
	}
	return k
}

// Add takes one window's answer for one condition. It returns, in order of
// time, the events that are new or have grown, and once more (without new
// beats) an event that was Open and is not any more. Windows come in order,
// every window once for every condition asked, also when nothing was found.
func (s *Stitcher) Add(c Condition, seen Seen) []Event {
	kind, going := s.kinds[c.Code]
	j := joiner{stitcher: s, condition: c, seen: &seen}
	if going && kind.Segment != seen.Segment {
		j.settle(kind.Event, false)
		kind, going = KindState{}, false
	}
	if !going {
		kind = KindState{Segment: seen.Segment}
	}
	j.kind = kind
	switch c.Kind {
	case Beat:
		j.addBeats()
	case Rhythm:
		j.addEpisodes()
	default:
		j.addST()
	}
	if seen.EndsSegment {
		delete(s.kinds, c.Code)
	} else {
		s.kinds[c.Code] = j.kind
	}
	return j.out
}
