package state

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Window is what a rule remembers of one patient's device.
type Window struct {
	Times  Times         `json:"t,omitempty"` // of beats (or episodes), in order
	RR     Times         `json:"r,omitempty"` // for each of Times: since the beat before it, of whatever kind; 0: not known; empty: none is
	Others Times         `json:"n,omitempty"` // for each of Times: 1 + the beats between the one of its kind before it and it; 0: not known; empty: none is
	Spans  []Span        `json:"s,omitempty"` // of episodes or patterns, in order, apart
	Events []Contributor `json:"e,omitempty"` // newest last

	Buckets Buckets `json:"b,omitempty"` // of what was analysed, in order
	Last    int64   `json:"l,omitempty"` // the newest beat of whatever kind, while the signal after it has no gap; 0: none
	Until   int64   `json:"u,omitempty"` // the end of that signal
}

// Span is a stretch of signal, nanoseconds since the Unix epoch.
type Span struct {
	Start int64 `json:"a"`
	End   int64 `json:"z"`
}

// Contributor is an event that beats or spans are from.
type Contributor struct {
	ID         string  `json:"i"`
	Window     string  `json:"w,omitempty"` // of the analysis
	At         int64   `json:"t"`           // of its newest beat or end
	Confidence float64 `json:"c"`
}

// Window returns what the rule remembers; the zero Window when nothing.
func (t *Tx) Window(rule, patient, device string) (Window, error) {
	w, _, err := get[Window](t.bucket(inWindows), join(rule, patient, device))
	return w, err
}

// SetWindow records it.
func (t *Tx) SetWindow(rule, patient, device string, w Window) error {
	return put(t.bucket(inWindows), join(rule, patient, device), w)
}

// EachWindow visits the windows of a rule and patient.
func (t *Tx) EachWindow(rule, patient string, visit func(device string, w Window) error) error {
	prefix := join(rule, patient, "")
	return each(t.bucket(inWindows), prefix, func(key string, w Window) error { return visit(key[len(prefix):], w) })
}

// RemoveWindows removes those of rules that are not kept.
func (t *Tx) RemoveWindows(keep func(rule string) bool) {
	t.remove(inWindows, func(key string, _ []byte) bool {
		rule, _, _ := strings.Cut(key, separator)
		return !keep(rule)
	})
}

// Times are points in time in ascending order, nanoseconds since the Unix
// epoch; written as the differences between them, since a window may hold
// thousands.
type Times []int64

// MarshalText implements encoding.TextMarshaler.
func (t Times) MarshalText() ([]byte, error) {
	var raw []byte
	last := int64(0)
	for _, at := range t {
		raw = binary.AppendVarint(raw, at-last)
		last = at
	}
	return base64.StdEncoding.AppendEncode(nil, raw), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *Times) UnmarshalText(text []byte) error {
	raw, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return fmt.Errorf("read a list of times: %w", err)
	}
	*t = (*t)[:0]
	last := int64(0)
	for len(raw) > 0 {
		step, n := binary.Varint(raw)
		if n <= 0 {
			return errors.New("read a list of times: it is cut off")
		}
		raw = raw[n:]
		last += step
		*t = append(*t, last)
	}
	return nil
}
