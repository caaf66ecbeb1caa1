package annotate

import (
	"iter"
	"math"

	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/morphology"
	"github.com/holterd/holter/pkg/window"
)

// shapes are the answers to a recording's windows, kept until all beats are known.
type shapes struct {
	clip    *window.Clip
	beats   *beatList
	memory  *morphology.Memory
	windows []seen
}

type seen struct {
	part   window.Part
	window morphology.Window
	beats  morphology.Beats
}

func newShapes(clip *window.Clip, beats *beatList) *shapes {
	return &shapes{clip: clip, beats: beats, memory: morphology.New()}
}

func (s *shapes) add(part window.Part, answers []model.Answer) {
	w := morphology.Window{
		First: int64(part.From), Clip: s.clip.Slice(part.From, part.To),
		CoreFrom: part.CoreFrom - part.From, CoreTo: part.CoreTo - part.From, Answers: answers,
	}
	from, to := s.beats.from(float64(part.From)/window.Rate), s.beats.from(float64(part.To)/window.Rate)
	for _, b := range s.beats.beats[from:to] {
		w.Beats = append(w.Beats, min(int(math.Round(b.at*window.Rate))-part.From, w.Clip.Len()-1))
	}
	s.windows = append(s.windows, seen{part, w, s.memory.Add(w)})
}

// revised gives the answers to each part by what all of the recording says of its
// beats.
func (s *shapes) revised() iter.Seq2[window.Part, []model.Answer] {
	return func(yield func(window.Part, []model.Answer) bool) {
		for _, w := range s.windows {
			if !yield(w.part, s.memory.Revise(w.window, w.beats)) {
				return
			}
		}
	}
}
