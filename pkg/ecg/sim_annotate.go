package ecg

import (
	"fmt"
	"math"
	"slices"
)

// noteLead is the time, s, by which a rhythm note precedes the rhythm's first beat.
const noteLead = 0.1

// annotate writes down what was simulated, in order of time.
func annotate(cfg SimConfig, slots []Slot, rhythm simRhythm, samples int64) []Annotation {
	var out []Annotation
	add := func(t float64, a Annotation) {
		a.Sample = min(max(int64(math.Round(t*cfg.Rate)), 0), samples-1)
		out = append(out, a)
	}
	for _, note := range rhythm.notes {
		add(note.at-noteLead, Annotation{Symbol: "+", Aux: note.text})
	}
	for _, beat := range rhythm.beats {
		add(beat.at, Annotation{Symbol: beat.symbol})
	}
	lead, share := mostShifted(slots)
	for _, e := range cfg.Episodes {
		if e.Kind != STChange || e.At >= cfg.Duration {
			continue
		}
		level := e.Level * share
		sign := "+"
		if level < 0 {
			sign = "-"
		}
		name := fmt.Sprintf("ST%d%s", lead, sign)
		from, to := e.At.Seconds(), min(e.At+e.Length, cfg.Duration).Seconds()
		add(from, Annotation{Symbol: "s", Chan: lead, Aux: "(" + name})
		if middle := (e.At + e.Length/2); middle < cfg.Duration {
			add(middle.Seconds(), Annotation{Symbol: "s", Chan: lead, Aux: fmt.Sprintf("A%s%.0f", name, math.Abs(1000*level))})
		}
		add(to, Annotation{Symbol: "s", Chan: lead, Aux: name + ")"})
	}
	slices.SortStableFunc(out, func(a, b Annotation) int {
		switch {
		case a.Sample < b.Sample:
			return -1
		case a.Sample > b.Sample:
			return 1
		}
		return 0
	})
	return out
}

// mostShifted finds the lead in which ST changes show best, and how well.
func mostShifted(slots []Slot) (lead int, share float64) {
	for i, slot := range slots {
		if s := inLead(&stShift, slot); math.Abs(s) > math.Abs(share) {
			lead, share = i, s
		}
	}
	return lead, share
}
