package eval

import (
	"math"
	"slices"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// Rules of AAMI EC57 for beat-by-beat comparison.
const (
	// MatchWindow is the largest distance between two marks of the same beat.
	MatchWindow = 150 * time.Millisecond
	// LearningPeriod is left out at the start of each record.
	LearningPeriod = 5 * time.Minute
)

// Class is a beat class of AAMI EC57.
type Class byte

// The classes; None stands for a beat without a counterpart.
const (
	Normal           Class = 'N'
	Supraventricular Class = 'S'
	Ventricular      Class = 'V'
	Fusion           Class = 'F'
	Unclassifiable   Class = 'Q'
	None             Class = '-'
)

// ClassOf gives the class of a MIT beat symbol; None for what is no beat.
func ClassOf(symbol string) Class {
	switch symbol {
	case "V", "E", "r":
		return Ventricular
	case "A", "a", "J", "S":
		return Supraventricular
	case "F":
		return Fusion
	case "/", "f", "Q", "?":
		return Unclassifiable
	}
	if ecg.IsBeat(symbol) {
		return Normal
	}
	return None
}

// Counts is the confusion of reference and test beats: Counts[{ref, test}].
type Counts map[[2]Class]int

// Beats compares test annotations with reference annotations of the same record
// from the time after on. Beats within the reference's ventricular flutter are
// left out: EC57 scores those as episodes.
func Beats(reference, test []ecg.Annotation, rate float64, after time.Duration) Counts {
	counts := Counts{}
	flutter := flutterEpisodes(reference)
	refs, tests := beatsOf(reference, flutter), beatsOf(test, flutter)
	first := int64(after.Seconds() * rate)
	for _, pair := range match(refs, tests, int64(math.Round(MatchWindow.Seconds()*rate))) {
		key, at := [2]Class{None, None}, int64(0)
		if pair.test >= 0 {
			key[1], at = ClassOf(tests[pair.test].Symbol), tests[pair.test].Sample
		}
		if pair.ref >= 0 {
			key[0], at = ClassOf(refs[pair.ref].Symbol), refs[pair.ref].Sample
		}
		if at >= first {
			counts[key]++
		}
	}
	return counts
}

// beatsOf keeps the beats outside of the episodes, in order of time.
func beatsOf(annotations []ecg.Annotation, without [][2]int64) []ecg.Annotation {
	var beats []ecg.Annotation
	for _, a := range annotations {
		inside := slices.ContainsFunc(without, func(e [2]int64) bool { return a.Sample >= e[0] && a.Sample <= e[1] })
		if ecg.IsBeat(a.Symbol) && !inside {
			beats = append(beats, a)
		}
	}
	slices.SortStableFunc(beats, func(a, b ecg.Annotation) int { return int(a.Sample - b.Sample) })
	return beats
}

func flutterEpisodes(annotations []ecg.Annotation) [][2]int64 {
	var episodes [][2]int64
	open := false
	for _, a := range annotations {
		switch {
		case a.Symbol == "[":
			episodes, open = append(episodes, [2]int64{a.Sample, math.MaxInt64}), true
		case a.Symbol == "]" && open:
			episodes[len(episodes)-1][1], open = a.Sample, false
		}
	}
	return episodes
}

// pair holds indices into reference and test beats, -1 for none.
type pair struct{ ref, test int }

// match pairs beats in order of time. Where two beats compete for one, the
// nearer gets it.
func match(refs, tests []ecg.Annotation, window int64) []pair {
	var pairs []pair
	i, j := 0, 0
	for i < len(refs) || j < len(tests) {
		switch {
		case j == len(tests):
			pairs, i = append(pairs, pair{i, -1}), i+1
			continue
		case i == len(refs):
			pairs, j = append(pairs, pair{-1, j}), j+1
			continue
		}
		distance := abs(refs[i].Sample - tests[j].Sample)
		nextTest := j+1 < len(tests) && abs(refs[i].Sample-tests[j+1].Sample) < distance
		nextRef := i+1 < len(refs) && abs(refs[i+1].Sample-tests[j].Sample) < distance
		switch {
		case distance <= window && !nextTest && !nextRef:
			pairs, i, j = append(pairs, pair{i, j}), i+1, j+1
		case refs[i].Sample < tests[j].Sample:
			pairs, i = append(pairs, pair{i, -1}), i+1
		default:
			pairs, j = append(pairs, pair{-1, j}), j+1
		}
	}
	return pairs
}

func abs(v int64) int64 { return max(v, -v) }
