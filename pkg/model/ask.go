package model

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/window"
)

// Ask answers a batch of requests, in order. It is safe for concurrent use,
// but callers take turns: gather questions into batches, with a Batcher for
// instance, rather than calling from many goroutines. Either all requests are
// answered or none; an error names the request that is at fault, if one is.
func (m *Model) Ask(ctx context.Context, requests []Request) ([]Answer, error) {
	if len(requests) == 0 {
		return nil, nil
	}
	p, err := m.plan(requests)
	if err != nil {
		return nil, fmt.Errorf("ask model %s: %w", m.manifest.Name, err)
	}
	if err := m.enter(ctx); err != nil {
		return nil, fmt.Errorf("ask model %s: %w", m.manifest.Name, err)
	}
	defer m.leave()
	if err := m.run(ctx, p); err != nil {
		return nil, fmt.Errorf("ask model %s: %w", m.manifest.Name, err)
	}
	answers := make([]Answer, len(requests))
	for i, t := range p.tasks {
		if answers[i], err = m.answer(t); err != nil {
			return nil, fmt.Errorf("ask model %s: request %d of %d: %w", m.manifest.Name, i+1, len(requests), err)
		}
	}
	return answers, nil
}

// run encodes and generates all that is planned, batch by batch.
func (m *Model) run(ctx context.Context, p *plan) error {
	if err := m.encode(ctx, p.views); err != nil {
		return err
	}
	for _, t := range p.tasks {
		for _, j := range t.jobs {
			if h, ok := j.answer.(*held); ok {
				h.evidence = m.evidence(j, t.condition)
			}
		}
	}
	// Jobs that share a prefix belong together.
	_, of := shared(p.jobs)
	order := map[*job]int{}
	for i, j := range p.jobs {
		order[j] = of[i]
	}
	slices.SortStableFunc(p.jobs, func(a, b *job) int { return cmp.Compare(order[a], order[b]) })
	for batch := range slices.Chunk(p.jobs, m.batch) {
		if err := m.generate(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func (m *Model) encode(ctx context.Context, views []*view) error {
	var segments [][]float32
	for _, v := range views {
		segments = append(segments, v.clip.Segments()...)
	}
	var all []encoded
	for batch := range slices.Chunk(segments, m.batch) {
		if err := ctx.Err(); err != nil {
			return err
		}
		out, err := m.engine.encode(batch)
		if err != nil {
			return err
		}
		all = append(all, out...)
	}
	for _, v := range views {
		v.seen, all = all[:v.segments], all[v.segments:]
	}
	return nil
}

// answer puts together what a task's jobs have written.
func (m *Model) answer(t task) (Answer, error) {
	if free, ok := t.jobs[0].answer.(*freeText); ok {
		return Answer{Text: m.tok.Decode(free.tokens), Confidence: free.confidence()}, nil
	}
	a := Answer{Localized: true, Condition: t.condition, Confidence: 1}
	kind := slices.Index(m.manifest.Encoder.HeatKinds, t.condition.Code)
	for _, j := range t.jobs {
		h := j.answer.(*held)
		spans, err := h.spans()
		if err != nil {
			return Answer{}, err
		}
		from := seconds(j.piece.from)
		core := spans.Shift(from).Clip(seconds(j.piece.coreFrom), seconds(j.piece.coreTo))
		a.Spans = a.Spans.Union(core)
		if len(spans) == 0 {
			a.Confidence = min(a.Confidence, h.decision)
		}
		a.Heat = appendHeat(a.Heat, j, kind)
	}
	for i := range a.Spans {
		a.Spans[i].Start, a.Spans[i].End = tenths(a.Spans[i].Start), tenths(a.Spans[i].End)
	}
	for a.Heat != nil && len(a.Heat) < frames(t.length) {
		a.Heat = append(a.Heat, 0) // less than a tenth of a second
	}
	a.Text = localize.Format(t.condition, a.Spans)
	if total := a.Spans.Total(); total > 0 {
		a.Confidence = 0
		for _, s := range a.Spans {
			a.Confidence += s.Confidence * s.Len() / total
		}
	}
	return m.manifest.Localization.calibrated(a), nil
}

// appendHeat appends the heat of a job's core.
func appendHeat(heat []float32, j *job, kind int) []float32 {
	row := j.shown.heat(kind)
	if row == nil {
		return nil
	}
	first := len(heat) - j.piece.from/frameSamples
	last := frames(j.piece.coreTo) - j.piece.from/frameSamples
	return append(heat, row[min(first, len(row)):min(last, len(row))]...)
}

// tenths rounds seconds to a tenth, as answers are written.
func tenths(seconds float64) float64 { return math.Round(seconds*10) / 10 }

// seconds of samples.
func seconds(samples int) float64 { return float64(samples) / window.Rate }
