package fhir

import (
	"time"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/holterd/holter/internal/summary"
)

func (n *numbers) pauses(p summary.Pauses) {
	o := n.add(concept("Pauses of 2 s or longer"), "pauses")
	o.ValueInteger = &p.Two
	o.Component = []r4.ObservationComponent{count("Pauses of 3 s or longer", p.Three)}
	if len(p.Longest) > 0 {
		x := p.Longest[0]
		o.Component = append(o.Component, amount("Longest pause", x.Seconds(), "s"))
		n.from(o, x.Device, x.Span)
	}
}

// rhythm is the burden of a rhythm.
func (n *numbers) rhythm(r summary.Rhythm) {
	o := n.add(concept(r.Name+": burden, of the time in which it was asked for"), "rhythm", r.Code)
	if r.Asked+r.AskedUnknown > 0 {
		o.ValueQuantity = quantity(100*r.Share, "%")
	} else {
		o.DataAbsentReason = new(concept("It is not known whether it was asked for"))
	}
	o.Component = []r4.ObservationComponent{
		{Code: concept("Rhythm"), ValueCodeableConcept: new(conditionOf(r.Code))},
		count("Episodes", len(r.Episodes)), amount("Time in it", r.Seconds/hour, "h"), amount("Time in which it was asked for", r.Asked/hour, "h"),
	}
	if r.Longest != nil {
		o.Component = append(o.Component, amount("Longest episode", r.Longest.Seconds()/hour, "h"))
	}
}

func (n *numbers) st(all []summary.STEpisode) {
	o := n.add(concept("ST episodes"), "st")
	o.ValueInteger = new(len(all))
	var peak *summary.STEpisode
	var lasting float64
	for i, x := range all {
		lasting += x.Seconds()
		if x.Lead != "" && (peak == nil || abs(x.PeakUV) > abs(peak.PeakUV)) {
			peak = &all[i]
		}
	}
	o.Component = []r4.ObservationComponent{amount("Time in them", lasting/hour, "h")}
	if peak != nil {
		o.Component = append(o.Component, r4.ObservationComponent{Code: deviationOf(peak.Lead), ValueQuantity: quantity(float64(peak.PeakUV), "uV")})
	}
}

func abs(n int) int { return max(n, -n) }

// symptom is a press of the button, which is as the patient meant it.
func (n *numbers) symptom(x summary.Symptom) {
	o := n.add(concept("Symptom button"), "symptom", x.Device, x.At.UTC().Format(time.RFC3339Nano))
	o.Status = r4.ObservationStatusFinal
	o.EffectivePeriod, o.EffectiveDateTime = nil, new(instant(x.At))
	o.ValueString = new("pressed")
	if x.Note != "" {
		o.ValueString = &x.Note
	}
	o.Component = []r4.ObservationComponent{{Code: concept("The signal was analysed"), ValueBoolean: &x.Analysed}}
	if x.HeartRate > 0 {
		o.Component = append(o.Component, amount("Heart rate", x.HeartRate, "/min"))
	}
	for _, k := range n.Summary.Kinds {
		if b := x.Beats[k.Code]; b > 0 {
			o.Component = append(o.Component, count(k.Name, b))
		}
	}
	for _, code := range x.Rhythms {
		o.Component = append(o.Component, r4.ObservationComponent{Code: concept("Rhythm or ST change"), ValueCodeableConcept: new(conditionOf(code))})
	}
	n.from(o, x.Device, summary.Span{From: x.At, To: x.At.Add(time.Millisecond)})
}
