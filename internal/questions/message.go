package questions

import (
	"time"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func (q Question) message(id string, now, until time.Time) *holterv1.Question {
	m := &holterv1.Question{
		Id: id, Patient: q.Patient, By: q.By, TimeNs: now.UnixNano(), UntilNs: until.UnixNano(), Strips: stripMessages(q.Strips),
	}
	for _, t := range q.Turns {
		m.Turns = append(m.Turns, &holterv1.Question_Turn{Question: t.Question, Answer: t.Answer})
	}
	return m
}

func questionOf(m *holterv1.Question) Question {
	q := Question{Patient: m.GetPatient(), By: m.GetBy(), Strips: stripsOf(m.GetStrips())}
	for _, t := range m.GetTurns() {
		q.Turns = append(q.Turns, Turn{t.GetQuestion(), t.GetAnswer()})
	}
	return q
}

func stripMessages(strips []Strip) []*holterv1.Strip {
	var out []*holterv1.Strip
	for _, s := range strips {
		m := &holterv1.Strip{LastNs: s.Last.Nanoseconds(), Device: s.Device, Leads: s.Leads}
		if s.Last == 0 {
			m.FromNs, m.ToNs = s.From.UnixNano(), s.To.UnixNano()
		}
		out = append(out, m)
	}
	return out
}

func stripsOf(messages []*holterv1.Strip) []Strip {
	var out []Strip
	for _, m := range messages {
		s := Strip{Last: time.Duration(m.GetLastNs()), Device: m.GetDevice(), Leads: m.GetLeads()}
		if s.Last == 0 {
			s.From, s.To = instantOf(m.GetFromNs()), instantOf(m.GetToNs())
		}
		out = append(out, s)
	}
	return out
}

func instantOf(ns int64) time.Time { return time.Unix(0, ns).UTC() }

func (a Answer) message() *holterv1.Answer_Whole {
	m := &holterv1.Answer_Whole{Text: a.Text, Confidence: a.Confidence, Model: a.Model, Strips: stripMessages(a.Strips)}
	for _, s := range a.Spans {
		m.Spans = append(m.Spans, &holterv1.Answer_Located{
			Strip: uint32(s.Strip), FromNs: s.From.UnixNano(), ToNs: s.To.UnixNano(), Kind: s.Kind, Confidence: s.Confidence,
		})
	}
	for _, s := range a.Shown {
		m.Shown = append(m.Shown, &holterv1.Answer_Shown{
			Strip: uint32(s.Strip), FromNs: s.From.UnixNano(), ToNs: s.To.UnixNano(),
			Device: s.Device, Recording: s.Recording, Leads: s.Leads,
		})
	}
	return m
}

func answerOf(m *holterv1.Answer_Whole) Answer {
	a := Answer{Text: m.GetText(), Confidence: m.GetConfidence(), Model: m.GetModel(), Strips: stripsOf(m.GetStrips())}
	for _, s := range m.GetSpans() {
		a.Spans = append(a.Spans, Span{int(s.GetStrip()), instantOf(s.GetFromNs()), instantOf(s.GetToNs()), s.GetKind(), s.GetConfidence()})
	}
	for _, s := range m.GetShown() {
		a.Shown = append(a.Shown, Shown{
			int(s.GetStrip()), instantOf(s.GetFromNs()), instantOf(s.GetToNs()), s.GetDevice(), s.GetRecording(), s.GetLeads(),
		})
	}
	return a
}
