package ecg

import (
	"math"
	"slices"
	"time"
)

const (
	stUncertain = 30.0 // µV, standard error of a level that is not used
	stFast      = 50   // samples between beats at 120 a minute
	stLate      = 8    // samples from the J point to where the level is measured
	stEarly     = 6    // the same in fast rhythms

	stFirst     = time.Minute     // of levels that a baseline is made of at least
	stLearn     = 5 * time.Minute // of levels that it is made of
	stDrift     = time.Hour       // time constant with which it follows after that
	stForeign   = 5 * time.Minute // with beats of another shape: the lead begins anew
	stDeviation = 100.0           // µV, of an episode
)

// stLead is what is remembered of a lead. Times are nanoseconds since the Unix
// epoch.
type stLead struct {
	// Usual is the lead's usual beat; Isoelectric and J are its points, in samples
	// from the R peak.
	Usual       []float32 `json:"usual,omitempty"`
	Isoelectric int       `json:"isoelectric,omitempty"`
	J           int       `json:"j,omitempty"`
	// Learnt are the levels of the first minutes, in µV, over Learning ns.
	Learnt   []float64 `json:"learnt,omitempty"`
	Learning int64     `json:"learning,omitempty"`
	// Baseline is in µV.
	Baseline float64 `json:"baseline,omitempty"`
	// Foreign is for how long no beat was usual while they resembled each other.
	Foreign int64 `json:"foreign,omitempty"`

	Recent  []stPoint `json:"recent,omitempty"` // the newest stSmooth
	Episode stEpisode `json:"episode,omitzero"`
}

func (l *stLead) clone() stLead {
	out := *l
	out.Usual, out.Learnt, out.Recent = slices.Clone(l.Usual), slices.Clone(l.Learnt), slices.Clone(l.Recent)
	return out
}

// sane tells whether the numbers can be a lead's.
func (l *stLead) sane() bool {
	n := len(l.Usual)
	return (n == 0 || n == stBefore+1+stAfter) && l.J >= 0 && l.J <= stQRSTo && l.Isoelectric >= 1-stBefore && l.Isoelectric <= 0
}

// measure gives a block's deviation from the baseline in µV, and moves that. It
// answers no without a level or a baseline.
func (l *stLead) measure(b *stBeats, x []float32) (deviation float64, ok bool) {
	length := b.end.Sub(b.start)
	if l.Usual == nil || l.learning() {
		l.learnShape(medianBeat(x, b.beats), length)
	}
	if l.Usual == nil {
		return 0, false
	}
	level, ok := l.level(b, x)
	if !ok {
		l.foreign(b, x, length)
		return 0, false
	}
	l.Foreign = 0
	known := l.Learning >= int64(stFirst)
	deviation = tenth(level - l.Baseline)
	if known && (math.Abs(deviation) >= stDeviation || l.Episode.Declared) {
		return deviation, true
	}
	l.move(level, length)
	return deviation, known
}

// learning tells whether the baseline's first minutes last.
func (l *stLead) learning() bool { return l.Learning < int64(stLearn) }

// learnShape makes the usual beat of the first minutes' ones.
func (l *stLead) learnShape(beat []float32, length time.Duration) {
	switch {
	case beat == nil:
	case l.Usual == nil:
		l.Usual = beat
		l.Isoelectric, l.J = fiducials(l.Usual)
	default:
		if c, _ := likeness(qrsOf(l.Usual), qrsOf(beat)); c < stAlike {
			return
		}
		share := float32(length) / float32(l.Learning+int64(length))
		for i, v := range beat {
			l.Usual[i] += share * (v - l.Usual[i])
		}
		l.Isoelectric, l.J = fiducials(l.Usual)
	}
}

// foreign counts the time for which the beats resemble each other but not the
// usual one.
func (l *stLead) foreign(b *stBeats, x []float32, length time.Duration) {
	beat := medianBeat(x, b.beats)
	if beat == nil {
		return
	}
	if _, ok := find(l.Usual, beat, stBefore); ok {
		return
	}
	if l.Foreign += int64(length); l.Foreign >= int64(stForeign) {
		*l = stLead{Episode: l.Episode, Recent: l.Recent}
	}
}

// move lets the baseline follow a level.
func (l *stLead) move(level float64, length time.Duration) {
	if l.learning() {
		l.Learnt = append(l.Learnt, tenth(level))
		l.Learning += int64(length)
		l.Baseline = middle(slices.Clone(l.Learnt))
		if !l.learning() {
			l.Learnt = nil
		}
		return
	}
	l.Baseline += (level - l.Baseline) * min(1, length.Seconds()/stDrift.Seconds())
}

// level is the median ST level of a block's beats in µV.
func (l *stLead) level(b *stBeats, x []float32) (float64, bool) {
	late := stLate
	if b.interval > 0 && b.interval <= stFast {
		late = stEarly
	}
	var line wander
	for _, r := range b.beats {
		if at, ok := find(l.Usual, x, r); ok && at+l.J+late+1 < len(x) {
			line.add(at+l.Isoelectric, mean3(x, at+l.Isoelectric))
		}
	}
	n := len(line.at)
	if n < 3 || 2*n < len(b.beats) {
		return 0, false
	}
	levels := make([]float64, n)
	for i := range n {
		st := line.at[i] - l.Isoelectric + l.J + late
		levels[i] = 1000 * (mean3(x, st) - line.after(i, st))
	}
	level := median(levels)
	for i, v := range levels {
		levels[i] = math.Abs(v - level)
	}
	// The median's standard error, of the median absolute deviation.
	return level, 1.253*1.483*median(levels)/math.Sqrt(float64(n)) <= stUncertain
}

// mean3 is the mean of the three samples around one.
func mean3(x []float32, at int) float64 {
	return (float64(x[at-1]) + float64(x[at]) + float64(x[at+1])) / 3
}

// median sorts the values.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
