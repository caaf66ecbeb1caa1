package questions

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// ask asks the model. wrote is given all of the text so far.
func (a *Answerer) ask(ctx context.Context, j job, wrote func(string)) (Answer, error) {
	if err := j.check(); err != nil {
		return Answer{}, err
	}
	strips, err := j.source.resolve(j.Patient, j.Strips)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Strips: strips, Model: a.modelName()}
	shown := make([][]clip, len(strips))
	for i, strip := range strips {
		if shown[i], err = j.source.clips(ctx, j.Patient, i, strip); err != nil {
			return Answer{}, err
		}
	}
	question := j.Turns[len(j.Turns)-1].Question
	if c, ok := localize.ParseQuestion(question); ok && a.locates(c) {
		err = a.locate(ctx, c, question, shown, &answer, wrote)
	} else {
		err = a.say(ctx, j.Turns, shown, &answer, wrote)
	}
	return answer, err
}

func (a *Answerer) locates(c localize.Condition) bool {
	return slices.ContainsFunc(a.model.Info().Conditions, func(known localize.Condition) bool { return known.Code == c.Code })
}

// A question where something is, is asked of a minute at a time, with four seconds
// of overlap, so that the standing questions have their turns.
const (
	pieceLength  = 60 * window.Rate
	pieceOverlap = 4 * window.Rate
)

// locate asks where a condition is, in each strip by itself.
func (a *Answerer) locate(ctx context.Context, c localize.Condition, question string, shown [][]clip, into *Answer, wrote func(string)) error {
	into.Confidence = 1
	for i, clips := range shown {
		var spans localize.Spans // from the strip's start
		nothing := 1.            // confidence that nothing is there
		for _, clip := range clips {
			into.Shown = append(into.Shown, clip.shown)
			found, confidence, err := a.locateIn(ctx, question, clip.signal)
			if err != nil {
				return err
			}
			nothing = min(nothing, confidence)
			for _, s := range found {
				from, to := clip.timeAt(s.Start), clip.timeAt(s.End)
				into.Spans = append(into.Spans, Span{Strip: i, From: from, To: to, Kind: c.Code, Confidence: s.Confidence})
				start := into.Strips[i].From
				spans = append(spans, localize.Span{Start: from.Sub(start).Seconds(), End: to.Sub(start).Seconds(), Confidence: s.Confidence})
			}
		}
		into.Confidence = min(into.Confidence, sure(spans, nothing))
		if i > 0 {
			into.Text += "\n"
		}
		if len(shown) > 1 {
			into.Text += capital(ordinals[i]) + " ECG: "
		}
		into.Text += localize.Format(c, spans)
		if len(shown) > 1 {
			wrote(into.Text)
		}
	}
	return nil
}

// sure is the confidence of an answer: the spans' mean by length, or that nothing is
// there.
func sure(spans localize.Spans, nothing float64) float64 {
	total := spans.Total()
	if total == 0 {
		return nothing
	}
	sum := 0.
	for _, s := range spans.Merge() {
		sum += s.Confidence * s.Len() / total
	}
	return sum
}

// locateIn asks about one clip: spans in seconds from its start, and the confidence of
// the least sure piece where nothing was found.
func (a *Answerer) locateIn(ctx context.Context, question string, signal *window.Clip) (spans localize.Spans, nothing float64, err error) {
	nothing = 1
	for _, part := range window.Cut(signal.Len(), pieceLength, pieceOverlap) {
		answer, err := a.one(ctx, model.Localize(question, signal.Slice(part.From, part.To)))
		if err != nil {
			return nil, 0, err
		}
		if !answer.Localized {
			return nil, 0, fmt.Errorf("the model answered %q to a localization question", answer.Text)
		}
		if len(answer.Spans) == 0 {
			nothing = min(nothing, answer.Confidence)
		}
		core := answer.Spans.Shift(seconds(part.From)).Clip(seconds(part.CoreFrom), seconds(part.CoreTo))
		spans = spans.Union(core)
	}
	return spans, nothing, nil
}

func seconds(samples int) float64 { return float64(samples) / window.Rate }

// say asks any other question, about all strips at once.
func (a *Answerer) say(ctx context.Context, turns []Turn, shown [][]clip, into *Answer, wrote func(string)) error {
	var clips []*window.Clip
	var starts []time.Time
	for _, all := range shown {
		best := slices.MaxFunc(all, func(x, y clip) int { return x.signal.Len() - y.signal.Len() })
		clips, starts = append(clips, best.signal), append(starts, best.shown.From)
		into.Shown = append(into.Shown, best.shown)
	}
	request := model.Request{Wrote: wrote}
	for i, t := range turns {
		turn := model.Turn{Question: t.Question, Answer: t.Answer}
		if i == 0 {
			turn.ECGs, turn.Question = clips, strings.TrimSpace(preface(starts)+" "+t.Question)
		}
		request.Turns = append(request.Turns, turn)
	}
	answer, err := a.one(ctx, request)
	if errors.Is(err, model.ErrTooLong) {
		return invalid("ask about shorter or fewer strips, or begin a new conversation", "the model cannot take all of this in: %w", err)
	}
	into.Text, into.Confidence = answer.Text, answer.Confidence
	return err
}

// one asks one question.
func (a *Answerer) one(ctx context.Context, request model.Request) (model.Answer, error) {
	answers, err := a.model.Ask(ctx, []model.Request{request})
	if err != nil {
		return model.Answer{}, err
	}
	if len(answers) != 1 {
		return model.Answer{}, fmt.Errorf("the model gave %d answers to one question", len(answers))
	}
	return answers[0], nil
}

var ordinals = []string{"first", "second", "third", "fourth", "fifth", "sixth"}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// preface says how far apart the strips were recorded, in the words that the model
// was trained with; nothing about a single one.
func preface(starts []time.Time) string {
	var parts []string
	for i, start := range starts {
		if i == 0 {
			continue
		}
		recorded := ""
		if i == 1 {
			recorded = "ECG was recorded "
		}
		after := "at the same time as"
		if d := start.Sub(starts[0]).Seconds(); math.Abs(d) >= .5 {
			after = distance(math.Abs(d)) + " after"
			if d < 0 {
				after = distance(-d) + " before"
			}
		}
		parts = append(parts, fmt.Sprintf("the %s %s%s the first", ordinals[i], recorded, after))
	}
	if len(parts) == 0 {
		return ""
	}
	return capital(strings.Join(parts, ", ")) + "."
}

// distance is a time in the unit that a person would use.
func distance(seconds float64) string {
	for _, unit := range []struct {
		name        string
		size, below float64
	}{{"second", 1, 120}, {"minute", 60, 120}, {"hour", 3600, 48}, {"day", 86400, math.Inf(1)}} {
		n := math.RoundToEven(seconds / unit.size)
		if n < unit.below {
			if n == 1 {
				return "1 " + unit.name
			}
			return fmt.Sprintf("%.0f %ss", n, unit.name)
		}
	}
	return "" // not reached
}
