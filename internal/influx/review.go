package influx

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"

	"github.com/holterd/holter/pkg/localize"
)

// Verdict is what a clinician has decided about an event.
type Verdict string

// Verdicts.
const (
	VerdictConfirmed  Verdict = "confirmed"
	VerdictRejected   Verdict = "rejected"
	VerdictRelabelled Verdict = "relabelled"
)

// Review is one decision of a clinician about an event. Of several about one
// event the newest counts; all are kept.
type Review struct {
	Patient string
	// Event is the event's id.
	Event string
	// EventStart and EventEnd bound the event, Was is its kind, and EventBeats
	// counts its beats, as they were when it was reviewed.
	EventStart, EventEnd time.Time
	Was                  string
	EventBeats           int
	Verdict              Verdict
	// Kind is the code of what it is instead, when it was relabelled.
	Kind     string
	By, Note string
	// At is when it was decided, a whole millisecond.
	At time.Time
}

// NewReview is a decision about an event that has yet to say what.
func NewReview(e localize.Event, by string, at time.Time) Review {
	return Review{
		Patient: e.Patient, Event: e.ID, EventStart: e.Start, EventEnd: e.End, Was: e.Kind, EventBeats: e.Beats,
		By: by, At: startOf(at),
	}
}

const maxRemark = 4000 // bytes of By and Note

// Check says what is wrong with a review that is to be written.
func (r Review) Check() error {
	_, known := localize.ByCode(r.Kind)
	switch {
	case !slices.Contains([]Verdict{VerdictConfirmed, VerdictRejected, VerdictRelabelled}, r.Verdict):
		return fmt.Errorf("verdict %q is not one of confirmed, rejected, relabelled", r.Verdict)
	case strings.TrimSpace(r.By) == "":
		return errors.New("by is empty: who decides that?")
	case r.Verdict == VerdictRelabelled && !known:
		return fmt.Errorf("kind %q is not the code of a condition", r.Kind)
	case r.Verdict != VerdictRelabelled && r.Kind != "":
		return fmt.Errorf("kind goes with the verdict relabelled, not with %s", r.Verdict)
	case len(r.By)+len(r.Note) > maxRemark:
		return fmt.Errorf("by and note have %d bytes; %d are the most", len(r.By)+len(r.Note), maxRemark)
	case r.Event == "" || r.Was == "" || r.EventStart.IsZero() || r.EventEnd.IsZero() || r.At.IsZero():
		return errors.New("what the event was or the time of the decision is missing")
	}
	return nil
}

// KindOf is what an event is after the review, "" when it was rejected; without
// a review (the zero one) what it was.
func (r Review) KindOf(e localize.Event) string {
	switch r.Verdict {
	case VerdictRejected:
		return ""
	case VerdictRelabelled:
		return r.Kind
	default:
		return e.Kind
	}
}

// Text tells verdict, who and when: "relabelled A by night-shift
// 2026-01-31 08:30 UTC: note".
func (r Review) Text() string {
	text := string(r.Verdict)
	if r.Kind != "" {
		text += " " + r.Kind
	}
	text += fmt.Sprintf(" by %s %s", r.By, r.At.UTC().Format("2006-01-02 15:04 MST"))
	if r.Note != "" {
		text += ": " + r.Note
	}
	return text
}

// Newest is the review that counts of each event, by the event's id, from
// reviews in the order of QueryReviews.
func Newest(reviews []Review) map[string]Review {
	newest := make(map[string]Review, len(reviews))
	for _, r := range reviews {
		newest[r.Event] = r
	}
	return newest
}

func reviewPoint(r Review) point {
	return point{
		name:        "review of event " + r.Event,
		measurement: measurementReview,
		tags:        []tag{{"patient", r.Patient}},
		fields: []field{
			{"event", r.Event},
			{"event_start", r.EventStart.UnixNano()},
			{"event_end", r.EventEnd.UnixNano()},
			{"event_beats", int64(r.EventBeats)},
			{"was", r.Was},
			{"verdict", string(r.Verdict)},
			{"kind", r.Kind},
			{"by", r.By},
			{"note", r.Note},
		},
		at: pointTime(r.At, r.Event),
	}
}

// WriteReview stores a decision; see WriteEvents for errors.
func (s *Store) WriteReview(ctx context.Context, r Review) error {
	if err := r.Check(); err != nil {
		return fmt.Errorf("review of event %s: %w", r.Event, err)
	}
	return s.write(ctx, []point{reviewPoint(r)})
}

// QueryReviews gives the decisions about events that start in [from, to), the
// oldest first. Empty bounds and an empty patient select all.
func (s *Store) QueryReviews(ctx context.Context, patient string, from, to time.Time) ([]Review, error) {
	found, err := s.reviews(ctx, patient)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(r Review) bool {
		return r.EventStart.Before(from) || !to.IsZero() && !r.EventStart.Before(to)
	}), nil
}

func (s *Store) reviews(ctx context.Context, patient string) (all []Review, err error) {
	if patient == "" {
		for r, err := range rows(ctx, s, Filter{}.of(measurementReview), review) {
			if err != nil {
				return nil, err
			}
			all = append(all, r)
		}
		return all, nil
	}
	ever := Filter{Patient: patient, Since: time.Unix(0, 0), Until: maxTime.Add(-time.Second)} // they are of the clock
	records, err := s.selected(ctx, measurementReview, []Filter{ever})
	for _, r := range records {
		all = append(all, review(r))
	}
	slices.SortStableFunc(all, func(x, y Review) int { return x.At.Compare(y.At) })
	return all, err
}

func review(r *query.FluxRecord) Review {
	text := textsOf(r)
	number := func(key string) int64 { n, _ := r.ValueByKey(key).(int64); return n }
	return Review{
		Patient: text("patient"), Event: text("event"), Was: text("was"), EventBeats: int(number("event_beats")),
		EventStart: time.Unix(0, number("event_start")).UTC(), EventEnd: time.Unix(0, number("event_end")).UTC(),
		Verdict: Verdict(text("verdict")), Kind: text("kind"), By: text("by"), Note: text("note"), At: startOf(r.Time()),
	}
}
