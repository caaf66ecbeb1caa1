package ecg

import (
	"math"
	"slices"
)

// Scores are in natural units of likelihood, as far as heights and intervals of
// real recordings tell.
const (
	heightWeight = 1.5 // per e-fold of height above the limit
	maxGain      = 1.5 // of a single beat
	maxLoss      = 3.0 // of a single beat
	overdueFrom  = 1.6 // local intervals without a beat that begin to cost
	overdueCost  = 2.0 // per further local interval
	maxOverdue   = 2.0 // a pause may be real
	earlyWithin  = 0.4 // s: where T waves lie
	earlyShare   = 0.6 // of the local interval, if that is shorter
	earlyCost    = 4.0 // at interval 0, falling to 0 at the bounds above
	lookBack     = 4.0 // s before the previous peak
)

// bestSequence finds the sequence of peaks with the highest total score by dynamic
// programming, and returns the positions of its peaks.
func bestSequence(peaks []peak, length int, rate float64) []int {
	if len(peaks) == 0 {
		return nil
	}
	score := make([]float64, len(peaks))
	before := make([]int, len(peaks))
	for k, p := range peaks {
		best, from := bestBefore(peaks, score, k, p.at, rate)
		if p.at-peaks[0].at <= int(lookBack*rate) { // may be the first: a beat at the very start is assumed
			if v := -overdue(float64(p.at)/rate, p.rr); from < 0 || v > best {
				best, from = v, -1
			}
		}
		gain := heightWeight * math.Log(p.height/p.limit)
		score[k], before[k] = best+min(max(gain, -maxLoss), maxGain), from
	}
	_, last := bestBefore(peaks, score, len(peaks), length, rate)
	var beats []int
	for k := last; k >= 0; k = before[k] {
		beats = append(beats, peaks[k].at)
	}
	slices.Reverse(beats)
	return beats
}

// bestBefore picks the best predecessor among the peaks before k for a beat at a
// position; k = len(peaks) stands for the end of the stretch.
func bestBefore(peaks []peak, score []float64, k, at int, rate float64) (best float64, from int) {
	from = -1
	for j := k - 1; j >= 0 && peaks[k-1].at-peaks[j].at <= int(lookBack*rate); j-- {
		d, rr := float64(at-peaks[j].at)/rate, peaks[j].rr
		v := score[j]
		if k < len(peaks) {
			rr = (rr + peaks[k].rr) / 2
			v -= early(d, rr)
		}
		if v -= overdue(d, rr); from < 0 || v > best {
			best, from = v, j
		}
	}
	return best, from
}

// overdue is the cost of an interval in which beats should have been.
func overdue(d, rr float64) float64 {
	return min(overdueCost*max(d/rr-overdueFrom, 0), maxOverdue)
}

// early is the cost of a beat where a T wave is more likely.
func early(d, rr float64) float64 {
	bound := min(earlyWithin, earlyShare*rr)
	return earlyCost * max(bound-d, 0) / bound
}
