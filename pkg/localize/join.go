package localize

import (
	"math"
	"time"
)

// joiner puts one window's answer for one condition to the events.
type joiner struct {
	stitcher  *Stitcher
	condition Condition
	seen      *Seen
	kind      KindState
	out       []Event
	grown     bool    // kind.Event has grown in this window
	added     []int64 // the beats it got
	passed    bool    // a span of this window is kind.Event's: those after it are not
}

// addEpisodes serves rhythm and ST conditions: what lies in the core.
func (j *joiner) addEpisodes() {
	from, to := j.seen.CoreFrom.UnixNano(), j.seen.CoreTo.UnixNano()
	for _, s := range j.seen.Spans.Merge() {
		whole := span{j.seen.at(s.Start), j.seen.at(s.End)}
		part := contribution{start: max(from, whole.start), end: min(to, whole.end), whole: whole, confidence: s.Confidence}
		length := part.end - part.start
		if length <= 0 || length < sliver && !j.joins(part) {
			continue
		}
		part.weight = time.Duration(length).Seconds()
		j.put(part)
	}
	j.settle(j.kind.Event, j.kind.Event != nil && !j.seen.EndsSegment && j.kind.Event.End >= to-near)
}

// put joins a contribution to the newest event, or makes a new one of it.
func (j *joiner) put(part contribution) {
	if !j.joins(part) {
		j.settle(j.kind.Event, false)
		j.kind.Event, j.grown = &OpenEvent{Start: milliseconds(part.start)}, false
	}
	e := j.kind.Event
	if part.end >= e.End {
		e.End, e.Cut = part.end, part.cut
	}
	e.Beats += len(part.beats)
	e.Weight += part.weight
	e.Sum += part.weight * part.confidence
	e.Window, e.Question, e.Answer = j.seen.Window, j.seen.Question, j.seen.Answer
	j.added = append(j.added, part.beats...)
	if n := len(part.beats); n > 0 {
		j.kind.Last = part.beats[n-1]
	}
	j.grown, j.passed = true, true
}

// joins tells whether a contribution belongs to the newest event: it touches
// that, or the same span holds the event's newest beat. Two spans of one answer
// are two events, unless both begin at the same beat: what begins at one time is
// one event, by its identity.
func (j *joiner) joins(part contribution) bool {
	e := j.kind.Event
	switch {
	case e == nil:
		return false
	case e.Start == milliseconds(part.start):
		return true
	}
	return !j.passed && (part.start <= e.End+near || j.continues(part.whole))
}

// milliseconds rounds nanoseconds to what the start of an event is counted in.
func milliseconds(ns int64) int64 {
	return time.Duration(ns).Round(time.Millisecond).Milliseconds()
}

// continues tells whether a span holds the newest event's newest beat.
func (j *joiner) continues(s span) bool {
	return j.kind.Event != nil && j.kind.Event.Beats > 0 && s.start <= j.kind.Last && j.kind.Last <= s.end
}

// settle gives out an event if this window made it, let it grow or ended it.
func (j *joiner) settle(e *OpenEvent, open bool) {
	if e == nil {
		return
	}
	changed := j.grown || e.Open && !open
	e.Open = open
	if changed {
		j.out = append(j.out, j.event(e))
	}
	if !open {
		e.Window, e.Question, e.Answer = "", "", ""
	}
	j.grown, j.added = false, nil
}

// event is the event as it stands.
func (j *joiner) event(e *OpenEvent) Event {
	s := j.stitcher
	start := time.UnixMilli(e.Start).UTC()
	event := Event{
		ID:   eventID(s.patient, s.device, s.recording, j.condition.Code, start),
		Kind: j.condition.Code, Patient: s.patient, Device: s.device, Recording: s.recording, Model: s.model,
		Start: start, End: time.UnixMilli(int64(math.Round(float64(e.End) / 1e6))).UTC(),
		Confidence: e.Sum / e.Weight, Beats: e.Beats,
		Question: e.Question, Answer: e.Answer, Window: e.Window, Open: e.Open,
	}
	for _, t := range j.added {
		event.NewBeats = append(event.NewBeats, time.Unix(0, t).UTC())
		event.Before = append(event.Before, j.before(t))
	}
	return event
}

// before is the time of the beat before one that this window counts.
func (j *joiner) before(t int64) time.Time {
	at, ok := previous(j.seen.beats(), t)
	if !ok && j.kind.QRS < t-same {
		at = j.kind.QRS // it lies before this window
	}
	if at == 0 {
		return time.Time{}
	}
	return time.Unix(0, at).UTC()
}
