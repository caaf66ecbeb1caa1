package ecg

import (
	"math"
	"slices"
)

const (
	intervalBeats = 8   // clear beats to either side that tell the local interval
	intervalReach = 6.0 // s, if they are that near
	minInterval   = 0.3 // s
	maxInterval   = 1.8
	usualInterval = 1.0 // where too few clear beats are near
)

// setIntervals gives every peak the median interval of the clear beats around it.
func setIntervals(peaks []peak, rate float64) {
	var beats []int
	for _, p := range peaks {
		if p.height > clearHeight {
			beats = append(beats, p.at)
		}
	}
	var intervals []float64
	for k := range peaks {
		at := peaks[k].at
		here, _ := slices.BinarySearch(beats, at)
		intervals = intervals[:0]
		for i := max(here-intervalBeats, 0) + 1; i <= min(here+intervalBeats, len(beats)-1); i++ {
			if math.Abs(float64(beats[i]-at)) < intervalReach*rate {
				intervals = append(intervals, float64(beats[i]-beats[i-1])/rate)
			}
		}
		peaks[k].rr = usualInterval
		if len(intervals) >= 2 {
			peaks[k].rr = min(max(middle(intervals), minInterval), maxInterval)
		}
	}
}
