package analyzer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/morphology"
	"github.com/holterd/holter/pkg/window"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// decide makes events of a step's answers, recording by recording and window by
// window. It returns a decision for each recording whose state moved on.
func (s *step) decide(model string) []decided {
	byRecording := make([]decided, len(s.touched))
	for i, r := range s.touched {
		byRecording[i].recording = r
	}
	for _, a := range s.windows {
		d := &byRecording[s.index[a.recording]]
		stored, told, events := a.stitch(model)
		d.windows, d.told = append(d.windows, stored), append(d.told, told)
		d.analysed = append(d.analysed, Analysed{Window: stored, Answers: a.said(), Events: events})
		d.events = append(d.events, events...)
	}
	moved := byRecording[:0]
	for _, d := range byRecording {
		if d.recording.moved(len(d.windows)) {
			moved = append(moved, d)
		}
	}
	return moved
}

// stitch adds the answers to what the recording's earlier windows gave.
func (a *asked) stitch(model string) (influx.Window, *holterv1.Window, []localize.Event) {
	slots, samples := leads(a.window.Clip)
	present, measured := leads(a.window.Measured())
	peaks, quality := a.recording.beats.Add(present, measured, window.Rate, a.window.CoreFrom, a.window.CoreTo)
	beats := make([]time.Time, 0, len(peaks))
	inCore := 0
	for _, sample := range peaks {
		beats = append(beats, a.window.TimeAt(sample))
		if sample >= a.window.CoreFrom && sample < a.window.CoreTo {
			inCore++
		}
	}
	k := a.recording.key
	stored := influx.Window{
		Patient: k.patient, Device: k.device, Recording: k.recording,
		Segment: a.window.Segment, Index: a.window.Index,
		From: a.window.TimeAt(a.window.CoreFrom), To: a.window.TimeAt(a.window.CoreTo),
		Beats: inCore, Quality: quality,
		Questions: len(a.questions), Asked: codes(a.questions), Leads: names(slots), Model: model,
	}
	seen := localize.Seen{
		Window: stored.ID(), Segment: a.window.Segment,
		Start: a.window.Start, End: a.window.End(),
		CoreFrom: stored.From, CoreTo: stored.To, EndsSegment: a.window.EndsSegment,
		Beats: beats, Quality: stored.Quality,
	}
	seen.Levels, seen.Measured = a.measure(slots, samples, peaks)
	told := tellable(stored, beats)
	a.weigh(peaks)
	var events []localize.Event
	for i, q := range a.questions {
		answer := a.answers[i]
		readable := q.localizes && answer.Localized
		if !readable {
			events = append(events, a.note(stored, q, answer))
		}
		if readable || q.condition.Kind == localize.ST { // what is measured counts without an answer
			seen := seen
			seen.Spans, seen.Heat, seen.Question, seen.Answer = answer.Spans, answer.Heat, q.text, answer.Text
			found := a.recording.stitcher.Add(q.condition, seen)
			events = append(events, found...)
			if readable {
				told.Found = append(told.Found, foundOf(q.condition, seen, found))
			}
		}
	}
	for _, c := range measuredOnly(a.questions) {
		events = append(events, a.recording.stitcher.Add(c, seen)...)
	}
	return stored, told, events
}

// weigh decides the window's own beats by what all beats of their shape say so far.
func (a *asked) weigh(peaks []int) {
	w := morphology.Window{
		Segment: a.window.Segment, First: a.window.First, Clip: a.window.Clip, Beats: peaks,
		CoreFrom: a.window.CoreFrom, CoreTo: a.window.CoreTo, Answers: a.answers,
	}
	a.answers = a.recording.shapes.Revise(w, a.recording.shapes.Add(w))
}

// note keeps the answer to a question that localizes nothing, or that the model
// could not answer with spans.
func (a *asked) note(stored influx.Window, q question, answer model.Answer) localize.Event {
	start := a.window.Start.UTC().Truncate(time.Millisecond)
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %d",
		stored.Patient, stored.Device, stored.Recording, q.text, start.UnixMilli()))
	return localize.Event{
		ID: hex.EncodeToString(sum[:16]), Kind: KindNote,
		Patient: stored.Patient, Device: stored.Device, Recording: stored.Recording, Model: stored.Model,
		Start: start, End: a.window.End().Truncate(time.Millisecond), Confidence: answer.Confidence,
		Question: q.text, Answer: answer.Text, Window: stored.ID(), Quality: stored.Quality,
	}
}

// said are the questions and answers in words.
func (a *asked) said() []Answer {
	said := make([]Answer, len(a.questions))
	for i, q := range a.questions {
		said[i] = Answer{Question: q.text, Text: a.answers[i].Text, Confidence: a.answers[i].Confidence}
	}
	return said
}

func modelName(info model.Info) string {
	return strings.TrimSpace(info.Name + " " + info.Version)
}
