package morphology

import (
	"encoding/binary"
	"encoding/json"
	"errors"
)

// MarshalJSON writes 16 bits for each element, in base64.
func (s shape) MarshalJSON() ([]byte, error) {
	raw := make([]byte, 0, 2*len(s))
	for _, x := range s {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(int16(x*unit+0.5*sign(x))))
	}
	return json.Marshal(raw)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *shape) UnmarshalJSON(text []byte) error {
	var raw []byte
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	if len(raw)%(2*length) != 0 {
		return errors.New("the shape of a beat is cut short")
	}
	*s = make(shape, len(raw)/2)
	for i := range *s {
		(*s)[i] = float32(float64(int16(binary.LittleEndian.Uint16(raw[2*i:]))) / unit)
	}
	return nil
}

func sign(x float32) float32 {
	if x < 0 {
		return -1
	}
	return 1
}
