package fhir

import (
	"strings"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

// finding is an event as an Observation that asserts it, derived from the strips
// that show it.
func (s *Study) finding(e localize.Event, strip string) r4.Observation {
	o := r4.Observation{
		Identifier: identified(s.findingURN(e)), Status: r4.ObservationStatusPreliminary,
		Category: []r4.CodeableConcept{procedure}, Code: assertion, Subject: reference(s.urn("patient")),
		EffectivePeriod: period(e.Start, e.End), ValueCodeableConcept: new(conditionOf(e.Kind)),
	}
	if _, known := localize.ByCode(e.Kind); !known { // an answer in words
		o.Code, o.ValueCodeableConcept = concept(e.Question), nil
		o.ValueString = &e.Answer
	}
	if e.Model != "" {
		o.Device = reference(s.urn("model", e.Model))
	}
	if strip != "" {
		o.DerivedFrom = []r4.Reference{*reference(strip)}
	}
	o.Component = components(e)
	if r, ok := s.Reviews[e.ID]; ok {
		s.review(&o, e, r)
	}
	return o
}

// components tell how sure the model was and what was counted and measured.
func components(e localize.Event) []r4.ObservationComponent {
	all := []r4.ObservationComponent{{Code: concept("Confidence of the model (0 to 1)"), ValueQuantity: quantity(e.Confidence, "1")}}
	if e.Beats > 0 {
		all = append(all, r4.ObservationComponent{Code: concept("Beats of the kind"), ValueInteger: &e.Beats})
	}
	if e.Evidence != localize.NoEvidence {
		all = append(all, r4.ObservationComponent{Code: concept("Rests on (model, signal or both)"), ValueString: new(e.Evidence.String())})
	}
	if e.STLead != "" {
		all = append(all, r4.ObservationComponent{Code: deviationOf(e.STLead), ValueQuantity: quantity(float64(e.STPeak), "uV")})
	}
	return all
}

// review makes an Observation what a clinician has decided.
func (s *Study) review(o *r4.Observation, e localize.Event, r influx.Review) {
	o.Status = r4.ObservationStatusFinal
	switch r.Verdict {
	case influx.VerdictRejected:
		o.Status = r4.ObservationStatusEnteredInError
	case influx.VerdictRelabelled:
		o.ValueCodeableConcept, o.ValueString = new(conditionOf(r.Kind)), nil
		o.Code = assertion
	case influx.VerdictConfirmed:
	}
	text := string(r.Verdict)
	if r.Verdict == influx.VerdictRelabelled {
		text += "; the model's answer was " + conditionText(e)
	}
	if note := strings.TrimSpace(r.Note); note != "" {
		text += ": " + note
	}
	o.Issued = new(instant(r.At))
	o.Performer = []r4.Reference{{Display: &r.By}}
	o.Note = []r4.Annotation{{AuthorString: &r.By, Time: new(instant(r.At)), Text: text}}
}

func conditionText(e localize.Event) string { return *conditionOf(e.Kind).Text }

func (s *Study) findingURN(e localize.Event) string { return s.urn("event", e.ID) }
