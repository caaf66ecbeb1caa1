package model

import (
	"math"
	"slices"
	"strings"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model/internal/grammar"
)

// evidence is what the encoder itself makes of a localization question: where
// an encoder gives spans, the language model's choice of tokens is weighed
// with it (in speech recognition: shallow fusion).
type evidence struct {
	weight float64
	answer string         // what the encoder would answer
	spans  localize.Spans // of that answer, with their probabilities
	odds   float64        // log odds that there is something to be found
}

// shortest is the longest run of frames that is no span.
const shortest = 4

// evidence reads the row of a job's condition; nil where the encoder gives none
// or the job is about more than one segment.
func (m *Model) evidence(j *job, c localize.Condition) *evidence {
	kind := slices.Index(m.manifest.Encoder.SpanKinds, c.Code)
	if kind < 0 || j.shown.segments != 1 || j.shown.silent() {
		return nil
	}
	n := frames(j.shown.clip.Len())
	row := j.shown.seen[0].spans[kind*heatFrames : (kind+1)*heatFrames][:n]
	e := &evidence{weight: m.manifest.Localization.Evidence, odds: logit(float64(slices.Max(row)))}
	// Time 0 and the end are the clip's; other borders lie within a frame.
	at := func(frame int) float64 {
		switch frame {
		case 0:
			return 0
		case n:
			return tenths(seconds(j.shown.clip.Len()))
		}
		return tenths((float64(frame) + 0.5) / heatHz)
	}
	for from := 0; from < n; from++ {
		to, sum := from, 0.0
		for to < n && row[to] >= 0.5 {
			sum += float64(row[to])
			to++
		}
		if to-from > shortest {
			e.spans = append(e.spans, localize.Span{Start: at(from), End: at(to), Confidence: sum / float64(to-from)})
		}
		from = max(from, to)
	}
	e.spans = e.spans.Merge()
	if len(e.spans) == 0 {
		e.odds = min(e.odds, 0)
	}
	e.answer = localize.Format(c, e.spans)
	return e
}

func logit(p float64) float64 { return math.Log(p) - math.Log1p(-p) }

// decision is the evidence, in nats, for a state that decides whether there is
// something to be found.
func (e *evidence) decision(found bool) float64 {
	if e == nil || !found {
		return 0
	}
	return e.odds
}

// bonus is what the evidence adds to the score of an answer that began with
// written and goes on with text; "" is its end.
func (e *evidence) bonus(g grammar.Grammar, before, after grammar.State, written, text string) float64 {
	if e == nil {
		return 0
	}
	if _, decided := g.Found(before); !decided {
		found, _ := g.Found(after)
		return e.weight * e.decision(found)
	}
	if text == "" && written == e.answer || text != "" && strings.HasPrefix(e.answer, written+text) {
		return e.weight
	}
	return 0
}

// sure is the evidence for a span of the answer, 1 where there is none.
func (e *evidence) sure(s localize.Span) float64 {
	if e == nil {
		return 1
	}
	best := 0.0
	for _, own := range e.spans {
		if own.Start < s.End && own.End > s.Start {
			best = max(best, own.Confidence)
		}
	}
	return best
}
