package wire

import (
	"math"
	"time"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/rhythm"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Event is a localized event with the review that counts.
type Event struct {
	ID         string    `json:"id"`
	Patient    string    `json:"patient"`
	Device     string    `json:"device"`
	Recording  string    `json:"recording"`
	Kind       string    `json:"kind"`
	Name       string    `json:"name"`
	Start      Instant   `json:"start"`
	End        Instant   `json:"end"`
	Confidence float64   `json:"confidence"`
	Beats      int       `json:"beats"`
	BeatTimes  []Instant `json:"beat_times,omitzero"`
	Question   string    `json:"question"`
	Answer     string    `json:"answer"`
	Model      string    `json:"model"`
	Open       bool      `json:"open"`
	ST         *ST       `json:"st"`
	Pattern    *Pattern  `json:"pattern"`
	Review     *Review   `json:"review"`
	Reviews    []Review  `json:"reviews,omitzero"`
}

// ST is what was measured of an ST event.
type ST struct {
	PeakUV int    `json:"peak_uv"`
	Lead   string `json:"lead"`
	// PeakAt is null where it is not known.
	PeakAt   Instant `json:"peak_at"`
	Evidence string  `json:"evidence"`
}

// Pattern is what the beats of an event make, see pkg/rhythm.
type Pattern struct {
	Kind  string  `json:"kind"`
	Beats int     `json:"beats"`
	Rate  float64 `json:"rate"`
}

// Review is one decision about an event.
type Review struct {
	Verdict string  `json:"verdict"`
	Kind    string  `json:"kind"`
	By      string  `json:"by"`
	At      Instant `json:"at"`
	Note    string  `json:"note"`
}

// NewReview is a review as the API says it.
func NewReview(r influx.Review) Review {
	return Review{Verdict: string(r.Verdict), Kind: r.Kind, By: r.By, At: Instant(r.At), Note: r.Note}
}

// NewEvent is an event as the API says it; the zero review stands for none.
func NewEvent(e localize.Event, review influx.Review) Event {
	out := Event{
		ID: e.ID, Patient: e.Patient, Device: e.Device, Recording: e.Recording, Kind: e.Kind, Name: nameOf(e.Kind),
		Start: Instant(e.Start), End: Instant(e.End), Confidence: e.Confidence, Beats: e.Beats,
		Question: e.Question, Answer: e.Answer, Model: e.Model, Open: e.Open,
	}
	if e.Evidence.String() != "" {
		out.ST = &ST{PeakUV: e.STPeak, Lead: e.STLead, PeakAt: Instant(e.STPeakAt), Evidence: e.Evidence.String()}
	}
	if review.Verdict != "" {
		r := NewReview(review)
		out.Review = &r
	}
	return out
}

// WithBeats adds the times of its beats.
func (e Event) WithBeats(times []time.Time) Event {
	e.BeatTimes = instants(times)
	return e
}

// WithPattern adds what its beats make; the zero pattern stands for none.
func (e Event) WithPattern(p rhythm.Pattern) Event {
	if p.Beats > 0 {
		e.Pattern = &Pattern{p.Kind.String(), p.Beats, math.Round(10*p.Rate) / 10}
	}
	return e
}

func nameOf(kind string) string {
	if c, ok := localize.ByCode(kind); ok {
		return c.Name
	}
	return "Free-text answer"
}

// EventOf is an event of ecg.events; the zero review stands for none.
func EventOf(m *holterv1.Event, review influx.Review) Event {
	return NewEvent(localize.Event{
		ID: m.GetId(), Patient: m.GetPatient(), Device: m.GetDevice(), Recording: m.GetRecording(), Kind: m.GetKind(),
		Start: time.Unix(0, m.GetStartTimeNs()), End: time.Unix(0, m.GetEndTimeNs()), Confidence: m.GetConfidence(), Beats: int(m.GetBeats()),
		Question: m.GetQuestion(), Answer: m.GetAnswer(), Model: m.GetModel(), Open: m.GetOpen(),
		Evidence: localize.Evidence(m.GetStEvidence()), STPeak: int(m.GetStPeakUv()), STLead: m.GetStLead(), STPeakAt: holterv1.Time(m.GetStPeakTimeNs()),
	}, review).WithPattern(patternOf(m))
}

// Premature tells whether the beats of a kind come early, so that they make
// patterns; conducted by one bundle branch or paced they do not.
func Premature(kind string) bool { return kind == "V" || kind == "A" || kind == "S" }

// patternOf is what the beats of a message make, where it has all of its event's.
func patternOf(m *holterv1.Event) (p rhythm.Pattern) {
	times := m.GetNewBeatTimesNs()
	if !Premature(m.GetKind()) || len(times) != int(m.GetBeats()) {
		return p
	}
	beats := make([]rhythm.Beat, len(times))
	for i, ns := range times {
		beats[i] = rhythm.Beat{Time: time.Unix(0, ns), Between: rhythm.Unknown}
		if between := m.GetBeatsBetween(); i < len(between) {
			beats[i].Between = int(between[i])
		}
	}
	if made := rhythm.Patterns(beats, 0); len(made) == 1 {
		return made[0]
	}
	return p
}

// Kind is something that an event can be relabelled to.
type Kind struct {
	Code string `json:"code"`
	Name string `json:"name"`
	Beat bool   `json:"beat"`
}

// Kinds are all of them.
func Kinds() []Kind {
	kinds := make([]Kind, len(localize.Conditions))
	for i, c := range localize.Conditions {
		kinds[i] = Kind{c.Code, c.Name, c.Kind == localize.Beat}
	}
	return kinds
}
