package api

import (
	"fmt"
	"net/http"
	"time"

	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/internal/exchange"
	"github.com/holterd/holter/internal/fhir"
	"github.com/holterd/holter/internal/summary"
)

func (a *api) export(w http.ResponseWriter, r *http.Request) error {
	patient, err := patientOf(r)
	if err != nil {
		return err
	}
	format, err := oneOf(r, "format", "wfdb", "edf", "fhir")
	if err != nil {
		return err
	}
	from, to, err := period(r, time.Time{}, time.Time{}, longestDay)
	if err != nil {
		return err
	}
	stretches, err := a.Archive.Read(patient, from, to)
	if err != nil {
		return err
	}
	if format == "fhir" {
		return a.exportFHIR(w, r, fhir.Study{Patient: patient, From: from, To: to, Stretches: stretches})
	}
	if len(stretches) == 0 {
		return web.NotFound("ask for another time; archive.retention says how long signal is kept",
			"the archive has no signal of patient %s from %s to %s", patient, from.Format(wire.Layout), to.Format(wire.Layout))
	}
	var known exchange.Events
	if known.Presses, err = a.Archive.Presses(patient, from, to); err != nil {
		return err
	}
	if err := known.Read(r.Context(), a.Store, patient, from, to); err != nil {
		return err
	}
	write := exchange.WriteWFDB
	if format == "edf" {
		write = exchange.WriteEDF
	}
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s_%s_%s.zip"`, exchange.PlainName(patient), from.Format("20060102T150405Z"), format))
	a.abortIf(exchange.Zip(r.Context(), w, write, exchange.Tracks(stretches), known), patient)
	return nil
}

// exportFHIR writes the findings that matter, with their strips.
func (a *api) exportFHIR(w http.ResponseWriter, r *http.Request, s fhir.Study) error {
	var known exchange.Events
	if err := known.Read(r.Context(), a.Store, s.Patient, s.From, s.To); err != nil {
		return err
	}
	if len(s.Stretches) == 0 && len(known.Events) == 0 {
		return web.NotFound("ask for another time", "there is neither signal nor an event of patient %s from %s to %s",
			s.Patient, s.From.Format(wire.Layout), s.To.Format(wire.Layout))
	}
	sum, err := summary.Read(r.Context(), summary.Sources{Store: a.Store, Signal: a.Archive}, summary.Period{Patient: s.Patient, From: s.From, To: s.To}, func(_, _ time.Duration) {})
	if err != nil {
		return err
	}
	s.PatientSystem, s.Made, s.Events, s.Reviews, s.Summary = fhir.PatientSystem, a.Now(), known.Events, known.Reviews, &sum
	h := w.Header()
	h.Set("Content-Type", "application/fhir+json")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s_%s.fhir.json"`, exchange.PlainName(s.Patient), s.From.Format("20060102T150405Z")))
	a.abortIf(s.Write(w, func(_, _ int) error { return r.Context().Err() }), s.Patient)
	return nil
}

// abortIf breaks off an answer that has begun, so that it is seen not to be
// whole.
func (a *api) abortIf(err error, patient string) {
	if err != nil {
		a.Log.Error().Err(err).Str("patient", patient).Msg("an export has failed")
		panic(http.ErrAbortHandler)
	}
}
