package locate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Test is one question about a stretch of a record, with the expert's answer.
type Test struct {
	Question string
	Answer   string
	// Path names the record, perhaps with folders and an extension of the place
	// where the file was made.
	Path    string
	Dataset string
	// Kind is the code of the condition that is asked for.
	Kind string
	// Start and End bound the stretch, in samples at the record's own rate; an End
	// of 0 means the record's end.
	Start, End float64

	// fields are those of the file, in its order, to be written out again.
	fields []field
}

type field struct {
	key   string
	value json.RawMessage
}

// ReadTests reads a JSON array of {question, answer, ecg_path, dataset, task,
// abnormal_type, ecg_start, ecg_end}. Other fields are kept and passed on.
func ReadTests(r io.Reader) ([]Test, error) {
	dec := json.NewDecoder(r)
	if err := expect(dec, '['); err != nil {
		return nil, fmt.Errorf("tests: %w", err)
	}
	var tests []Test
	for dec.More() {
		test, err := readTest(dec)
		if err != nil {
			return nil, fmt.Errorf("test %d: %w", len(tests)+1, err)
		}
		tests = append(tests, test)
	}
	if err := expect(dec, ']'); err != nil {
		return nil, fmt.Errorf("after test %d: %w", len(tests), err)
	}
	return tests, nil
}

func readTest(dec *json.Decoder) (Test, error) {
	var test Test
	if err := expect(dec, '{'); err != nil {
		return test, err
	}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return test, err
		}
		key, _ := token.(string)
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return test, fmt.Errorf("field %q: %w", key, err)
		}
		if err := test.set(key, value); err != nil {
			return test, fmt.Errorf("field %q: %w", key, err)
		}
	}
	if err := expect(dec, '}'); err != nil {
		return test, err
	}
	switch {
	case test.Question == "":
		return test, fmt.Errorf("no question")
	case test.Path == "":
		return test, fmt.Errorf("no ecg_path")
	case test.Start < 0 || test.End != 0 && test.End <= test.Start:
		return test, fmt.Errorf("the stretch from sample %g to %g is empty", test.Start, test.End)
	}
	return test, nil
}

func (t *Test) set(key string, value json.RawMessage) error {
	t.fields = append(t.fields, field{key, value})
	target := map[string]any{
		"question": &t.Question, "answer": &t.Answer, "ecg_path": &t.Path, "dataset": &t.Dataset,
		"abnormal_type": &t.Kind, "ecg_start": &t.Start, "ecg_end": &t.End,
	}[key]
	if target == nil {
		return nil
	}
	return json.Unmarshal(value, target)
}

func expect(dec *json.Decoder, want json.Delim) error {
	token, err := dec.Token()
	if err != nil {
		return fmt.Errorf("%q expected: %w", want.String(), err)
	}
	if token != want {
		return fmt.Errorf("%q expected where %v stands", want.String(), token)
	}
	return nil
}

// Prediction is a test with the model's answer.
type Prediction struct {
	Test
	Prediction string
	Confidence float64
}

// MarshalJSON gives the test's own fields in their order, then prediction and
// confidence.
func (p Prediction) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	for _, f := range p.fields {
		if f.key == "prediction" || f.key == "confidence" {
			continue // of an earlier run
		}
		if err := appendField(&out, f.key, f.value); err != nil {
			return nil, err
		}
	}
	if err := appendField(&out, "prediction", p.Prediction); err != nil {
		return nil, err
	}
	if err := appendField(&out, "confidence", p.Confidence); err != nil {
		return nil, err
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

func appendField(out *bytes.Buffer, key string, value any) error {
	separator := byte(',')
	if out.Len() == 0 {
		separator = '{'
	}
	out.WriteByte(separator)
	name, err := json.Marshal(key)
	if err != nil {
		return err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	out.Write(name)
	out.WriteByte(':')
	out.Write(text)
	return nil
}
