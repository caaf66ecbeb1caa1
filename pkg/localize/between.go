package localize

// added is a beat that an event got, and how many others came between it and the
// one of its kind before it; unknown where there was none in the segment.
type added struct {
	at      int64
	between int
}

const unknown = -1

// between is how many other beats came after the newest of the kind and before a
// beat that this window counts.
func (j *joiner) between(t int64) int {
	qrs := j.seen.beats()
	switch {
	case j.kind.Last == 0:
		return unknown
	case !j.inside() && nearby(qrs, j.kind.QRS) == t:
		return max(0, j.kind.Since-1) // the window before saw it and took it for another
	default:
		return j.others(qrs, t)
	}
}

// others is how many beats came after the newest of the kind and before a time
// in this window: as this window has it where it holds both, else those of the
// windows before and the ones since.
func (j *joiner) others(qrs []int64, until int64) int {
	n, from := 0, j.kind.Last
	if !j.inside() {
		n, from = j.kind.Since, j.kind.QRS
	}
	from = nearby(qrs, from)
	for _, t := range qrs {
		if t > from && t < until {
			n++
		}
	}
	return n
}

// inside tells whether this window holds the newest beat of the kind.
func (j *joiner) inside() bool { return j.kind.Last >= j.seen.Start.UnixNano() }

// nearby is where this window has a beat that another may have found; that
// beat's own time if nowhere.
func nearby(qrs []int64, at int64) int64 {
	best, distance := at, same+1
	for _, t := range qrs {
		if d := abs(t - at); d < distance {
			best, distance = t, d
		}
	}
	return best
}
