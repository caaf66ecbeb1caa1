package ecg

import "math"

// A usual beat reaches from stBefore samples before its R peak to stAfter after it.
// Its QRS complex lies between stQRSFrom and stQRSTo; beats are compared up to
// stLikeTo only, so that a shifted ST segment does not make a beat another.
const (
	stBefore  = 20
	stAfter   = 20
	stQRSFrom = -10
	stLikeTo  = 5
	stQRSTo   = 12
)

const (
	stAlike     = 0.9 // correlation of QRS complexes
	stAmplitude = 1.6 // factor between their amplitudes
	stJitter    = 5   // samples by which two leads' R peaks may differ
	steep       = 0.2 // of the largest steepness: certainly QRS complex
	calmed      = 0.06
)

// snippet is the stretch of a beat; nil when the signal does not hold all of it.
func snippet(x []float32, r int) []float32 {
	if r-stBefore < 0 || r+stAfter >= len(x) {
		return nil
	}
	return x[r-stBefore : r+stAfter+1]
}

// medianBeat is the usual beat of a stretch, in mV around its own mean: the median
// of the beats that resemble the median of all. There is none when less than three
// do, or less than half.
func medianBeat(x []float32, beats []int) []float32 {
	var all [][]float32
	for _, r := range beats {
		if s := snippet(x, r); s != nil {
			all = append(all, centred(s))
		}
	}
	if len(all) < 3 {
		return nil
	}
	middle := medianOf(all)
	alike := all[:0:0]
	for _, s := range all {
		if r, _ := likeness(qrsOf(middle), qrsOf(s)); r >= stAlike {
			alike = append(alike, s)
		}
	}
	if len(alike) < 3 || 2*len(alike) < len(all) {
		return nil
	}
	return medianOf(alike)
}

func centred(x []float32) []float32 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	mean := float32(sum / float64(len(x)))
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = v - mean
	}
	return out
}

func medianOf(beats [][]float32) []float32 {
	out := make([]float32, len(beats[0]))
	values := make([]float64, len(beats))
	for i := range out {
		for k, b := range beats {
			values[k] = float64(b[i])
		}
		out[i] = float32(middle(values))
	}
	return out
}

// qrsOf is the part of a beat that is compared.
func qrsOf(beat []float32) []float32 { return beat[stBefore+stQRSFrom : stBefore+stLikeTo+1] }

// likeness is the correlation of b with a, and b's amplitude in units of a's; 0, 0
// where either is flat or not a number.
func likeness(a, b []float32) (correlation, gain float64) {
	var ma, mb, aa, bb, ab float64
	for i := range a {
		ma += float64(a[i])
		mb += float64(b[i])
	}
	ma, mb = ma/float64(len(a)), mb/float64(len(b))
	for i := range a {
		x, y := float64(a[i])-ma, float64(b[i])-mb
		aa, bb, ab = aa+x*x, bb+y*y, ab+x*y
	}
	if least := minAmplitude * minAmplitude; !(aa > least && bb > least) {
		return 0, 0
	}
	return ab / math.Sqrt(aa*bb), math.Sqrt(bb / aa)
}

// find moves a beat to where it resembles the usual one most.
func find(usual, x []float32, r int) (at int, ok bool) {
	best := 0.0
	for d := -stJitter; d <= stJitter; d++ {
		s := snippet(x, r+d)
		if s == nil {
			continue
		}
		c, gain := likeness(qrsOf(usual), qrsOf(s))
		if c > best && gain < stAmplitude && gain > 1/stAmplitude {
			best, at = c, r+d
		}
	}
	return at, best >= stAlike
}

// fiducials finds, in samples from the R peak, the middle of the isoelectric 30 ms
// before a usual beat's QRS complex, and its J point.
func fiducials(beat []float32) (isoelectric, j int) {
	slope := make([]float64, len(beat))
	for i := 1; i < len(beat)-1; i++ {
		slope[i] = math.Abs(float64(beat[i+1] - beat[i-1]))
	}
	low, high := stBefore+stQRSFrom, stBefore+stQRSTo
	most := 0.0
	for i := low; i <= high; i++ {
		most = max(most, slope[i])
	}
	first, last := low, high
	for first < stBefore && slope[first] < steep*most {
		first++
	}
	for last > stBefore && slope[last] < steep*most {
		last--
	}
	for first > low && (slope[first] >= calmed*most || slope[first-1] >= calmed*most) {
		first--
	}
	for last < high && (slope[last] >= calmed*most || slope[last+1] >= calmed*most) {
		last++
	}
	best := math.Inf(1)
	for i := first - 1; i >= first-5; i-- {
		if rough := spread(beat[i-1 : i+2]); rough < best {
			best, isoelectric = rough, i-stBefore
		}
	}
	return isoelectric, last - stBefore
}

func spread(x []float32) float64 {
	low, high := x[0], x[0]
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	return float64(high - low)
}
