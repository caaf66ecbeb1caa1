package ecg

import "slices"

const (
	// inSight is the ratio of a typical beat to the median around it from which on
	// beats are in sight, twice that of mere noise.
	inSight = 2 * noiseQuality
	// quietPart of the height that beats had is what a standstill stays below.
	quietPart = 1. / 3
	// heightGrowth and heightFall are by how much the height may change in half a
	// second. What is tall for a moment, as an electrode that moves, does not make all
	// else look still, nor does the last of the beats before a standstill.
	heightGrowth = 1.03
	heightFall   = 0.9
	// shortestStill is the shortest standstill in s.
	shortestStill = 2
)

// findStill finds where the heart stands still: beats have gone out of sight, and
// for two seconds or more nothing is as high as a third of what they were, however
// far it stands out of the rest. A lead that shows no beats while another one does
// loses its say until they are back in sight: its contact may be bad.
func (d *detector) findStill() {
	blocks, size := len(d.leads[0].level), blockSize(d.rate)
	d.still = make([]bool, blocks)
	visible := make([]bool, len(d.leads))
	for b := range blocks {
		for i := range d.leads {
			visible[i] = d.leads[i].look(b, size)
		}
		any, say := slices.Contains(visible, true), false
		quiet := !any
		for i := range d.leads {
			lead := &d.leads[i]
			switch {
			case visible[i] || !lead.present[b] || lead.height == 0:
			case any:
				lead.fade()
			default:
				say = true
				quiet = quiet && slices.Max(lead.block(b, size)) < lead.height*quietPart
			}
		}
		d.still[b] = quiet && say
	}
	leaveShort(d.still, shortestStill*blocksPerSecond)
}

// leaveShort clears runs of fewer than n, but for those at the ends: they may go on.
func leaveShort(is []bool, n int) {
	for from := 0; from < len(is); {
		to := from + 1
		for to < len(is) && is[to] == is[from] {
			to++
		}
		if is[from] && to-from < n && from > 0 && to < len(is) {
			clear(is[from:to])
		}
		from = to
	}
}

// block is the envelope of a block.
func (l *detectorLead) block(b, size int) []float64 {
	return l.envelope[b*size : min((b+1)*size, len(l.envelope))]
}

// look tells whether beats are in sight around a block, and takes their height.
func (l *detectorLead) look(b, size int) bool {
	if l.ratio[b] < inSight || slices.Max(l.block(b, size)) < silent {
		return false
	}
	if l.height == 0 {
		l.height = l.level[b]
	}
	l.height = min(max(l.level[b], l.height*heightFall), l.height*heightGrowth)
	return true
}

// fade forgets the height, within some 15 s.
func (l *detectorLead) fade() {
	if l.height *= heightFall; l.height < minAmplitude {
		l.height = 0
	}
}
