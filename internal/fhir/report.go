package fhir

import (
	"encoding/base64"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// disclaimer is what people are told wherever they meet Holter's results.
const disclaimer = "Made by Holter, software for research and engineering that is not a medical device. Nobody has signed this report."

// report refers to everything else.
func (s *Study) report(b *bundle, results []r4.Reference) {
	urn := s.urn("report", instant(s.From), instant(s.To))
	r := r4.DiagnosticReport{
		Identifier: identified(urn), Status: r4.DiagnosticReportStatusPreliminary,
		Category: []r4.CodeableConcept{{Coding: []r4.Coding{coding(systemSection, "EC", "Electrocardiac (e.g., EKG, EEC, Holter)")}}},
		Code:     concept("Ambulatory ECG", coding(systemLOINC, "18754-2", "Holter monitor study")),
		Subject:  reference(s.urn("patient")), EffectivePeriod: period(s.From, s.To), Issued: new(instant(s.Made)),
		Result: results, Conclusion: new(disclaimer),
	}
	if f := s.Form; f != nil {
		r.PresentedForm = []r4.Attachment{{ContentType: &f.ContentType, Title: &f.Title, Data: new(base64.StdEncoding.EncodeToString(f.Data))}}
	}
	b.put("DiagnosticReport", urn, r)
}
