package window

import (
	"math"
	"math/bits"
)

const (
	// kaiserBeta and halfWidth are those of scipy.signal.resample_poly: a
	// Kaiser window of 5.0 over 10 periods of the slower rate to either side.
	kaiserBeta = 5.0
	halfWidth  = 10
	// fine is the largest max(up, down) for which every phase of the filter is
	// kept; beyond it phases are interpolated linearly between taps that are
	// 1/fine of a period apart, which is off by less than 2e-6 of the peak.
	fine = 512
)

// kernel is the low-pass filter of one ratio. It is read-only once made.
type kernel struct {
	ratio
	left   int         // taps before the output's position; one more after it
	phases [][]float64 // taps for each phase, or
	table  []float64   // the prototype at 0, 1/fine, 2/fine … periods
}

func newKernel(r ratio) *kernel {
	k := &kernel{ratio: r, left: int(halfWidth * max(r.up, r.down) / r.up)}
	if r.up == r.down {
		k.left = 0 // 100 Hz stays as it is
	}
	if max(r.up, r.down) > fine {
		k.table = make([]float64, halfWidth*fine+2)
		for i := range k.table {
			k.table[i] = prototype(float64(i) / fine)
		}
		return k
	}
	k.phases = make([][]float64, r.up)
	for phase := range k.phases {
		taps := make([]float64, 2*k.left+2)
		for j := range taps {
			steps := int64(j-k.left)*int64(r.up) - int64(phase)
			taps[j] = prototype(math.Abs(float64(steps)) / float64(max(r.up, r.down)))
		}
		k.phases[phase] = unitGain(taps)
	}
	return k
}

// taps gives the filter for a phase (units of 1/up); tap j belongs to the input
// sample at j-left from the output's. scratch holds the result where no phase
// is kept, and must have width() elements.
func (k *kernel) taps(phase uint64, scratch []float64) []float64 {
	if k.phases != nil {
		return k.phases[phase]
	}
	cutoff := min(1, float64(k.up)/float64(k.down))
	offset := float64(phase) / float64(k.up)
	for j := range scratch {
		at := math.Abs(float64(j-k.left)-offset) * cutoff * fine
		if at >= halfWidth*fine {
			scratch[j] = 0
			continue
		}
		i := int(at)
		scratch[j] = k.table[i] + (k.table[i+1]-k.table[i])*(at-float64(i))
	}
	return unitGain(scratch)
}

// after is the first output sample that needs no input before the given sample,
// unless that is the signal's first.
func (k *kernel) after(input int64) int64 {
	if input == 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(input)+uint64(k.left), k.up)
	out, rest := bits.Div64(hi, lo, k.down)
	if rest > 0 {
		out++
	}
	return int64(out)
}

func (k *kernel) width() int { return 2*k.left + 2 }

// prototype is the windowed sinc at u periods of the slower rate.
func prototype(u float64) float64 {
	if u > halfWidth {
		return 0
	}
	window := besselI0(kaiserBeta*math.Sqrt(1-u*u/(halfWidth*halfWidth))) / besselI0(kaiserBeta)
	if u == math.Trunc(u) {
		if u == 0 {
			return 1
		}
		return 0
	}
	return math.Sin(math.Pi*u) / (math.Pi * u) * window
}

// unitGain makes the taps of a phase sum to 1, in place. scipy only makes their
// mean over all phases 1, and so puts a ripple of up to 7e-4 of it on a
// constant: of no account around 0 mV, but not with an electrode offset of
// hundreds of millivolts.
func unitGain(taps []float64) []float64 {
	sum := 0.0
	for _, tap := range taps {
		sum += tap
	}
	for j := range taps {
		taps[j] /= sum
	}
	return taps
}

// besselI0 is the modified Bessel function of order 0, by its power series
// Σ ((x/2)^k / k!)².
func besselI0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-17; k++ {
		term *= x / 2 / k * (x / 2 / k)
		sum += term
	}
	return sum
}
