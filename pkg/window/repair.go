package window

import "math"

// enough is how many samples of a window a lead must have delivered to be
// shown: one second.
const enough = Rate

// repair closes what is still missing (NaN) in a lead of a window: a straight
// line inside, the first or last value towards the ends. A lead that delivered
// too little is missing: nil.
func repair(lead []float32) []float32 {
	valid := 0
	for _, x := range lead {
		if !missing(x) {
			valid++
		}
	}
	if valid == 0 || valid < min(enough, len(lead)/2) {
		return nil
	}
	if valid == len(lead) {
		return lead
	}
	last := -1 // the last valid sample
	for i, x := range lead {
		if missing(x) {
			continue
		}
		for j := last + 1; j < i; j++ {
			lead[j] = x
			if last >= 0 {
				lead[j] = lead[last] + (x-lead[last])*float32(j-last)/float32(i-last)
			}
		}
		last = i
	}
	for j := last + 1; j < len(lead); j++ {
		lead[j] = lead[last]
	}
	return lead
}

func missing(x float32) bool { return math.IsNaN(float64(x)) }

// gap are samples of a window's lead that were not measured.
type gap struct{ from, to int }

func gapsOf(lead []float32) (gaps []gap) {
	for i, x := range lead {
		switch n := len(gaps); {
		case !missing(x):
		case n > 0 && gaps[n-1].to == i:
			gaps[n-1].to++
		default:
			gaps = append(gaps, gap{i, i + 1})
		}
	}
	return gaps
}
