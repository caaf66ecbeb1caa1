package window

import (
	"fmt"
	"math"
	"math/bits"
)

const (
	// minResample and maxResample bound the rates that a Resampler takes, Hz.
	minResample, maxResample = 1, 10_000
	// rateError is how far the rational rate may be from the given one,
	// relatively: 1e-9 is under 0.1 ms in 24 h.
	rateError = 1e-9
)

// ratio is Rate over the sampling rate as a reduced fraction: sample m of the
// output lies at m·down/up samples of the input.
type ratio struct{ up, down uint64 }

// newRatio finds the simplest convergent of the rate's continued fraction that
// is within rateError of it. 360 gives 5/18, 999.9 gives 1000/9999.
func newRatio(rate float64) (ratio, error) {
	if !(rate >= minResample && rate <= maxResample) {
		return ratio{}, fmt.Errorf("resample from %g Hz: the rate must lie between %d and %d Hz", rate, minResample, maxResample)
	}
	var p0, q0, p1, q1 uint64 = 0, 1, 1, 0
	for x := rate; ; x = 1 / (x - math.Floor(x)) {
		a := uint64(x)
		p0, q0, p1, q1 = p1, q1, a*p1+p0, a*q1+q0
		if math.Abs(float64(p1)/float64(q1)-rate) <= rateError*rate {
			break
		}
	}
	up, down := Rate*q1, p1
	g := gcd(up, down)
	return ratio{up / g, down / g}, nil
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// at gives the input position of output sample m: whole samples and the rest
// in units of 1/up. 128 bits in between, so it never overflows nor drifts.
func (r ratio) at(m int64) (sample int64, phase uint64) {
	hi, lo := bits.Mul64(uint64(m), r.down)
	q, rest := bits.Div64(hi, lo, r.up)
	return int64(q), rest
}

// rate is the rational sampling rate in Hz.
func (r ratio) rate() float64 { return Rate * float64(r.down) / float64(r.up) }

// position is where an input sample lies on the 100 Hz scale.
func (r ratio) position(sample int64) float64 {
	return float64(sample) * float64(r.up) / float64(r.down)
}
