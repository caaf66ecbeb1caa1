package locate

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Prediction is a test with the answer of a model.
type Prediction struct {
	Test
	Prediction string
	// Confidence is nil when it is not known.
	Confidence *float64
}

// has tells whether the file had a field.
func (p Prediction) has(key string) bool {
	return slices.ContainsFunc(p.fields, func(f field) bool { return f.key == key })
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
	if p.Confidence != nil {
		if err := appendField(&out, "confidence", *p.Confidence); err != nil {
			return nil, err
		}
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
