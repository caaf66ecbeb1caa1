package rhythm

import (
	"cmp"
	"slices"
	"time"
)

const (
	// MaxInterval is the longest time between two beats in a row, unless told
	// otherwise: a rate of 40/min.
	MaxInterval = 1500 * time.Millisecond
	// Unknown stands for a number of beats that is not known.
	Unknown = -1
	// same is how far apart two windows of the analysis may find one beat.
	same = 150 * time.Millisecond
	// cycles is the least number of premature beats of a bigeminy or trigeminy.
	cycles = 3
)

// Beat is a beat of the kind that is looked at.
type Beat struct {
	Time time.Time
	// Previous is the time of the beat before it, of whatever kind, to within
	// 150 ms; the zero time: not known.
	Previous time.Time
	// Between is the number of other beats between the previous beat of this
	// kind and this one; Unknown: not known.
	Between int
}

// Follows tells whether b comes next after a, the beat of the kind before it, at
// most an interval (0: MaxInterval) later. Where it is not known what lies
// between, the interval alone has to tell.
func (b Beat) Follows(a Beat, interval time.Duration) bool {
	apart := b.Time.Sub(a.Time)
	switch {
	case apart > limit(interval):
		return false
	case b.Between != Unknown:
		return b.Between == 0
	case b.Previous.IsZero():
		return true
	default:
		return b.Previous.Sub(a.Time) <= same
	}
}

// Patterns sorts beats of one kind into patterns, in order of time. The largest
// interval between two beats in a row is MaxInterval when interval is 0.
// Bigeminy and trigeminy are found only where Between is known.
func Patterns(beats []Beat, interval time.Duration) []Pattern {
	beats = slices.SortedStableFunc(slices.Values(beats), func(a, b Beat) int { return a.Time.Compare(b.Time) })
	var all []Pattern
	for len(beats) > 0 {
		n := inARow(beats, interval)
		if n == 1 {
			for others := 1; others <= 2; others++ {
				if m := alternating(beats, others, interval); m >= cycles {
					all, beats = append(all, pattern(Bigeminy+Kind(others-1), beats[:m], 1+others)), beats[m:]
					n = 0
					break
				}
			}
		}
		if n > 0 {
			all, beats = append(all, pattern(Kind(min(n, int(Run)+1)-1), beats[:n], 1)), beats[n:]
		}
	}
	return all
}

// inARow is how many of the first beats are in a row.
func inARow(beats []Beat, interval time.Duration) int {
	n := 1
	for n < len(beats) && beats[n].Follows(beats[n-1], interval) {
		n++
	}
	return n
}

// alternating is how many of the first beats are single ones with so many others
// between each two.
func alternating(beats []Beat, others int, interval time.Duration) int {
	longest := time.Duration(1+others) * limit(interval)
	n := 1
	for n < len(beats) && beats[n].Between == others && beats[n].Time.Sub(beats[n-1].Time) <= longest &&
		inARow(beats[n:], interval) == 1 {
		n++
	}
	return n
}

// pattern makes one of beats that each come so many beats after the one before.
func pattern(kind Kind, beats []Beat, step int) Pattern {
	p := Pattern{Kind: kind, From: beats[0].Time, To: beats[len(beats)-1].Time, Beats: len(beats)}
	if lasts := p.Lasts().Minutes(); lasts > 0 {
		p.Rate = float64((len(beats)-1)*step) / lasts
	}
	return p
}

func limit(interval time.Duration) time.Duration { return cmp.Or(interval, MaxInterval) }
