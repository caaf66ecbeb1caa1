package localize

import (
	"iter"
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
	added     []added // the beats it got
	passed    bool    // a span of this window is kind.Event's: those after it are not
}

// addEpisodes serves rhythm conditions: what lies in the core.
func (j *joiner) addEpisodes() {
	for part := range j.episodes() {
		j.put(part)
	}
	j.settle(j.kind.Event, j.reachesOn())
}

// episodes yields the parts of the answer's spans that lie in the core.
func (j *joiner) episodes() iter.Seq[contribution] {
	from, to := j.seen.CoreFrom.UnixNano(), j.seen.CoreTo.UnixNano()
	return func(yield func(contribution) bool) {
		for _, s := range j.seen.Spans.Merge() {
			whole := span{j.seen.at(s.Start), j.seen.at(s.End)}
			part := contribution{start: max(from, whole.start), end: min(to, whole.end), whole: whole, confidence: s.Confidence}
			length := part.end - part.start
			if length <= 0 || length < sliver && !j.joins(part) {
				continue
			}
			part.weight = time.Duration(length).Seconds()
			if !yield(part) {
				return
			}
		}
	}
}

// reachesOn tells whether the next window may make the newest event longer.
func (j *joiner) reachesOn() bool {
	return j.kind.Event != nil && !j.seen.EndsSegment && j.kind.Event.End >= j.seen.CoreTo.UnixNano()-near
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
	e.rest(part, j.condition)
	e.Window, e.Question, e.Answer, e.Quality = j.seen.Window, j.seen.Question, j.seen.Answer, j.seen.Quality
	for _, t := range part.beats {
		j.added = append(j.added, added{at: t, between: j.between(t)})
		j.kind.Last = t
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
		Beats:    e.Beats,
		Question: e.Question, Answer: e.Answer, Window: e.Window, Quality: e.Quality, Open: e.Open,
		Evidence: evidence(e.Model, e.Signal), STPeak: e.Peak.UV, STLead: e.Peak.Lead, STPeakAt: fromNanos(e.Peak.At),
	}
	if e.Weight > 0 {
		event.Confidence = e.Sum / e.Weight
	}
	if event.Evidence == BySignal && e.Question == "" {
		event.Model = "" // it was not asked
	}
	for _, b := range j.added {
		event.NewBeats = append(event.NewBeats, time.Unix(0, b.at).UTC())
		event.Before = append(event.Before, j.before(b.at))
		event.Between = append(event.Between, b.between)
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
