package ecg

import "math"

// Peaks are scored by their height in units of the typical beat around them.
const (
	// leastTypical is the least height of a typical beat in the energy, whose unit
	// is that: most of the seconds around may be without any.
	leastTypical = 0.5
	refractory   = 0.2  // s between two beats at least
	minHeight    = 0.05 // lower peaks are not considered
	clearHeight  = 0.35 // above: most likely a beat
	minLimit     = 0.2  // bounds of the local limit between noise and beat
	maxLimit     = 0.45
	quietLimit   = 0.3  // the limit where hardly any noise peak is seen
	minNoise     = 0.04 // lower noise does not lower the limit further
	noiseReach   = 5.0  // s around a peak in which noise peaks count
	noiseEnough  = 4    // noise peaks
	aloneWithin  = 0.5  // s in which a P or T wave has its taller QRS complex
	aloneFactor  = 0.5  // by which the limit falls for a peak that is the tallest there
	aloneLimit   = 0.15 // but not below
)

type peak struct {
	at     int
	height float64
	limit  float64 // the height at which a beat is as likely as not
	rr     float64 // local beat interval, s
}

// selectBeats picks from the energy's peaks those that make the best sequence of
// beats, and returns their indices.
func selectBeats(energy []float64, rate float64) []int {
	peaks := findPeaks(energy, rate)
	setLimits(peaks, rate)
	setIntervals(peaks, rate)
	return bestSequence(peaks, len(energy), rate)
}

// findPeaks lists the maxima that nothing tops within the refractory time.
func findPeaks(energy []float64, rate float64) []peak {
	level, _ := localLevels(energy, rate)
	size, reach := blockSize(rate), int(refractory*rate)
	var peaks []peak
	for i, v := range energy {
		typical := max(level[i/size], leastTypical)
		if v > 0 && v >= minHeight*typical && tops(energy, i, reach) {
			peaks = append(peaks, peak{at: i, height: v / typical})
		}
	}
	return peaks
}

// tops tells whether nothing within reach is higher; of equal values the first tops.
func tops(energy []float64, i, reach int) bool {
	for j := i + 1; j < len(energy) && j <= i+reach; j++ {
		if energy[j] > energy[i] {
			return false
		}
	}
	for j := i - 1; j >= 0 && j >= i-reach; j-- {
		if energy[j] >= energy[i] {
			return false
		}
	}
	return true
}

// setLimits puts the limit between the local noise peaks (their median height) and
// the typical beat (1), at the geometric mean. It is lower for a peak without a
// taller one near, which can be no P or T wave: so small beats among large ones
// count, as normal beats between premature ventricular ones.
func setLimits(peaks []peak, rate float64) {
	reach := int(noiseReach * rate)
	var noise []float64
	first := 0
	for k := range peaks {
		for peaks[first].at < peaks[k].at-reach {
			first++
		}
		noise = noise[:0]
		for j := first; j < len(peaks) && peaks[j].at <= peaks[k].at+reach; j++ {
			if peaks[j].height < clearHeight {
				noise = append(noise, peaks[j].height)
			}
		}
		peaks[k].limit = quietLimit
		if len(noise) >= noiseEnough {
			limit := math.Sqrt(max(middle(noise), minNoise))
			peaks[k].limit = min(max(limit, minLimit), maxLimit)
		}
		if tallest(peaks, k, int(aloneWithin*rate)) {
			peaks[k].limit = max(aloneFactor*peaks[k].limit, aloneLimit)
		}
	}
}

// tallest tells whether no peak within reach is as high as peak k.
func tallest(peaks []peak, k, reach int) bool {
	for j := k - 1; j >= 0 && peaks[k].at-peaks[j].at < reach; j-- {
		if peaks[j].height >= peaks[k].height {
			return false
		}
	}
	for j := k + 1; j < len(peaks) && peaks[j].at-peaks[k].at < reach; j++ {
		if peaks[j].height >= peaks[k].height {
			return false
		}
	}
	return true
}
