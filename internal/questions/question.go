package questions

import (
	"fmt"
	"strings"
	"time"

	"github.com/holterd/holter/internal/registry"
	"github.com/holterd/holter/pkg/localize"
)

// Bounds of a question.
const (
	MostStrips = 6
	MostTurns  = 8
	// LongestStrip is the longest strip that can be asked about.
	LongestStrip = 10 * time.Minute

	mostText   = 1000    // bytes of a question
	mostAnswer = 8 << 10 // bytes of an answer given earlier
)

// Question is a question about a patient's signal.
type Question struct {
	Patient string
	// By is who asks.
	By string
	// Strips are what it is about, the oldest first: the model speaks of the first
	// and the last ECG in this order.
	Strips []Strip
	// Turns are the conversation; the last one is to be answered.
	Turns []Turn
}

// Turn is a question and, but for the last turn, its answer. A question may be a
// condition's code, which asks where that condition is.
type Turn struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// Strip is a stretch of signal: between two times by the device's clock, or so much
// of the newest signal (Last).
type Strip struct {
	From time.Time     `json:"from"`
	To   time.Time     `json:"to"`
	Last time.Duration `json:"-"`
	// Device is the device; empty: the one with the most signal then.
	Device string `json:"device,omitempty"`
	// Leads are the leads to show; none: all.
	Leads []string `json:"leads,omitempty"`
}

// Answer is what the model says.
type Answer struct {
	// Text has times in seconds from the strip's start, when it has any.
	Text string
	// Confidence is model.Answer's; of several strips in which something was
	// looked for, the lowest.
	Confidence float64
	Spans      []Span
	// Shown is the signal that the model was shown.
	Shown []Shown
	Model string
	// Strips are the question's, as times: of those a question that follows asks.
	Strips []Strip
}

// Span is where the answer locates a condition.
type Span struct {
	Strip      int // index of the question's strip
	From, To   time.Time
	Kind       string // code of the condition
	Confidence float64
}

// Shown is contiguous signal.
type Shown struct {
	Strip             int // index of the question's strip
	From, To          time.Time
	Device, Recording string
	Leads             []string
}

// Follow asks on: the same strips, after the answer to q.
func (q Question) Follow(a Answer, question string) Question {
	turns := append([]Turn{}, q.Turns...)
	turns[len(turns)-1].Answer = a.Text
	q.Turns, q.Strips = append(turns, Turn{Question: question}), a.Strips
	return q
}

// spelled writes codes of conditions out as questions.
func (q Question) spelled() Question {
	turns := append([]Turn{}, q.Turns...)
	for i, t := range turns {
		if c, ok := localize.ByCode(strings.TrimSpace(t.Question)); ok {
			turns[i].Question = localize.Question(c)
		}
	}
	q.Turns = turns
	return q
}

// check says what is wrong with a question.
func (q Question) check() error {
	if err := registry.CheckName(q.Patient); err != nil {
		return invalid("check the patient's name", "the patient: %w", err)
	}
	switch n := len(q.Turns); {
	case n == 0:
		return invalid("ask something", "there is no question")
	case n > MostTurns:
		return invalid("begin a new conversation", "the conversation has %d turns, %d are the most", n, MostTurns)
	}
	for i, t := range q.Turns {
		switch last := i == len(q.Turns)-1; {
		case strings.TrimSpace(t.Question) == "":
			return invalid("ask something", "there is no question")
		case len(t.Question) > mostText:
			return invalid("ask in fewer words", "the question has %d bytes, %d are the most", len(t.Question), mostText)
		case last != (t.Answer == ""):
			return invalid("give the conversation as it was", "turn %d of %d: all turns but the last have an answer", i+1, len(q.Turns))
		case len(t.Answer) > mostAnswer:
			return invalid("begin a new conversation", "the answer to turn %d has %d bytes, %d are the most", i+1, len(t.Answer), mostAnswer)
		}
	}
	if n := len(q.Strips); n == 0 || n > MostStrips {
		return invalid("name the signal that the question is about", "%d strips are given, 1 to %d can be asked about", n, MostStrips)
	}
	for i, s := range q.Strips {
		if err := s.check(); err != nil {
			return invalid("give a strip of up to "+LongestStrip.String(), "strip %d: %w", i+1, err)
		}
	}
	return nil
}

func (s Strip) check() error {
	length := s.Last
	if s.Last == 0 {
		length = s.To.Sub(s.From)
		for _, t := range []time.Time{s.From, s.To} {
			if year := t.UTC().Year(); year < 1970 || year > 2200 {
				return fmt.Errorf("%s lies outside 1970 to 2200", t.UTC().Format(time.RFC3339))
			}
		}
	}
	if length <= 0 {
		return fmt.Errorf("it does not end after its start")
	}
	if length > LongestStrip {
		return fmt.Errorf("it lasts %s", length)
	}
	return nil
}
