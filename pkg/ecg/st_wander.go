package ecg

// wander is the baseline's course through the isoelectric points of successive
// beats: between two of them a cubic whose slope at a point is that of the parabola
// through it and its neighbours. (Meyer and Keiser, Comput Biomed Res 1977;10:459,
// take cubic splines.)
type wander struct {
	at    []int
	level []float64 // mV
}

// apart is how many samples two points may lie apart to tell of what is between.
const apart = 3 * STRate

func (w *wander) add(at int, level float64) {
	if n := len(w.at); n > 0 && at <= w.at[n-1] {
		return // two R peaks of one beat
	}
	w.at, w.level = append(w.at, at), append(w.level, level)
}

// after is the baseline at a sample after point i and, if there is a next one, before that.
func (w *wander) after(i, sample int) float64 {
	if i+1 == len(w.at) || w.at[i+1]-w.at[i] > apart {
		return w.level[i] + w.slope(i)*float64(sample-w.at[i])
	}
	h := float64(w.at[i+1] - w.at[i])
	t := float64(sample-w.at[i]) / h
	here, next := w.slope(i)*h, w.slope(i+1)*h
	return w.level[i]*(1+2*t)*(1-t)*(1-t) + here*t*(1-t)*(1-t) + w.level[i+1]*t*t*(3-2*t) - next*t*t*(1-t)
}

// slope is the baseline's at point i, per sample; 0 without a neighbour.
func (w *wander) slope(i int) float64 {
	before, hasBefore := w.rise(i - 1)
	after, hasAfter := w.rise(i)
	switch {
	case hasBefore && hasAfter:
		back, ahead := float64(w.at[i]-w.at[i-1]), float64(w.at[i+1]-w.at[i])
		return (before*ahead + after*back) / (back + ahead)
	case hasAfter:
		return after
	default:
		return before
	}
}

// rise is the mean slope from point i to the next.
func (w *wander) rise(i int) (float64, bool) {
	if i < 0 || i+1 >= len(w.at) || w.at[i+1]-w.at[i] > apart {
		return 0, false
	}
	return (w.level[i+1] - w.level[i]) / float64(w.at[i+1]-w.at[i]), true
}
