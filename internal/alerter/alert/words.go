package alert

import (
	"fmt"
	"strings"
)

// Priority is the alarm priority in the vocabulary of IEC 60601-1-8. A larger
// one is more urgent.
type Priority uint8

// Priorities.
const (
	Low Priority = iota + 1
	Medium
	High
)

// Class separates the patient's condition from the equipment's.
type Class uint8

// Classes.
const (
	Physiological Class = iota + 1
	Technical
)

// State is where an alert stands.
type State uint8

// States, in the vocabulary of alarm systems: an alert is triggered, then
// acknowledged by somebody, and resolved once it is over. One that nobody
// acknowledged is resolved too when it is over.
const (
	Triggered State = iota + 1
	Resolved
	Acknowledged
)

var (
	priorities = []string{"", "low", "medium", "high"}
	classes    = []string{"", "physiological", "technical"}
	states     = []string{"", "triggered", "resolved", "acknowledged"}
)

func (p Priority) String() string { return word(priorities, uint8(p)) }
func (c Class) String() string    { return word(classes, uint8(c)) }
func (s State) String() string    { return word(states, uint8(s)) }

// MarshalText writes the word; it fails for a value that has none.
func (p Priority) MarshalText() ([]byte, error) { return marshal("priority", priorities, uint8(p)) }

// MarshalText writes the word; it fails for a value that has none.
func (c Class) MarshalText() ([]byte, error) { return marshal("class", classes, uint8(c)) }

// MarshalText writes the word; it fails for a value that has none.
func (s State) MarshalText() ([]byte, error) { return marshal("state", states, uint8(s)) }

// UnmarshalText reads low, medium or high.
func (p *Priority) UnmarshalText(text []byte) error {
	return unmarshal("priority", priorities, text, (*uint8)(p))
}

// UnmarshalText reads physiological or technical.
func (c *Class) UnmarshalText(text []byte) error {
	return unmarshal("class", classes, text, (*uint8)(c))
}

// UnmarshalText reads triggered, acknowledged or resolved.
func (s *State) UnmarshalText(text []byte) error {
	return unmarshal("state", states, text, (*uint8)(s))
}

func word(words []string, value uint8) string {
	if value == 0 || int(value) >= len(words) {
		return "unknown"
	}
	return words[value]
}

func marshal(what string, words []string, value uint8) ([]byte, error) {
	if value == 0 || int(value) >= len(words) {
		return nil, fmt.Errorf("%s %d has no name", what, value)
	}
	return []byte(words[value]), nil
}

func unmarshal(what string, words []string, text []byte, into *uint8) error {
	for i, w := range words[1:] {
		if w == string(text) {
			*into = uint8(i + 1)
			return nil
		}
	}
	return &UnknownWordError{Text: string(text), What: what, Known: words[1:]}
}

// UnknownWordError is a text that names no priority, class or state.
type UnknownWordError struct {
	Text, What string
	Known      []string
}

func (e *UnknownWordError) Error() string {
	return fmt.Sprintf("%q is no %s; known are %s", e.Text, e.What, strings.Join(e.Known, ", "))
}
