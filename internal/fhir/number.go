package fhir

import (
	"fmt"
	"time"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/holterd/holter/internal/summary"
)

// numbers are the period's, as Observations.
func (s *Study) numbers(g *gallery) []r4.Observation {
	if s.Summary == nil {
		return nil
	}
	n := numbers{Study: s, gallery: g}
	n.coverage(s.Summary.Coverage)
	n.rates(s.Summary.HeartRate)
	for _, k := range s.Summary.Kinds {
		n.kind(k)
	}
	for _, p := range s.Summary.Patterns {
		n.patterns(p)
	}
	n.pauses(s.Summary.Pauses)
	for _, r := range s.Summary.Rhythms {
		n.rhythm(r)
	}
	n.st(s.Summary.ST)
	for _, x := range s.Summary.Symptoms {
		n.symptom(x)
	}
	return n.all
}

type numbers struct {
	*Study
	gallery *gallery
	all     []r4.Observation
}

// add makes an Observation of the period; what identifies it are the words.
func (n *numbers) add(code r4.CodeableConcept, words ...string) *r4.Observation {
	n.all = append(n.all, r4.Observation{
		Identifier: identified(n.numberURN(words...)), Status: r4.ObservationStatusPreliminary,
		Category: []r4.CodeableConcept{procedure}, Code: code,
		Subject: reference(n.urn("patient")), EffectivePeriod: period(n.From, n.To),
	})
	return &n.all[len(n.all)-1]
}

// from adds the strip that shows what a number rests on.
func (n *numbers) from(o *r4.Observation, device string, x summary.Span) {
	urn := n.gallery.show(device, "", x.From, x.To)
	for _, known := range o.DerivedFrom {
		if *known.Reference == urn {
			return
		}
	}
	if urn != "" {
		o.DerivedFrom = append(o.DerivedFrom, *reference(urn))
	}
}

func amount(text string, x float64, unit string) r4.ObservationComponent {
	return r4.ObservationComponent{Code: concept(text), ValueQuantity: quantity(x, unit)}
}

func count(text string, x int) r4.ObservationComponent {
	return r4.ObservationComponent{Code: concept(text), ValueInteger: &x}
}

const hour = 3600 // seconds

func (n *numbers) coverage(c summary.Coverage) {
	o := n.add(concept("Analysed time"), "coverage")
	o.ValueQuantity = quantity(c.Analysed/hour, "h")
	o.Component = []r4.ObservationComponent{
		amount("Recorded time", c.Recorded/hour, "h"), amount("Time with contact in some lead", c.Analysable/hour, "h"),
		amount("Longest gap", c.LongestGap/hour, "h"), count("Beats in the analysed time", c.Beats),
	}
}

// day is how long a period is that "24 hour" in a code means.
func (n *numbers) day() bool {
	d := n.To.Sub(n.From)
	return d >= 23*time.Hour && d <= 25*time.Hour
}

func (n *numbers) rates(h summary.HeartRate) {
	if h.Mean > 0 {
		n.rate("mean", "41924-2", h.Mean)
	}
	if h.Min != nil {
		o := n.rate("lowest", "8883-1", h.Min.Rate)
		o.EffectivePeriod = period(h.Min.From, h.Min.To)
		n.from(o, h.Min.Device, h.Min.Span)
	}
	if h.Max != nil {
		o := n.rate("highest", "8873-2", h.Max.Rate)
		o.EffectivePeriod = period(h.Max.From, h.Max.To)
		n.from(o, h.Max.Device, h.Max.Span)
	}
}

// rate is a vital sign of R4, and of a day also what LOINC has for 24 hours.
func (n *numbers) rate(which, ofDay string, x float64) *r4.Observation {
	codes := []r4.Coding{coding(systemLOINC, "8867-4", "Heart rate"), coding(systemMDC, "147842", "MDC_ECG_HEART_RATE")}
	if n.day() {
		codes = append(codes, coding(systemLOINC, ofDay, ""))
	}
	o := n.add(concept("Heart rate, "+which, codes...), "rate", which)
	o.Category = []r4.CodeableConcept{vitalSign}
	o.ValueQuantity = quantity(x, "/min")
	o.ValueQuantity.Unit = new("beats/minute")
	return o
}

// kind is the burden of a kind of beat.
func (n *numbers) kind(k summary.Kind) {
	o := n.add(concept(k.Name+": burden, of all analysed beats"), "kind", k.Code)
	if of := n.Summary.Coverage.Beats; of > 0 {
		o.ValueQuantity = quantity(100*k.Share, "%")
	} else {
		o.DataAbsentReason = new(concept("No beat was analysed"))
	}
	o.Component = []r4.ObservationComponent{
		{Code: concept("Kind"), ValueCodeableConcept: new(conditionOf(k.Code))},
		count("Beats", k.Beats), amount("Time in which it was asked for", k.Asked/hour, "h"),
	}
	if k.AskedUnknown > 0 {
		o.Component = append(o.Component, amount("Analysed time of which it is not known", k.AskedUnknown/hour, "h"))
	}
	if asked := k.Asked + k.AskedUnknown; k.Code == "V" && asked > 0 {
		o.Component = append(o.Component, r4.ObservationComponent{
			Code: concept("Rate", coding(systemMDC, "148066", "MDC_ECG_V_P_C_RATE")), ValueQuantity: quantity(float64(k.Beats)/asked*60, "/min"),
		})
	}
	if k.MaxHour != nil {
		o.Component = append(o.Component, count(fmt.Sprintf("Beats in the hour from %s", instant(k.MaxHour.From)), k.MaxHour.Kinds[k.Code]))
	}
}

func (n *numbers) patterns(p summary.Patterns) {
	o := n.add(concept(p.Name+": patterns"), "patterns", p.Kind)
	for _, r := range p.Rows {
		o.Component = append(o.Component, count(r.Pattern, r.Count))
	}
	if p.Kind == "V" {
		o.Component = append(o.Component, count("Non-sustained ventricular tachycardia", p.NonSustained), count("Sustained ventricular tachycardia", p.Sustained))
	}
	if x := p.Longest; x != nil {
		o.Component = append(o.Component, count("Beats of the longest run", x.Beats))
		n.from(o, x.Device, x.Span)
	}
	if x := p.Fastest; x != nil {
		o.Component = append(o.Component, amount("Rate of the fastest run", x.Rate, "/min"))
		n.from(o, x.Device, x.Span)
	}
}
