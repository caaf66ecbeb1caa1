package localize

import (
	"fmt"
	"slices"
)

// Evidence says what an ST event rests on.
type Evidence int

const (
	// NoEvidence is that of events of other kinds.
	NoEvidence Evidence = iota
	// ByModel is what the model located; the signal was not measured to show it, or
	// was measured not to.
	ByModel
	// BySignal is what was measured; the model was not asked or did not locate it.
	BySignal
	// ByBoth is both: an episode that the model located and one of the same direction
	// that was measured overlap. Only such an event is certain.
	ByBoth
)

var evidences = []string{"", "model", "signal", "both"}

// String gives the name: model, signal or both; nothing for NoEvidence.
func (e Evidence) String() string {
	if e < 0 || int(e) >= len(evidences) {
		return ""
	}
	return evidences[e]
}

// ParseEvidence is the opposite of String; NoEvidence for anything unknown.
func ParseEvidence(name string) Evidence { return Evidence(max(slices.Index(evidences, name), 0)) }

// STText says what was measured of an ST event and how far that can be relied on:
// "−210 µV in lead II, certain". It is empty for other kinds.
func (e Event) STText() string {
	text := "not measured"
	if e.STLead != "" {
		text = fmt.Sprintf("%s in lead %s", Microvolts(e.STPeak), e.STLead)
	}
	switch e.Evidence {
	case ByModel:
		return text + ", the model's answer only"
	case BySignal:
		return text + ", not confirmed by the model"
	case ByBoth:
		return text + ", certain"
	default:
		return ""
	}
}

// Microvolts writes a deviation with its sign: "−210 µV".
func Microvolts(uv int) string {
	if uv < 0 {
		return fmt.Sprintf("−%d µV", -uv)
	}
	return fmt.Sprintf("+%d µV", uv)
}

func evidence(model, signal bool) Evidence {
	switch {
	case model && signal:
		return ByBoth
	case signal:
		return BySignal
	case model:
		return ByModel
	}
	return NoEvidence
}
