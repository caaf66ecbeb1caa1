package locate

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/holterd/holter/internal/eval"
)

// readOne reads a test; what an earlier run answered counts only if answered.
func readOne(dec *json.Decoder, answered bool) (Prediction, error) {
	var p Prediction
	if err := expect(dec, '{'); err != nil {
		return p, err
	}
	in := columns{answered: answered}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return p, err
		}
		key, _ := token.(string)
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return p, fmt.Errorf("field %q: %w", key, err)
		}
		p.fields = append(p.fields, field{key, value})
		if target := in.target(key, &p); target != nil {
			if err := json.Unmarshal(value, target); err != nil {
				return p, fmt.Errorf("field %q: %w", key, err)
			}
		}
	}
	if err := expect(dec, '}'); err != nil {
		return p, err
	}
	return p, in.fill(&p.Test)
}

// columns are fields as the file has them.
type columns struct {
	answered               bool
	task, questionType     string
	paths, answers, labels oneOrMany[string]
	starts, ends           oneOrMany[float64]
}

// target is where a field's value belongs; nil for fields that say nothing here.
func (c *columns) target(key string, p *Prediction) any {
	if !c.answered && (key == "prediction" || key == "confidence") {
		return nil
	}
	return map[string]any{
		"task": &c.task, "question": &p.Question, "answer": &c.answers, "dataset": &p.Dataset,
		"ecg_path": &c.paths, "ecg_start": &c.starts, "ecg_end": &c.ends,
		"abnormal_type": &p.Kind, "question_type": &c.questionType, "labels": &c.labels,
		"prediction": &p.Prediction, "confidence": &p.Confidence,
	}[key]
}

func (c *columns) fill(t *Test) error {
	var err error
	if t.Task, err = eval.ParseTask(c.task); err != nil {
		return err
	}
	t.Answer, t.Labels = strings.Join(c.answers, ", "), c.labels
	if c.questionType != "" && (t.Kind == "" || t.Task == eval.QA || t.Task == eval.Comparison) {
		t.Kind = c.questionType
	}
	switch n := len(c.paths); {
	case t.Question == "":
		return errors.New("no question")
	case n == 0:
		return errors.New("no ecg_path")
	case len(c.starts) != n && len(c.starts) != 0 || len(c.ends) != n && len(c.ends) != 0:
		return fmt.Errorf("%d ecg_path with %d ecg_start and %d ecg_end: give as many of each", n, len(c.starts), len(c.ends))
	}
	for i, record := range c.paths {
		s := Stretch{Path: record}
		if len(c.starts) > 0 {
			s.Start = c.starts[i]
		}
		if len(c.ends) > 0 {
			s.End = c.ends[i]
		}
		if record == "" {
			return errors.New("no ecg_path")
		}
		if s.Start < 0 || s.End != 0 && s.End <= s.Start {
			return fmt.Errorf("the stretch from sample %g to %g is empty", s.Start, s.End)
		}
		t.ECGs = append(t.ECGs, s)
	}
	if t.Task == eval.Localization && len(t.ECGs) != 1 {
		return fmt.Errorf("a localization question about %d ECGs: it takes one", len(t.ECGs))
	}
	return nil
}
