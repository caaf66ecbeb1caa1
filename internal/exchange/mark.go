package exchange

import (
	"fmt"
	"slices"
	"time"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

// Mark is an event or a part of one on a track.
type Mark struct {
	// From and To are samples of the track; an instant has From = To.
	From, To int
	// Condition is none for a note.
	Condition  localize.Condition
	Confidence float64
	// Beat says that the mark is one beat of the condition.
	Beat bool
	Text string
}

// Events is what is known of a period besides the signal.
type Events struct {
	Events  []localize.Event
	Beats   []influx.Beat
	Presses []archive.Press
	// Reviews are those that count, by the event's id.
	Reviews map[string]influx.Review
}

// Reviewed are the events as they are after their reviews, without the rejected.
func (e Events) Reviewed() []localize.Event {
	var all []localize.Event
	for _, event := range e.Events {
		if event.Kind = e.Reviews[event.ID].KindOf(event); event.Kind != "" {
			all = append(all, event)
		}
	}
	return all
}

// Marks finds the events' places on a track, in order.
func (e Events) Marks(t *Track) []Mark {
	var marks []Mark
	beats := make(map[string][]time.Time)
	for _, b := range e.Beats {
		beats[b.Event] = append(beats[b.Event], b.Time)
	}
	for _, event := range e.Events {
		if event.Patient == t.Patient && event.Device == t.Device {
			marks = append(marks, t.eventMarks(event, beats[event.ID], e.Reviews[event.ID])...)
		}
	}
	for _, p := range e.Presses {
		if p.Device != t.Device {
			continue
		}
		if at, ok := t.sampleAt("", p.Time); ok {
			text := "Symptom button"
			if p.Note != "" {
				text += ": " + p.Note
			}
			marks = append(marks, Mark{From: at, To: at, Text: text})
		}
	}
	slices.SortStableFunc(marks, byTime)
	return marks
}

// eventMarks are an event's beats, or the event where it has none. A rejected one
// is a note; a relabelled one is what the reviewer says that it is.
func (t *Track) eventMarks(e localize.Event, beats []time.Time, review influx.Review) []Mark {
	condition, known := localize.ByCode(review.KindOf(e))
	m := Mark{Condition: condition, Confidence: e.Confidence}
	if known {
		m.Text = fmt.Sprintf("%s, confidence %.2f", condition.Name, e.Confidence)
	} else {
		m.Text = e.Question + " " + e.Answer
	}
	if review.Verdict != "" {
		m.Text = reviewedText(e, condition, review)
	}
	if known && condition.Kind == localize.Beat && len(beats) > 0 {
		return t.beatMarks(m, e.Recording, beats)
	}
	from, to, ok := t.span(e.Recording, e.Start, e.End)
	if !ok {
		return nil
	}
	if condition.Kind == localize.Beat && known && e.Beats > 1 {
		m.Text += fmt.Sprintf(", %d beats", e.Beats)
	}
	m.From, m.To = from, to
	return []Mark{m}
}

func (t *Track) beatMarks(m Mark, recording string, beats []time.Time) (marks []Mark) {
	m.Beat = true
	for _, at := range beats {
		if sample, ok := t.sampleAt(recording, at); ok {
			m.From, m.To = sample, sample
			marks = append(marks, m)
		}
	}
	return marks
}

// reviewedText says what the event is now, and what the model had called it.
func reviewedText(e localize.Event, now localize.Condition, review influx.Review) string {
	was := e.Kind
	if c, ok := localize.ByCode(e.Kind); ok {
		was = c.Name
	}
	if review.Verdict != influx.VerdictRelabelled {
		return was + ", " + review.Text()
	}
	return fmt.Sprintf("%s, was %s, %s", now.Name, was, review.Text())
}
