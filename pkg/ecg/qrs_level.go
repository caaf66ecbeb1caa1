package ecg

import "slices"

// Local levels are kept per block of half a second.
const (
	blocksPerSecond = 2
	beatBlocks      = 3  // 1.5 s: nearly always holds a beat
	levelBlocks     = 10 // 5 s to either side
)

func blockSize(rate float64) int {
	return max(int(rate/blocksPerSecond), 1)
}

// localLevels gives, per block, the typical height of a beat's peak (median over
// the maxima of 1.5 s stretches within ± 5 s) and the envelope's floor (median).
// Blocks without signal do not count; where there is none at all both are 0.
func localLevels(envelope []float64, rate float64) (peak, floor []float64) {
	size := blockSize(rate)
	blocks := (len(envelope) + size - 1) / size
	maxima, medians := make([]float64, blocks), make([]float64, blocks)
	scratch := make([]float64, 0, size)
	for b := range blocks {
		scratch = scratch[:0]
		for _, v := range envelope[b*size : min((b+1)*size, len(envelope))] {
			if v > 0 {
				scratch = append(scratch, v)
			}
		}
		if len(scratch) > 0 {
			maxima[b], medians[b] = slices.Max(scratch), middle(scratch)
		}
	}
	stretches := make([]float64, max(blocks-beatBlocks+1, 1))
	for s := range stretches {
		stretches[s] = slices.Max(maxima[s:min(s+beatBlocks, blocks)])
	}
	peak, floor = make([]float64, blocks), make([]float64, blocks)
	for b := range blocks {
		last := min(b+levelBlocks-beatBlocks+1, len(stretches))
		peak[b] = medianPositive(stretches[min(max(b-levelBlocks, 0), last-1):last], &scratch)
		floor[b] = medianPositive(medians[max(b-levelBlocks, 0):min(b+levelBlocks+1, blocks)], &scratch)
	}
	return peak, floor
}

// medianPositive is the median of the values above 0, or 0 without any.
func medianPositive(values []float64, scratch *[]float64) float64 {
	kept := (*scratch)[:0]
	for _, v := range values {
		if v > 0 {
			kept = append(kept, v)
		}
	}
	*scratch = kept
	if len(kept) == 0 {
		return 0
	}
	return middle(kept)
}

// middle is the (upper) median; it sorts its argument.
func middle(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
