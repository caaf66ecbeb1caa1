package ecg

// Timing of ectopic beats, as shares of the sinus interval.
const (
	ventricularCoupling = 0.58 // from the sinus beat to a PVC
	atrialCoupling      = 0.66 // from the sinus beat to an atrial premature beat
	runInterval         = 0.40 // s between the beats of a run: 150 per minute
	afterRun            = 1.3  // from a couplet's or run's last beat to the sinus beat
	afterAtrial         = 1.06 // an atrial beat resets the sinus node
	otherFocus          = 0.15 // share of ventricular events from another focus
)

// play continues after the sinus beat at t with an event (none if it is empty) and
// returns the time of the next sinus beat.
func (p *pacemaker) play(e Episode, t float64) float64 {
	rr := p.interval(t)
	switch {
	case e.Kind == PVCs && e.Beats > 0:
		return p.ventricular(t, rr, e.Beats, p.drawFocus())
	case e.Kind == APBs && e.Beats > 0:
		for n := 0; ; n++ {
			early := t + p.coupling(atrialCoupling)*rr
			p.beat(early, "A")
			next := early + afterAtrial*rr
			if n+1 == e.Beats || next >= p.end {
				return next
			}
			p.beat(next, "N")
			t, rr = next, p.interval(next)
		}
	case e.Kind == Bigeminy:
		return p.grouped(t, rr, e.Length.Seconds(), 1, "(B")
	case e.Kind == Trigeminy:
		return p.grouped(t, rr, e.Length.Seconds(), 2, "(T")
	case e.Kind == Pause:
		return t + e.Length.Seconds()
	}
	return t + rr
}

// ventricular plays PVCs in a row. After a single one the sinus rhythm goes on
// undisturbed: its next beat finds the ventricles refractory, and the pause is
// fully compensatory.
func (p *pacemaker) ventricular(t, rr float64, beats, focus int) float64 {
	at := t + p.coupling(ventricularCoupling)*rr
	if beats >= 3 {
		p.note(at, "(VT")
	}
	for n := range beats {
		if n > 0 {
			at += runInterval * (1 + 0.04*p.rng.NormFloat64())
		}
		if at >= p.end {
			return at
		}
		p.beat(at, "V")
		p.rhythm.beats[len(p.rhythm.beats)-1].focus = focus
	}
	if beats == 1 {
		return t + 2*rr
	}
	next := at + afterRun*rr
	if beats >= 3 {
		p.note(next, "(N")
	}
	return next
}

// grouped plays a PVC after every few sinus beats for a time.
func (p *pacemaker) grouped(t, rr, length float64, sinus int, text string) float64 {
	p.note(t, text)
	end, focus := min(t+length, p.end), p.drawFocus()
	for n := 1; t < end; n++ {
		if n%sinus == 0 {
			t = p.ventricular(t, rr, 1, focus)
		} else {
			t += rr
		}
		if t < end {
			p.beat(t, "N")
		}
		rr = p.interval(t)
	}
	p.note(t, "(N")
	return t
}

// drawFocus picks where a ventricular event comes from.
func (p *pacemaker) drawFocus() int {
	if p.rng.Float64() < otherFocus {
		return (p.focus + 1) % len(ventricularFoci)
	}
	return p.focus
}

func (p *pacemaker) coupling(share float64) float64 {
	return share * (1 + 0.03*max(-2, min(2, p.rng.NormFloat64())))
}
