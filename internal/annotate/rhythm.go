package annotate

import (
	"cmp"
	"math"
	"slices"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// written tells whether WFDB annotations have a way to write a condition: beats
// by a symbol, rhythms by a note like "(AFIB", ST changes by their begin and end.
// There is no note for a pause: "(P" is a paced rhythm.
func written(c localize.Condition) bool {
	return c.Kind != localize.Beat && c.Code != "P" || len(c.Symbols) > 0
}

// episodes are the spans of the conditions that last for a time, in seconds from
// the recording's start.
type episodes struct {
	conditions []localize.Condition
	spans      map[string]localize.Spans // by code
}

func newEpisodes(conditions []localize.Condition) *episodes {
	e := &episodes{spans: map[string]localize.Spans{}}
	for _, c := range conditions {
		if c.Kind != localize.Beat {
			e.conditions = append(e.conditions, c)
		}
	}
	return e
}

// add takes what of an answer lies in the part's core.
func (e *episodes) add(c localize.Condition, part window.Part, answer model.Answer) {
	at := func(sample int) float64 { return float64(sample) / window.Rate }
	core := answer.Spans.Shift(at(part.From)).Clip(at(part.CoreFrom), at(part.CoreTo))
	e.spans[c.Code] = e.spans[c.Code].Union(core)
}

// annotations are the notes of rhythms and ST changes.
func (e *episodes) annotations(rate float64) []ecg.Annotation {
	sample := func(at float64) int64 { return int64(math.Round(at * rate)) }
	var out []ecg.Annotation
	for _, change := range e.rhythms() {
		out = append(out, ecg.Annotation{Sample: sample(change.at), Symbol: "+", Aux: "(" + change.name})
	}
	for _, c := range e.conditions {
		if c.Kind != localize.ST {
			continue
		}
		name := "ST0" + map[string]string{"STE": "+", "STD": "-"}[c.Code]
		for _, span := range e.spans[c.Code] {
			out = append(out, ecg.Annotation{Sample: sample(span.Start), Symbol: "s", Aux: "(" + name},
				ecg.Annotation{Sample: sample(span.End), Symbol: "s", Aux: name + ")"})
		}
	}
	return out
}

// change is the time at which a rhythm begins.
type change struct {
	at   float64
	name string
}

// rhythms tells which rhythm there is from when on: N where none was found, the
// surer one where several were, since WFDB knows one at a time. Nothing when no
// rhythm was asked for.
func (e *episodes) rhythms() []change {
	var asked []localize.Condition
	edges := []float64{0}
	for _, c := range e.conditions {
		if c.Kind == localize.Rhythm {
			asked = append(asked, c)
			for _, span := range e.spans[c.Code] {
				edges = append(edges, span.Start, span.End)
			}
		}
	}
	if len(asked) == 0 {
		return nil
	}
	slices.SortFunc(edges, cmp.Compare)
	var out []change
	for _, at := range slices.Compact(edges) {
		name, sure := Normal, -1.0
		for _, c := range asked {
			for _, span := range e.spans[c.Code] {
				if span.Start <= at && at < span.End && span.Confidence > sure {
					name, sure = c.Code, span.Confidence
				}
			}
		}
		if len(out) == 0 || out[len(out)-1].name != name {
			out = append(out, change{at, name})
		}
	}
	return out
}
