// Package annotate labels the beats and rhythms of a whole recording with a
// model's answers: every QRS complex gets a mark, and those that the answers point
// at get the condition's symbol, after what all beats of their shape, and the rhythm
// before, say (package morphology); where a rhythm or an ST change begins and ends, a
// note says so.
//
// It writes no file and scores nothing; see ecg.WriteAnnotations and package
// eval.
package annotate

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// Model answers questions about clips, one answer for each request, in order.
type Model interface {
	Ask(ctx context.Context, requests []model.Request) ([]model.Answer, error)
}

// Options say what is asked and how the recording is cut.
type Options struct {
	// Conditions to look for; those that no WFDB annotation stands for are left
	// out.
	Conditions []localize.Condition
	// Length and Overlap of the windows in samples at window.Rate.
	Length, Overlap int
	// Batch is how many windows the model gets at once.
	Batch int
	// Progress is told of the windows done.
	Progress func(done, total int)
}

// Normal is the symbol of a beat that no answer points at.
const Normal = "N"

// Recording returns a mark for every beat and a note for every change of the
// rhythms that are asked for, in order of time, at the recording's own rate.
func Recording(ctx context.Context, m Model, rec *ecg.Recording, options Options) ([]ecg.Annotation, error) {
	clip, err := window.FromRecording(rec)
	if err != nil {
		return nil, err
	}
	beats := newBeats(ecg.DetectQRS(rec.Signals(), rec.Rate), rec.Rate)
	parts := window.Cut(clip.Len(), options.Length, options.Overlap)
	conditions := slices.DeleteFunc(slices.Clone(options.Conditions), func(c localize.Condition) bool { return !written(c) })
	episodes := newEpisodes(conditions)
	shapes := newShapes(clip, beats)
	for from := 0; from < len(parts) && len(conditions) > 0; from += options.Batch {
		to := min(from+options.Batch, len(parts))
		var requests []model.Request
		for _, part := range parts[from:to] {
			piece := clip.Slice(part.From, part.To)
			for _, c := range conditions {
				requests = append(requests, model.Localize(localize.Question(c), piece))
			}
		}
		answers, err := m.Ask(ctx, requests)
		if err != nil {
			return nil, fmt.Errorf("ask the model about %s: %w", rec.Name, err)
		}
		if len(answers) != len(requests) {
			return nil, fmt.Errorf("ask the model about %s: %d answers to %d questions", rec.Name, len(answers), len(requests))
		}
		for _, part := range parts[from:to] {
			shapes.add(part, answers[:len(conditions)])
			answers = answers[len(conditions):]
		}
		options.Progress(to, len(parts))
	}
	for part, answers := range shapes.revised() {
		for i, c := range conditions {
			if c.Kind == localize.Beat {
				beats.label(c, part, answers[i])
			} else {
				episodes.add(c, part, answers[i])
			}
		}
	}
	annotations := append(episodes.annotations(rec.Rate), beats.annotations()...)
	slices.SortStableFunc(annotations, func(a, b ecg.Annotation) int { return cmp.Compare(a.Sample, b.Sample) })
	return annotations, nil
}

// beat is a QRS complex and the best claim on it so far.
type beat struct {
	sample   int
	at       float64 // seconds from the recording's start
	symbol   string
	strength float64
}

type beatList struct {
	rate  float64
	beats []beat
}

func newBeats(qrs []int, rate float64) *beatList {
	l := &beatList{rate: rate}
	for _, sample := range qrs {
		l.beats = append(l.beats, beat{sample: sample, at: float64(sample) / rate, symbol: Normal})
	}
	return l
}

// label gives the condition's symbol to the beats that the answer points at and
// that lie in the part's core. Of two conditions that claim a beat, the stronger
// claim wins.
func (l *beatList) label(c localize.Condition, part window.Part, answer model.Answer) {
	start, length := float64(part.From)/window.Rate, float64(part.To-part.From)/window.Rate
	var inside []float64
	for _, b := range l.beats[l.from(start):l.from(start+length)] {
		inside = append(inside, b.at-start)
	}
	for _, span := range answer.Spans {
		for _, at := range localize.InsideBeats(c, span, length, inside, answer.Heat) {
			absolute := start + at
			if absolute < float64(part.CoreFrom)/window.Rate || absolute >= float64(part.CoreTo)/window.Rate {
				continue
			}
			l.claim(absolute, c.Symbols[0], strength(answer, span, at))
		}
	}
}
