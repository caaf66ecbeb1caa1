package annotate

import (
	"cmp"
	"math"
	"slices"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
)

// near is how far a claimed time may be off a detected beat, in seconds: the
// tolerance of beat-by-beat comparison.
const near = 0.15

// claim labels the beat at a time; where the detector saw none, the answer alone
// makes one.
func (l *beatList) claim(at float64, symbol string, strength float64) {
	best := -1
	for i := l.from(at - near); i < len(l.beats) && l.beats[i].at <= at+near; i++ {
		if best < 0 || math.Abs(l.beats[i].at-at) < math.Abs(l.beats[best].at-at) {
			best = i
		}
	}
	if best < 0 {
		added := beat{sample: int(math.Round(at * l.rate)), at: at, symbol: symbol, strength: strength}
		l.beats = slices.Insert(l.beats, l.from(at), added)
		return
	}
	if strength > l.beats[best].strength {
		l.beats[best].symbol, l.beats[best].strength = symbol, strength
	}
}

// from returns the index of the first beat at or after a time.
func (l *beatList) from(at float64) int {
	i, _ := slices.BinarySearchFunc(l.beats, at, func(b beat, at float64) int { return cmp.Compare(b.at, at) })
	return i
}

const (
	// heatStep is the time that one value of an answer's heat stands for, in
	// seconds; heatReach how far around a beat it is looked at.
	heatStep  = localize.HeatStep
	heatReach = 0.075
	// confirmed is the heat of a beat of the condition.
	confirmed = 0.5
)

// strength is how sure the answer is that the beat at a time (seconds from the
// clip's start) is of the condition: its heat, where that confirms it, else less
// than any confirmed claim.
func strength(answer model.Answer, span localize.Span, at float64) float64 {
	if len(answer.Heat) == 0 {
		return span.Confidence
	}
	first, last := int((at-heatReach)/heatStep), int((at+heatReach)/heatStep)
	highest := 0.0
	for i := max(first, 0); i <= min(last, len(answer.Heat)-1); i++ {
		highest = max(highest, float64(answer.Heat[i]))
	}
	if highest < confirmed {
		return confirmed * span.Confidence
	}
	return highest
}

func (l *beatList) annotations() []ecg.Annotation {
	out := make([]ecg.Annotation, len(l.beats))
	for i, b := range l.beats {
		out[i] = ecg.Annotation{Sample: int64(b.sample), Symbol: b.symbol}
	}
	return out
}
