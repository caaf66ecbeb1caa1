package locate

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// oneOrMany reads a value, or a list of values.
type oneOrMany[T any] []T

func (m *oneOrMany[T]) UnmarshalJSON(data []byte) error {
	switch {
	case bytes.HasPrefix(data, []byte("[")):
		return json.Unmarshal(data, (*[]T)(m))
	case bytes.Equal(data, []byte("null")):
		return nil
	}
	*m = make([]T, 1)
	return json.Unmarshal(data, &(*m)[0])
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
