package model

import (
	"errors"
	"fmt"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model/internal/grammar"
	"github.com/holterd/holter/pkg/window"
)

// plan is what a batch of requests asks of the engine.
type plan struct {
	views []*view // distinct, to be encoded once each
	jobs  []*job
	tasks []task // one per request
}

// task is how one request is answered: by one job, or by one for each piece of
// its clip.
type task struct {
	condition localize.Condition // zero: free text
	length    int                // of the clip, in samples
	jobs      []*job
}

// job is one text to be generated.
type job struct {
	prompt prompt
	prefix string // the key of the prompt's prefix
	piece  piece
	shown  *view // what a localization question is about
	left   int   // tokens that the answer may have
	answer writing
}

type viewKey struct {
	clip     *window.Clip
	from, to int
}

// plan plans a batch. Errors name the request.
func (m *Model) plan(requests []Request) (*plan, error) {
	p := &plan{tasks: make([]task, len(requests))}
	views := map[viewKey]*view{}
	show := func(clip *window.Clip, from, to int) *view {
		key := viewKey{clip, from, to}
		if views[key] == nil {
			views[key] = newView(clip, from, to, window.Scale(m.manifest.Input.Scale))
			p.views = append(p.views, views[key])
		}
		return views[key]
	}
	for i, r := range requests {
		t, err := m.task(r, show)
		if err != nil {
			return nil, fmt.Errorf("request %d of %d: %w", i+1, len(requests), err)
		}
		p.tasks[i] = t
		p.jobs = append(p.jobs, t.jobs...)
	}
	return p, nil
}

type showFunc func(clip *window.Clip, from, to int) *view

func (m *Model) task(r Request, show showFunc) (task, error) {
	if err := r.check(); err != nil {
		return task{}, err
	}
	t := task{condition: m.asks(r)}
	subject := r.subject()
	if t.condition.IsZero() {
		j, err := m.job(r, piece{}, show)
		t.jobs = []*job{j}
		return t, err
	}
	if subject == nil {
		return task{}, errors.New("it asks where something is but shows no ECG")
	}
	t.length = subject.Len()
	cut := []piece{{to: t.length, coreTo: t.length}}
	if m.manifest.Localization.Segments == each && len(r.Turns) == 1 && len(r.Turns[0].ECGs) == 1 {
		cut = pieces(t.length)
	}
	for _, c := range cut {
		j, err := m.job(r, c, show)
		if err != nil {
			return task{}, err
		}
		j.shown = show(subject, c.from, c.to)
		j.answer, err = m.hold(j, t.condition)
		if err != nil {
			return task{}, err
		}
		t.jobs = append(t.jobs, j)
	}
	return t, nil
}

// asks tells for which condition a request asks; zero for another question.
func (m *Model) asks(r Request) localize.Condition {
	c, ok := localize.ParseQuestion(r.Turns[len(r.Turns)-1].Question)
	if !ok || !m.locates[c.Code] {
		return localize.Condition{}
	}
	return c
}

// job writes the prompt. Of the only ECG of a request the piece is shown, of
// several all.
func (m *Model) job(r Request, c piece, show showFunc) (*job, error) {
	p, err := m.template.prompt(r.Turns, func(turn, ecg int) *view {
		clip := r.Turns[turn].ECGs[ecg]
		if clip == r.subject() && c.to > 0 {
			return show(clip, c.from, c.to)
		}
		return show(clip, 0, clip.Len())
	})
	if err != nil {
		return nil, fmt.Errorf("write the prompt: %w", err)
	}
	length, most := p.size(m.manifest.Encoder.TokensPerSegment), m.manifest.Decoder.MaxTokens
	if length >= most {
		return nil, fmt.Errorf("%w: the prompt has %d tokens, which leaves no room for an answer: the model reads %d (show less)",
			ErrTooLong, length, most)
	}
	j := &job{prompt: p, prefix: p.key(), piece: c, left: min(most-length, m.manifest.Generation.MaxNewTokens)}
	free := &freeText{stop: m.template.stop, left: j.left}
	if r.Wrote != nil {
		free.wrote = func(tokens []int) { r.Wrote(whole(m.tok.Decode(tokens))) }
	}
	j.answer = free
	return j, nil
}

// hold makes the answer of a job one under the grammar. Where there is no
// signal there is nothing to find, whatever the model would make of it.
func (m *Model) hold(j *job, c localize.Condition) (writing, error) {
	length := (j.piece.to - j.piece.from) / tenth
	if j.shown.silent() {
		length = 0
	}
	g := grammar.New(c.Name, length)
	if needs, ok := m.vocabulary.Needs(g, grammar.State{}); !ok || needs > j.left {
		return nil, fmt.Errorf("%w: no room for an answer: %d tokens are left of the %d that the model reads (show less)",
			ErrTooLong, j.left, m.manifest.Decoder.MaxTokens)
	}
	return &held{grammar: g, words: m.vocabulary, text: m.tok.Bytes, stop: m.template.stop, left: j.left}, nil
}
