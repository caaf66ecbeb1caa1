package api

import (
	"math"
	"slices"
	"time"
)

func (d *day) gaps() []span {
	gaps := make([]span, len(d.recorded.Gaps))
	for i, g := range d.recorded.Gaps {
		gaps[i] = span{g.From, g.To}
	}
	return gaps
}

// merged joins spans that overlap, as those of two devices do.
func merged(spans []span) (out []span) {
	slices.SortFunc(spans, func(x, y span) int { return x.from.Compare(y.from) })
	for _, s := range spans {
		if last := len(out) - 1; last >= 0 && !s.from.After(out[last].to) {
			if s.to.After(out[last].to) {
				out[last].to = s.to
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// perBin are the seconds that spans, none of which overlap, have in each bin.
func perBin(spans []span, d *day) []float64 {
	seconds := make([]float64, int(d.to.Sub(d.from)/d.bin))
	for _, s := range spans {
		for i := max(int(s.from.Sub(d.from)/d.bin), 0); i < len(seconds); i++ {
			begin := d.from.Add(time.Duration(i) * d.bin)
			end := begin.Add(d.bin)
			if !begin.Before(s.to) {
				break
			}
			from, to := begin, end
			if s.from.After(from) {
				from = s.from
			}
			if s.to.Before(to) {
				to = s.to
			}
			seconds[i] += max(to.Sub(from).Seconds(), 0)
		}
	}
	return seconds
}

func round(x float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(x*scale) / scale
}
