package api

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/internal/exchange"
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
	if format == "fhir" {
		if a.FHIR == nil {
			return absent("FHIR export")
		}
		a.FHIR.ServeHTTP(w, r)
		return nil
	}
	kept, err := a.Archive()
	if err != nil {
		return err
	}
	stretches, err := kept.Read(patient, from, to)
	if err != nil {
		return err
	}
	if len(stretches) == 0 {
		return web.NotFound("ask for another time; archive.retention says how long signal is kept",
			"the archive has no signal of patient %s from %s to %s", patient, from.Format(wire.Layout), to.Format(wire.Layout))
	}
	var known exchange.Events
	if known.Presses, err = kept.Presses(patient, from, to); err != nil {
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
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s_%s_%s.zip"`, fileName(patient), from.Format("20060102T150405Z"), format))
	if err := exchange.Zip(r.Context(), w, write, exchange.Tracks(stretches), known); err != nil {
		a.Log.Error().Err(err).Str("patient", patient).Msg("an export has failed")
		panic(http.ErrAbortHandler) // the answer has begun: let it be seen that it is not whole
	}
	return nil
}

// fileName makes a name that every file system takes.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' {
			return r
		}
		return '_'
	}, name)
}
