package locate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/holterd/holter/internal/eval"
)

// Test is one question about stretches of records, with the expert's answer.
type Test struct {
	Task     eval.Task
	Question string
	Answer   string
	// ECGs are the stretches asked about, in the order they are shown.
	ECGs    []Stretch
	Dataset string
	// Kind is the code of the condition that is asked for; of a qa or comparison the sort of question, where it is told.
	Kind string
	// Labels are the names that hold of a report's ECG, where they are not the
	// items of the expert's report itself.
	Labels []string

	// fields are those of the file, in its order, to be written out again.
	fields []field
}

// Stretch is a part of a record.
type Stretch struct {
	// Path names the record, perhaps with folders and an extension of the place
	// where the file was made.
	Path string
	// Start and End bound the stretch, in samples at the record's own rate; an End
	// of 0 means the record's end.
	Start, End float64
}

// Record is the record's bare name.
func (s Stretch) Record() string {
	name := path.Base(strings.ReplaceAll(s.Path, `\`, "/"))
	for _, extension := range []string{".hea", ".dat", ".mat"} {
		name = strings.TrimSuffix(name, extension)
	}
	return name
}

type field struct {
	key   string
	value json.RawMessage
}

// ReadTests reads a JSON array of {question, answer, ecg_path, dataset, task,
// abnormal_type, ecg_start, ecg_end}. Other fields are kept and passed on.
// Several ECGs are arrays of paths, starts and ends; several answers an array,
// which is joined with commas. Tasks are localization (the default, also
// localization_long and the like), report, qa and comparison. The kind of a qa or
// comparison is its question_type, else abnormal_type; labels are those of a report.
func ReadTests(r io.Reader) ([]Test, error) {
	dec := json.NewDecoder(r)
	if err := expect(dec, '['); err != nil {
		return nil, fmt.Errorf("tests: %w", err)
	}
	var tests []Test
	for dec.More() {
		p, err := readOne(dec, false)
		if err != nil {
			return nil, fmt.Errorf("test %d: %w", len(tests)+1, err)
		}
		tests = append(tests, p.Test)
	}
	if err := expect(dec, ']'); err != nil {
		return nil, fmt.Errorf("after test %d: %w", len(tests), err)
	}
	return tests, nil
}

// ReadAnswers reads tests that have been answered: one JSON object after the
// other, with the fields of a test, prediction and, if known, confidence.
func ReadAnswers(r io.Reader) ([]Prediction, error) {
	dec := json.NewDecoder(r)
	var answers []Prediction
	for dec.More() {
		p, err := readOne(dec, true)
		if err == nil && !p.has("prediction") {
			err = errors.New("no prediction")
		}
		if c := p.Confidence; err == nil && c != nil && (*c < 0 || *c > 1) {
			err = fmt.Errorf("a confidence of %g is not between 0 and 1", *c)
		}
		if err != nil {
			return nil, fmt.Errorf("answer %d: %w", len(answers)+1, err)
		}
		answers = append(answers, p)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("after answer %d: %w", len(answers), err)
	}
	return answers, nil
}
