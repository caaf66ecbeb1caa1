package ecg

import (
	"math"
	"slices"
)

const (
	leadReach     = 0.15 // s between a beat in all leads together and in one lead
	leadSpread    = 0.15 // s, preference for near ones
	peakReach     = 0.1  // s between the envelope's and the deflection's peak
	peakSpread    = 0.1
	baselineReach = 0.2 // s around the beat whose median is its baseline
	shown         = 0.3 // of the typical beat: the lead shows this one
	readable      = 0.1 // of the clearest lead's quality: the lead's peaks are beats
	downward      = 0.7 // weight of negative deflections: Q and S yield to an equal R
)

// place moves each beat to its R peak in the first lead that shows it, at the
// leads' own rate.
func (d *detector) place(beats []int, length int) []int {
	out := make([]int, 0, len(beats))
	for k, at := range beats {
		low, high := 0, len(d.leads[0].envelope)-1
		if k > 0 { // stay on the own side of the middle between two beats
			low = (beats[k-1]+at)/2 + 1
		}
		if k+1 < len(beats) {
			high = (at + beats[k+1]) / 2
		}
		lead, center := d.showing(at, low, high)
		first, last := low*d.step, min((high+1)*d.step, length)-1
		out = append(out, rPeak(lead.samples, center*d.step+(d.step-1)/2, first, last, d.rate*float64(d.step)))
	}
	return out
}

// showing finds the first lead whose own envelope has a beat near a position (or
// the one that shows it best), and where.
func (d *detector) showing(at, low, high int) (lead *detectorLead, center int) {
	reach := int(leadReach * d.rate)
	block := at / blockSize(d.rate)
	best, clearest := -1.0, 0.0
	for _, this := range d.leads {
		clearest = max(clearest, this.quality[block])
	}
	for l := range d.leads {
		this := &d.leads[l]
		top, where := -1.0, at
		for i := max(at-reach, low); i <= min(at+reach, high); i++ {
			if v := this.envelope[i] * nearness(i-at, leadSpread*d.rate); v > top {
				top, where = v, i
			}
		}
		height := 0.0
		if this.quality[block] > clearest*readable {
			height = top / this.level[block]
		}
		if height > shown {
			return this, where
		}
		if height > best {
			best, lead, center = height, this, where
		}
	}
	return lead, center
}

// rPeak finds the largest deflection from the baseline around a position.
func rPeak(x []float32, center, first, last int, rate float64) int {
	var around []float64
	reach := int(baselineReach * rate)
	for _, v := range x[max(center-reach, 0):min(center+reach+1, len(x))] {
		if f := float64(v); !math.IsNaN(f) {
			around = append(around, f)
		}
	}
	if len(around) == 0 {
		return center
	}
	slices.Sort(around)
	baseline := around[len(around)/2]
	best, at := -1.0, center
	reach = int(peakReach * rate)
	for i := max(center-reach, first); i <= min(center+reach, last); i++ {
		v := float64(x[i]) - baseline
		if v < 0 {
			v *= -downward
		}
		if v *= nearness(i-center, peakSpread*rate); v > best {
			best, at = v, i
		}
	}
	return at
}

// nearness is a Gaussian weight for a distance in samples.
func nearness(d int, spread float64) float64 {
	z := float64(d) / spread
	return math.Exp(-z * z / 2)
}
