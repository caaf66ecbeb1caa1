// Package wire holds what the console's HTTP API says, as JSON: see
// schemas/openapi.yaml.
package wire

import (
	"fmt"
	"strings"
	"time"
)

// Layout of instants: RFC 3339 in UTC with milliseconds.
const Layout = "2006-01-02T15:04:05.000Z"

// Instant is a time in the API; the zero time is null.
type Instant time.Time

// MarshalJSON writes it.
func (i Instant) MarshalJSON() ([]byte, error) {
	t := time.Time(i)
	if t.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + t.UTC().Format(Layout) + `"`), nil
}

// UnmarshalJSON reads RFC 3339 with any fraction and zone, or null.
func (i *Instant) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*i = Instant{}
		return nil
	}
	t, err := ParseInstant(strings.Trim(string(text), `"`))
	*i = Instant(t)
	return err
}

// ParseInstant reads RFC 3339 with any fraction and zone.
func ParseInstant(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, fmt.Errorf("%q is not a time like 2026-01-31T08:00:00.000Z", text)
	}
	return t.UTC(), nil
}

func instants(all []time.Time) []Instant {
	out := make([]Instant, len(all))
	for i, t := range all {
		out[i] = Instant(t)
	}
	return out
}
