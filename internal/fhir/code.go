package fhir

import (
	"slices"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/holterd/holter/pkg/localize"
)

// Code systems.
const (
	systemMDC      = "urn:iso:std:iso:11073:10101"
	systemLOINC    = "http://loinc.org"
	systemSNOMED   = "http://snomed.info/sct"
	systemUCUM     = "http://unitsofmeasure.org"
	systemAct      = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
	systemCategory = "http://terminology.hl7.org/CodeSystem/observation-category"
	systemSection  = "http://terminology.hl7.org/CodeSystem/v2-0074"
	systemURI      = "urn:ietf:rfc:3986"
)

func coding(system, code, display string) r4.Coding {
	c := r4.Coding{System: &system, Code: &code}
	if display != "" {
		c.Display = &display
	}
	return c
}

// concept is a text, with codes where there are any.
func concept(text string, codings ...r4.Coding) r4.CodeableConcept {
	return r4.CodeableConcept{Text: &text, Coding: codings}
}

var (
	procedure = r4.CodeableConcept{Coding: []r4.Coding{coding(systemCategory, "procedure", "Procedure")}}
	vitalSign = r4.CodeableConcept{Coding: []r4.Coding{coding(systemCategory, "vital-signs", "Vital Signs")}}
	assertion = r4.CodeableConcept{Coding: []r4.Coding{coding(systemAct, "ASSERTION", "Assertion")}}
)

// leads are the standard ones by their codes in 11073-10101, which are those of
// SCP-ECG: an offset on the codes of what is measured in a lead.
var leads = []struct {
	name, symbol string
	offset       int
}{
	{"I", "I", 1}, {"II", "II", 2}, {"V1", "V1", 3}, {"V2", "V2", 4}, {"V3", "V3", 5}, {"V4", "V4", 6}, {"V5", "V5", 7}, {"V6", "V6", 8},
	{"III", "III", 61}, {"aVR", "AVR", 62}, {"aVL", "AVL", 63}, {"aVF", "AVF", 64},
}

// What is measured in a lead, of no lead in particular.
const (
	potential = 131328
	deviation = 131840
)

// potentialOf is the concept of the ECG of a lead as the device calls it.
func potentialOf(lead string) r4.CodeableConcept {
	return inLead(potential, "MDC_ECG_ELEC_POTL", lead, lead)
}

// deviationOf is the concept of the ST deviation in a lead.
func deviationOf(lead string) r4.CodeableConcept {
	return inLead(deviation, "MDC_ECG_AMPL_ST", lead, "Peak ST deviation in lead "+lead)
}

func inLead(base int, symbol, lead, text string) r4.CodeableConcept {
	for _, l := range leads {
		if l.name == lead {
			base, symbol = base+l.offset, symbol+"_"+l.symbol
		}
	}
	return concept(text, coding(systemMDC, itoa(base), symbol))
}

// conditionOf is the concept of a kind of event.
func conditionOf(kind string) r4.CodeableConcept {
	i := slices.IndexFunc(localize.Conditions, func(c localize.Condition) bool { return c.Code == kind })
	if i < 0 {
		return concept(kind)
	}
	c := localize.Conditions[i]
	if c.SNOMED == "" {
		return concept(c.Name)
	}
	return concept(c.Name, coding(systemSNOMED, c.SNOMED, ""))
}
