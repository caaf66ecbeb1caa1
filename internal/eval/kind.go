package eval

import (
	"math"
	"slices"

	"github.com/holterd/holter/pkg/ecg"
)

// KindScore compares the beats of one condition with an expert's.
type KindScore struct {
	// Found beats are the expert's that were found, Missed those that were not.
	Found, Missed int
	// False beats were found where the expert has none, or another one; Fusion
	// those where the expert has a fusion beat, which EC57 forgives.
	False, Fusion int
}

// Kind compares positions of the found beats of a condition with the reference
// beats that have one of its symbols.
func Kind(reference []ecg.Annotation, found []int64, symbols []string, rate float64) KindScore {
	var tests []ecg.Annotation
	for _, sample := range slices.Sorted(slices.Values(found)) {
		tests = append(tests, ecg.Annotation{Sample: sample})
	}
	refs := beatsOf(reference, nil)
	var s KindScore
	for _, p := range match(refs, tests, int64(math.Round(MatchWindow.Seconds()*rate))) {
		wanted := p.ref >= 0 && slices.Contains(symbols, refs[p.ref].Symbol)
		switch {
		case wanted && p.test >= 0:
			s.Found++
		case wanted:
			s.Missed++
		case p.test >= 0 && p.ref >= 0 && ClassOf(refs[p.ref].Symbol) == Fusion:
			s.Fusion++
		case p.test >= 0:
			s.False++
		}
	}
	return s
}
