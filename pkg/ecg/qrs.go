package ecg

import "math"

// DetectQRS finds the R peaks of a stretch of ECG and returns their sample indices
// in ascending order. Leads are in millivolts, all of one rate (50 to 1000 Hz) and
// stretch; if lengths differ the shortest counts. Polarity does not matter. NaN,
// flat and noisy leads are tolerated as long as one lead shows the beats; without
// any signal above noise the result is empty.
//
// The method is that of Pan and Tompkins (IEEE Trans Biomed Eng 1985;32:230) and
// Hamilton and Tompkins (1986;33:1157): a band-pass around the QRS complex's
// frequencies, its energy, thresholds between the local levels of signal and noise,
// search-back where a beat is overdue. As stretches are at hand as a whole, it works
// without delay and in both directions: the energy is the envelope of complex
// (Gabor) band-passes, levels are medians over the seconds before and after, and the
// beats are the best scored sequence of peaks (dynamic programming) instead of the
// outcome of rules applied from left to right. So a beat is found the same whatever
// surrounds the stretch, but for the last second at either end.
//
// On 26 records of the MIT-BIH Arrhythmia Database, brought to 100 Hz and cut into
// 10 s windows, it finds 99.9 % of the beats with 99.7 % of its own being beats, both
// leads given; with the first lead alone 99.9 and 99.8 %, with the second, which
// often shows little of the heart, 98.7 and 96.3 %. 99 % lie within 50 ms of the mark.
//
// Several leads are combined weighted by their local ratio of signal to noise. The
// position is that of the largest deflection in the first lead that shows the beat,
// where experts put their marks.
func DetectQRS(leads [][]float32, rate float64) []int {
	d, ok := newDetector(leads, rate, nil)
	if !ok {
		return nil
	}
	return d.beats()
}

func (d *detector) beats() []int {
	return d.place(selectBeats(d.combine(), d.rate), d.length)
}

// newDetector looks at the leads; there is none of leads without samples. Heights
// are those of the leads' beats in what came before, 0 or left out where not known.
func newDetector(leads [][]float32, rate float64, heights []float64) (detector, bool) {
	if len(leads) == 0 || !(rate > 0) || math.IsInf(rate, 0) {
		return detector{}, false
	}
	length := len(leads[0])
	for _, lead := range leads {
		length = min(length, len(lead))
	}
	step := max(int(rate/analysisRate), 1)
	if length < step {
		return detector{}, false
	}
	d := detector{rate: rate / float64(step), step: step, length: length}
	for i, lead := range leads {
		d.addLead(lead[:length])
		if i < len(heights) {
			d.leads[i].height = heights[i]
		}
	}
	d.findStill()
	return d, true
}

// analysisRate is the rate near which energies are computed; higher input rates
// are brought down to between it and its double.
const analysisRate = 100

// detector holds the leads of one stretch while it is analysed.
type detector struct {
	rate   float64 // of the envelopes
	step   int     // input samples per envelope sample
	length int     // input samples
	leads  []detectorLead
	still  []bool // whether the heart stands still, per block
}

type detectorLead struct {
	samples  []float32 // as given
	envelope []float64 // amplitude of the QRS band, mV; 0 where there is no signal
	level    []float64 // local amplitude of a typical beat in the envelope, per block
	ratio    []float64 // of that and the envelope's floor, per block; 0 = no signal
	quality  []float64 // how far the lead's beats stand out there, per block; 0 = no signal
	present  []bool    // whether anything was measured, per block
	height   float64   // of its beats when they were last in sight, 0 = never
}

func (d *detector) addLead(samples []float32) {
	values, missing := reduce(samples, d.step)
	envelope := qrsEnvelope(values, missing, d.rate)
	level, floor := localLevels(envelope, d.rate)
	ratio, quality := make([]float64, len(level)), make([]float64, len(level))
	for b := range level {
		if level[b] >= minAmplitude {
			ratio[b] = level[b] / max(floor[b], level[b]/maxQuality)
			quality[b] = max(ratio[b]-noiseQuality, minQuality)
		}
	}
	d.leads = append(d.leads, detectorLead{
		samples: samples, envelope: envelope, level: level, ratio: ratio, quality: quality,
		present: measured(missing, blockSize(d.rate)),
	})
}

const (
	minAmplitude = 0.02 // mV in the QRS band: weaker leads show no beats
	maxQuality   = 50   // bounds the say of a lead without any noise
	noiseQuality = 2.5  // ratio of level and median in mere noise
	minQuality   = 0.1  // say of such a lead
)

// measured tells, per block, whether there is any value.
func measured(missing []bool, size int) []bool {
	present := make([]bool, (len(missing)+size-1)/size)
	for i, gone := range missing {
		present[i/size] = present[i/size] || !gone
	}
	return present
}

// combine adds the leads' envelopes up, each in units of its own typical beat.
func (d *detector) combine() []float64 {
	energy := make([]float64, len(d.leads[0].envelope))
	weight := make([]float64, len(energy))
	size := blockSize(d.rate)
	for _, lead := range d.leads {
		for i, v := range lead.envelope {
			b := i / size
			if w := lead.quality[b]; w > 0 && v > 0 && !d.still[b] {
				energy[i] += w * v / lead.level[b]
				weight[i] += w
			}
		}
	}
	for i, w := range weight {
		if w > 0 {
			energy[i] /= w
		}
	}
	return energy
}
