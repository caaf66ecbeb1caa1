// Package fhir writes a patient's period as a FHIR R4 bundle: strips, findings,
// heart rates and burdens, and the report that refers to them.
//
// The bundle is a transaction: a FHIR server that it is posted to stores what is
// new and replaces what an earlier export of the same period has put there
// (conditional updates by identifier), so that a review changes the stored
// finding. The patient is only created where the server does not know the
// identifier, and never changed. Whoever has no server reads it as a list.
//
//	Patient           the identifier, nothing else
//	Device            each wearable; each model, with name and version
//	Observation       each strip: a component with SampledData for each lead
//	Observation       each finding: an event of the model
//	Observation       heart rates, burdens, counts, coverage of the period
//	DiagnosticReport  refers to all of them; a PDF or HTML report can be attached
//
// Resources have identifiers of the system urn:ietf:rfc:3986: version 5 UUIDs of
// what they are about, the same in every export.
//
// # Strips
//
// Samples are those that the device sent: whole ADC units, "E" where the
// electrode delivered no value. factor is mV per unit, origin 0 mV, period the
// milliseconds between samples; a gap ends a strip. lowerLimit and upperLimit are
// absent: devices do not tell their range, and no sample is marked L or U.
//
// # Status
//
// A strip is final. A finding is preliminary until a clinician has decided: final
// when it was confirmed or given another name, entered-in-error when it was
// rejected. Numbers and the report are preliminary: nobody has signed them.
//
// # Codes
//
// Where no code is known for certain there is text alone. Codes and where they
// come from:
//
//	urn:iso:std:iso:11073:10101  131328 + lead: ECG potential, as the R4 example
//	                             "ekg" has it; 131840 + lead: ST deviation; 147842
//	                             heart rate (ISO/IEEE 11073-10101). Only the twelve
//	                             standard leads by their own names have a code:
//	                             MLII is not II, and keeps its name as text
//	http://loinc.org             18754-2 Holter monitor study (R4's value set of
//	                             document types); 8867-4 heart rate (R4's vital
//	                             signs); 41924-2, 8873-2, 8883-1 its mean, maximum
//	                             and minimum in 24 hours
//	http://snomed.info/sct       the conditions' concepts, from pkg/localize
//	v3-ActCode                   ASSERTION: the value says what was found
//	observation-category, v2-0074, UCUM, device-nametype: as R4 binds them
package fhir
