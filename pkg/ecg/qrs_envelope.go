package ecg

import "math"

// band is a complex band-pass (a Gabor filter).
type band struct {
	center float64 // Hz
	sigma  float64 // s, of its Gaussian window
	weight float64
}

// Narrow QRS complexes stand out best from P waves, T waves and noise around 16 Hz;
// a little of what lies around 8 Hz keeps wide, smooth ventricular beats in view.
var qrsBands = [...]band{{center: 16, sigma: 0.028, weight: 1}, {center: 8, sigma: 0.04, weight: 0.25}}

const (
	maxBridge = 0.05 // s, longest gap that is bridged by a straight line
	gapMargin = 0.04 // s beside a longer gap where the filters see too little
)

// reduce averages step samples into one. Samples without a value are left out of
// the average; where none has one, missing is set.
func reduce(samples []float32, step int) (values []float64, missing []bool) {
	values = make([]float64, len(samples)/step)
	missing = make([]bool, len(values))
	for i := range values {
		sum, n := 0.0, 0
		for _, v := range samples[i*step : (i+1)*step] {
			if f := float64(v); !math.IsNaN(f) && !math.IsInf(f, 0) {
				sum += f
				n++
			}
		}
		if missing[i] = n == 0; !missing[i] {
			values[i] = sum / float64(n)
		}
	}
	return values, missing
}

// qrsEnvelope is the magnitude of x in the QRS bands, in which a complex of any
// polarity gives one peak at its middle. Short gaps are bridged; in and beside
// longer ones the result is 0.
func qrsEnvelope(x []float64, missing []bool, rate float64) []float64 {
	bridge(x, missing, int(maxBridge*rate))
	out := make([]float64, len(x))
	for _, b := range qrsBands {
		b.addPower(out, x, rate)
	}
	for i, v := range out {
		out[i] = math.Sqrt(v)
	}
	margin := int(gapMargin * rate)
	for i, gone := range missing {
		if gone {
			clear(out[max(i-margin, 0):min(i+margin+1, len(out))])
		}
	}
	return out
}

// addPower adds the power of x in the band to out. Beyond its ends x is continued
// by its first and last value.
func (b band) addPower(out, x []float64, rate float64) {
	re, im := b.taps(rate)
	half := len(re) / 2
	padded := make([]float64, len(x)+2*half)
	copy(padded[half:], x)
	for k := range half {
		padded[k], padded[len(padded)-1-k] = x[0], x[len(x)-1]
	}
	for i := range out {
		var p, q float64
		for k, v := range padded[i : i+len(re)] {
			p += re[k] * v
			q += im[k] * v
		}
		out[i] += p*p + q*q
	}
}

// taps gives the filter's real and imaginary part, without response at 0 Hz and
// with the band's weight as gain at its centre.
func (b band) taps(rate float64) (re, im []float64) {
	half := int(math.Ceil(3 * b.sigma * rate))
	re, im = make([]float64, 2*half+1), make([]float64, 2*half+1)
	window := make([]float64, 2*half+1)
	var sum, sumRe, gain float64
	for k := range re {
		t := float64(k-half) / rate
		window[k] = math.Exp(-t * t / (2 * b.sigma * b.sigma))
		re[k] = window[k] * math.Cos(2*math.Pi*b.center*t)
		im[k] = window[k] * math.Sin(2*math.Pi*b.center*t)
		sum += window[k]
		sumRe += re[k]
	}
	for k := range re {
		re[k] -= window[k] * sumRe / sum
		gain += re[k] * math.Cos(2*math.Pi*b.center*float64(k-half)/rate)
	}
	for k := range re {
		re[k] *= b.weight / gain
		im[k] *= b.weight / gain
	}
	return re, im
}

// bridge puts a straight line into gaps, and forgets that they were gaps if they
// are no longer than limit. A gap at an end takes its neighbour's value.
func bridge(x []float64, missing []bool, limit int) {
	for i := 0; i < len(x); {
		if !missing[i] {
			i++
			continue
		}
		end := i
		for end < len(x) && missing[end] {
			end++
		}
		left, right := 0.0, 0.0
		switch {
		case i > 0 && end < len(x):
			left, right = x[i-1], x[end]
		case i > 0:
			left, right = x[i-1], x[i-1]
		case end < len(x):
			left, right = x[end], x[end]
		}
		for k := i; k < end; k++ {
			x[k] = left + (right-left)*float64(k-i+1)/float64(end-i+1)
			missing[k] = end-i > limit
		}
		i = end
	}
}
