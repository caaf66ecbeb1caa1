package morphology

import (
	"math"
	"slices"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// Revise gives a window's answers with the beats of its core decided by what is
// known of their shapes by now: right after Add, or when all of a recording has been
// added. Ventricular beats that the model did not answer with are added and those
// that are none taken away; a beat that is ventricular is of no other kind, but for
// fusion beats where the model is surer of them. Beats of a supraventricular
// tachycardia are premature atrial ones. Answers of which no beat changes
// are the model's own. It modifies no answer.
func (m *Memory) Revise(w Window, b Beats) []model.Answer {
	if len(b.own) == 0 {
		return w.Answers
	}
	odds, noise := m.decide(b), m.noise(b.around)
	answers := slices.Clone(w.Answers)
	for i, a := range answers {
		if a.Condition.Kind == localize.Beat && len(a.Heat) > 0 {
			answers[i] = w.revised(a, b, odds, noise)
		}
	}
	return answers
}

// revised is an answer about beats with those of the core decided.
func (w Window) revised(a model.Answer, b Beats, odds []float64, noise float64) model.Answer {
	was := w.located(a)
	is := slices.Clone(was)
	most := math.Inf(-1)
	heat := slices.Clone(a.Heat)
	for i, one := range b.own {
		at := slices.Index(w.Beats, one.sample)
		switch code := a.Condition.Code; {
		case code == judged[ventricular]:
			is[at] = odds[i] > 0
			most = max(most, odds[i])
			warm(heat, one.sample, odds[i])
		case is[at] && odds[i] > 0 && !(code == "F" && heatAt(a.Heat, one.sample) > odds[i]):
			is[at] = false
			warm(heat, one.sample, -odds[i])
		case code == atrial && odds[i] <= 0 && one.run.odds(noise) > 0:
			is[at] = true
			most = max(most, one.run.odds(noise))
			warm(heat, one.sample, one.run.odds(noise))
		}
	}
	if slices.Equal(was, is) {
		return a
	}
	spans := w.spans(a, is, sigmoid(most))
	a.Heat, a.Spans, a.Text = heat, spans, localize.Format(a.Condition, spans)
	a.Confidence = sigmoid(-max(most, -surest))
	if total := spans.Total(); total > 0 {
		a.Confidence = 0
		for _, s := range spans {
			a.Confidence += s.Confidence * s.Len() / total
		}
	}
	return a
}

// located tells of each of the window's beats whether an answer stands for it.
func (w Window) located(a model.Answer) []bool {
	located := make([]bool, len(w.Beats))
	seconds := make([]float64, len(w.Beats))
	for i, sample := range w.Beats {
		seconds[i] = float64(sample) / window.Rate
	}
	for _, span := range a.Spans {
		for _, at := range localize.InsideBeats(a.Condition, span, float64(w.Clip.Len())/window.Rate, seconds, a.Heat) {
			if i := slices.Index(seconds, at); i >= 0 {
				located[i] = true
			}
		}
	}
	return located
}

// spans are those of the beats, by the interval rule. Where the answer had some, they
// keep their confidence; added is that of others.
func (w Window) spans(a model.Answer, is []bool, added float64) localize.Spans {
	const other = "N"
	beats := make([]localize.BeatAt, len(w.Beats))
	for i, sample := range w.Beats {
		beats[i] = localize.BeatAt{Time: float64(sample) / window.Rate, Symbol: other}
		if is[i] {
			beats[i].Symbol = a.Condition.Symbols[0]
		}
	}
	spans := localize.BeatSpans(beats, a.Condition, 0, float64(w.Clip.Len())/window.Rate)
	for i := range spans {
		spans[i].Confidence = added
		if had := a.Spans.Clip(spans[i].Start, spans[i].End); len(had) > 0 {
			spans[i].Confidence = 0
			for _, s := range had {
				spans[i].Confidence = max(spans[i].Confidence, s.Confidence)
			}
		}
	}
	return spans
}

// warm brings the heat of a beat to the side of one half that its odds are on.
func warm(heat []float32, sample int, odds float64) {
	from, to := frames(heat, sample)
	p := float32(sigmoid(odds))
	if odds <= 0 {
		for i := from; i < to; i++ {
			heat[i] = min(heat[i], p, math.Nextafter32(0.5, 0))
		}
		return
	}
	if i := int(float64(sample) / window.Rate / localize.HeatStep); i < len(heat) {
		heat[i] = max(heat[i], p, 0.5)
	}
}
