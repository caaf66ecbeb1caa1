package ecg

import "math"

// independent lists the leads whose amplitudes the tables hold; the other limb
// leads follow from I and II.
const independent = 8 // I, II, V1..V6

// wave is one Gaussian of a beat.
type wave struct {
	at, width float64              // s from the R peak; s
	late      bool                 // belongs to repolarisation: moves with the interval
	mV        [independent]float64 // in I, II, V1, V2, V3, V4, V5, V6
}

var sinusWaves = []wave{
	{at: -0.165, width: 0.018, mV: [8]float64{0.05, 0.09, 0.05, 0.05, 0.04, 0.04, 0.04, 0.04}},
	{at: -0.140, width: 0.018, mV: [8]float64{0.05, 0.08, -0.03, 0.01, 0.03, 0.04, 0.04, 0.04}},
	{at: -0.026, width: 0.008, mV: [8]float64{-0.06, -0.08, 0, 0, 0, -0.05, -0.08, -0.09}},
	{at: 0, width: 0.011, mV: [8]float64{0.60, 1.15, 0.22, 0.40, 0.75, 1.30, 1.25, 0.95}},
	{at: 0.027, width: 0.011, mV: [8]float64{-0.12, -0.22, -0.90, -1.30, -0.95, -0.55, -0.25, -0.10}},
	{at: 0.250, width: 0.045, late: true, mV: [8]float64{0.12, 0.16, -0.03, 0.20, 0.28, 0.28, 0.24, 0.17}},
	{at: 0.285, width: 0.030, late: true, mV: [8]float64{0.08, 0.13, -0.03, 0.16, 0.22, 0.20, 0.16, 0.11}},
}

// atrialP replaces the sinus beat's P wave: another origin, another shape.
var atrialP = []wave{
	{at: -0.135, width: 0.013, mV: [8]float64{0.03, -0.09, 0.08, 0.06, 0.03, -0.02, -0.04, -0.05}},
	{at: -0.115, width: 0.013, mV: [8]float64{0.02, -0.07, 0.04, 0.03, 0.02, -0.02, -0.03, -0.04}},
}

// ventricularFoci are PVCs from the right and from the left ventricle: no P wave,
// wide, with a T wave against the QRS complex's direction.
var ventricularFoci = [][]wave{
	{
		{at: -0.035, width: 0.022, mV: [8]float64{0.25, 0.50, 0.20, 0.20, 0.25, 0.35, 0.45, 0.40}},
		{at: 0, width: 0.030, mV: [8]float64{0.60, 1.50, -1.10, -1.20, -0.40, 0.70, 1.20, 1.10}},
		{at: 0.060, width: 0.024, mV: [8]float64{0.10, 0.15, -0.75, -0.70, -0.55, -0.30, 0.10, 0.15}},
		{at: 0.300, width: 0.065, late: true, mV: [8]float64{-0.22, -0.50, 0.45, 0.55, 0.30, -0.20, -0.40, -0.38}},
	},
	{
		{at: -0.040, width: 0.020, mV: [8]float64{-0.15, 0.25, 0.30, 0.35, 0.30, 0.15, -0.10, -0.15}},
		{at: 0, width: 0.032, mV: [8]float64{-0.70, -1.25, 1.25, 1.40, 1.00, 0.40, -0.60, -0.95}},
		{at: 0.065, width: 0.025, mV: [8]float64{0.20, -0.40, 0.25, 0.20, 0.10, -0.15, -0.30, -0.30}},
		{at: 0.310, width: 0.065, late: true, mV: [8]float64{0.25, 0.48, -0.45, -0.50, -0.35, 0.05, 0.25, 0.36}},
	},
}

// stShift is the share of an ST change's level that each lead shows.
var stShift = [independent]float64{0.3, 1, -0.4, -0.3, 0.3, 0.7, 0.9, 0.8}

// inLead derives a slot's amplitude from those of the independent leads.
func inLead(mV *[independent]float64, slot Slot) float64 {
	switch i, ii := mV[0], mV[1]; slot {
	case I:
		return i
	case II:
		return ii
	case III:
		return ii - i
	case AVR:
		return -(i + ii) / 2
	case AVL:
		return i - ii/2
	case AVF:
		return ii - i/2
	}
	return mV[2+int(slot-V1)]
}

func (b simBeat) waves() []wave {
	switch b.symbol {
	case "V":
		return ventricularFoci[b.focus]
	case "A":
		return append(append([]wave(nil), atrialP...), sinusWaves[2:]...)
	}
	return sinusWaves
}

// repolarisation is the factor by which T waves come later at long intervals
// (Bazett's square root).
func (b simBeat) repolarisation() float64 {
	return math.Sqrt(min(max(b.interval, 0.4), 1.3))
}

// drawBeat adds a beat to all leads.
func drawBeat(signals [][]float64, slots []Slot, cfg SimConfig, b simBeat) {
	late := b.repolarisation()
	for _, w := range b.waves() {
		at, width := w.at*b.width, w.width*b.width
		if w.late {
			at, width = w.at*late, w.width*late
		}
		center := (b.at + at) * cfg.Rate
		spread := width * cfg.Rate
		addShape(signals, center-4*spread, center+4*spread, func(i float64) float64 {
			z := (i - center) / spread
			return b.gain * math.Exp(-z*z/2)
		}, func(lead int) float64 { return inLead(&w.mV, slots[lead]) })
	}
	if level := stLevel(cfg.Episodes, b.at); level != 0 {
		// All of the level is there 60 to 80 ms after the J point, at any heart rate.
		rise, fall := (b.at+0.045)*cfg.Rate, (b.at+max(0.24*late, 0.21))*cfg.Rate
		addShape(signals, rise-0.06*cfg.Rate, fall+0.2*cfg.Rate, func(i float64) float64 {
			return level * logistic((i-rise)/(0.006*cfg.Rate)) * logistic((fall-i)/(0.018*cfg.Rate))
		}, func(lead int) float64 { return inLead(&stShift, slots[lead]) })
	}
}

// addShape adds a shape, scaled per lead, between two positions in samples.
func addShape(signals [][]float64, from, to float64, shape func(sample float64) float64, scale func(lead int) float64) {
	first, last := max(int(math.Ceil(from)), 0), min(int(to), len(signals[0])-1)
	for i := first; i <= last; i++ {
		v := shape(float64(i))
		for lead := range signals {
			signals[lead][i] += v * scale(lead)
		}
	}
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// stLevel is the ST shift in lead II at a time: episodes come and go over a third
// of their length, 30 s at most.
func stLevel(episodes []Episode, t float64) float64 {
	level := 0.0
	for _, e := range episodes {
		if e.Kind != STChange {
			continue
		}
		since, length := t-e.At.Seconds(), e.Length.Seconds()
		if since < 0 || since > length {
			continue
		}
		ramp := min(length/3, 30)
		level += e.Level * min(since/ramp, (length-since)/ramp, 1)
	}
	return level
}
