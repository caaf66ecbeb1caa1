package summary

import (
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/pkg/localize"
)

// Summary is a period of one patient in numbers. Durations are in seconds, rates
// in beats per minute, shares from 0 to 1, times in UTC.
type Summary struct {
	Patient string    `json:"patient"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	// Zone is where the hours begin: "Europe/Berlin".
	Zone string `json:"zone"`

	Coverage  Coverage  `json:"coverage"`
	HeartRate HeartRate `json:"heart_rate"`
	// Hours are those of the clock in the zone; a day has 23 to 25.
	Hours []Hour `json:"hours"`
	// Kinds are the beat conditions that were asked for or found.
	Kinds []Kind `json:"kinds"`
	// Patterns are those of V and A beats, and of S where there are some.
	Patterns []Patterns `json:"patterns"`
	Pauses   Pauses     `json:"pauses"`
	// Rhythms are the rhythm conditions that were asked for or found.
	Rhythms  []Rhythm      `json:"rhythms"`
	ST       []STEpisode   `json:"st"`
	Symptoms []Symptom     `json:"symptoms"`
	Alerts   []alert.Alert `json:"alerts"`
	Reviews  []Review      `json:"reviews"`
	// Reviewed counts the decisions that hold.
	Reviewed ReviewCount `json:"reviewed"`
	Models   []Model     `json:"models"`
	Devices  []string    `json:"devices"`

	// Events are those that count, by their start, each of the kind that it counts
	// as; also some around the period.
	Events []localize.Event `json:"-"`
}

// Coverage says how much of the period there is.
type Coverage struct {
	Period float64 `json:"period_seconds"`
	// Recorded is what is in the archive, Analysable the part of it in which a lead
	// had contact.
	Recorded   float64 `json:"recorded_seconds"`
	Analysable float64 `json:"analysable_seconds"`
	// Analysed is what the model was asked about, and Beats the beats in it.
	Analysed float64 `json:"analysed_seconds"`
	Beats    int     `json:"analysed_beats"`
	// Gaps are the parts of the period without signal in the archive.
	Gaps []Span `json:"gaps"`
	// LongestGap is in seconds.
	LongestGap float64 `json:"longest_gap_seconds"`
}

// Span is a time from one instant to another.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Seconds is how long the span is.
func (s Span) Seconds() float64 { return s.To.Sub(s.From).Seconds() }

// HeartRate is the rate of all beats.
type HeartRate struct {
	// Mean is the analysed beats by the analysed time; 0 where nothing was analysed.
	Mean float64 `json:"mean"`
	// Min and Max are the extremes of the mean over RateIntervals intervals between
	// beats; nil where no signal was at hand.
	Min *Extreme `json:"min"`
	Max *Extreme `json:"max"`
}

// Extreme is a lowest or highest rate and when it was.
type Extreme struct {
	Span
	Rate   float64 `json:"rate"`
	Device string  `json:"device"`
}

// Hour is one hour of the clock, or the part of it that is in the period.
type Hour struct {
	Span
	Recorded float64 `json:"recorded_seconds"`
	Analysed float64 `json:"analysed_seconds"`
	Beats    int     `json:"beats"`
	// Mean is 0 where nothing was analysed; Min and Max are 0 where no signal was at hand.
	Mean float64 `json:"mean"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
	// Kinds are the beats of each kind, Rhythms the seconds of each rhythm.
	Kinds   map[string]int     `json:"kinds"`
	Rhythms map[string]float64 `json:"rhythms"`
}

// Kind is what was found of a kind of beat.
type Kind struct {
	Code string `json:"code"`
	Name string `json:"name"`
	// Asked is the analysed time in which it was asked for, in seconds;
	// AskedUnknown the time of which older versions did not store that.
	Asked        float64 `json:"asked_seconds"`
	AskedUnknown float64 `json:"asked_unknown_seconds"`
	Beats        int     `json:"beats"`
	// Share is the burden: of all analysed beats.
	Share float64 `json:"share"`
	// MaxHour is the hour with the most; nil when there is none.
	MaxHour *Hour `json:"max_hour"`
	// Untimed are those of Beats whose own times are not stored: they are counted
	// where their event begins, and in no pattern.
	Untimed int `json:"untimed"`
	// Example is the event with the highest confidence, one that a clinician has
	// confirmed before others; nil when there is none.
	Example *Episode `json:"example"`
}

// Rhythm is what was found of a rhythm.
type Rhythm struct {
	Code         string  `json:"code"`
	Name         string  `json:"name"`
	Asked        float64 `json:"asked_seconds"`
	AskedUnknown float64 `json:"asked_unknown_seconds"`
	Seconds      float64 `json:"seconds"`
	// Share is the burden: of the time in which it was asked for, or of the
	// analysed time where that is not known.
	Share    float64   `json:"share"`
	Episodes []Episode `json:"episodes"`
	// Longest is nil when there is none.
	Longest *Episode `json:"longest"`
}

// Episode is an event with a length, cut to the period.
type Episode struct {
	Span
	Event      string  `json:"event"`
	Device     string  `json:"device"`
	Confidence float64 `json:"confidence"`
	// Before and After say that it goes on beyond the period.
	Before bool `json:"before"`
	After  bool `json:"after"`
}

// STEpisode is an episode of a shifted ST segment.
type STEpisode struct {
	Episode
	Kind string `json:"kind"`
	Name string `json:"name"`
	// PeakUV is the largest deviation in µV, negative for depression, and without
	// meaning where Lead is empty.
	PeakUV int    `json:"peak_uv"`
	Lead   string `json:"lead"`
	// PeakAt is when it was measured; zero when that is not known.
	PeakAt time.Time `json:"peak_at,omitzero"`
	// Evidence is model, signal or both; only the last is certain.
	Evidence string `json:"evidence"`
}

// Symptom is a press of the button.
type Symptom struct {
	At     time.Time `json:"at"`
	Device string    `json:"device"`
	Note   string    `json:"note"`
	// Analysed says that the signal at that time was analysed; without, the absence
	// of findings means nothing.
	Analysed bool `json:"analysed"`
	// HeartRate is the mean over SymptomSpan to either side; 0: not known.
	HeartRate float64 `json:"heart_rate"`
	// Beats are those of each kind in that time, Rhythms the codes of the rhythms
	// and ST changes that overlap it.
	Beats   map[string]int `json:"beats"`
	Rhythms []string       `json:"rhythms"`
}

// SymptomSpan is how much to either side of a press tells of it.
const SymptomSpan = 30 * time.Second

// Review is a clinician's decision about an event of the period.
type Review struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Verdict string    `json:"verdict"`
	Note    string    `json:"note"`
	Event   string    `json:"event"`
	Start   time.Time `json:"start"`
	// Found is what it was stored as; Kind is what it counts as, empty when it is
	// rejected.
	Found string `json:"found"`
	Kind  string `json:"kind"`
	Beats int    `json:"beats"`
	// Holds is false for a decision that a newer one has replaced.
	Holds bool `json:"holds"`
}

// ReviewCount counts events of the period by the decision that holds.
type ReviewCount struct {
	Events     int `json:"events"`
	Confirmed  int `json:"confirmed"`
	Rejected   int `json:"rejected"`
	Relabelled int `json:"relabelled"`
}

// Model is a model and how much it analysed.
type Model struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}
