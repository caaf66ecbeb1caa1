package questions

import (
	"errors"
	"time"
)

// Line is a line of an answer as JSON: a piece of the text, all of the answer
// (Done), or why there is none (Error).
type Line struct {
	Text string `json:"text,omitempty"`

	Done         bool        `json:"done,omitempty"`
	Answer       string      `json:"answer,omitempty"`
	Confidence   *float64    `json:"confidence,omitempty"`
	Spans        []SpanLine  `json:"spans,omitzero"`
	Shown        []ShownLine `json:"shown,omitempty"`
	LeftOut      []LeftLine  `json:"left_out,omitempty"`
	Conversation string      `json:"conversation,omitempty"`
	Model        string      `json:"model,omitempty"`

	Error  string `json:"error,omitempty"`
	Remedy string `json:"remedy,omitempty"`
}

// SpanLine is where the answer locates a condition.
type SpanLine struct {
	Strip      int     `json:"strip"`
	From       string  `json:"from"`
	To         string  `json:"to"`
	Kind       string  `json:"kind"`
	Confidence float64 `json:"confidence"`
}

// ShownLine is signal that the model was shown.
type ShownLine struct {
	Strip     int      `json:"strip"`
	From      string   `json:"from"`
	To        string   `json:"to"`
	Device    string   `json:"device"`
	Recording string   `json:"recording"`
	Leads     []string `json:"leads"`
}

// LeftLine is a stretch of a strip that the model was not shown.
type LeftLine struct {
	Strip int    `json:"strip"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// AnswerLine is the last line of an answer. Spans are a list, also when there are
// none.
func AnswerLine(q Question, a Answer) Line {
	l := Line{
		Done: true, Answer: a.Text, Confidence: &a.Confidence, Spans: []SpanLine{}, Conversation: q.Conversation(a), Model: a.Model,
	}
	for _, s := range a.Spans {
		l.Spans = append(l.Spans, SpanLine{s.Strip, instant(s.From), instant(s.To), s.Kind, s.Confidence})
	}
	for _, s := range a.Shown {
		l.Shown = append(l.Shown, ShownLine{s.Strip, instant(s.From), instant(s.To), s.Device, s.Recording, s.Leads})
	}
	for _, s := range a.LeftOut() {
		l.LeftOut = append(l.LeftOut, LeftLine{s.Strip, instant(s.From), instant(s.To)})
	}
	return l
}

// errorLine tells an error.
func errorLine(err error) (Line, *Error) {
	var p *Error
	if !errors.As(err, &p) {
		p = &Error{Failed, err.Error(), "ask again"}
	}
	return Line{Error: p.What, Remedy: p.Remedy}, p
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
