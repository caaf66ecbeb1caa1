package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/holterd/holter/internal/summary"
)

// mostDays is the longest period of a report that is asked for over HTTP.
const mostDays = 31

// Handler answers GET …?from=&to=&format=&zone= with a report of the patient that
// the pattern of the request names {p}; times are RFC 3339, zone is like
// Europe/Berlin. Reports are made one after the other, since each may read a month
// of signal.
func Handler(m Maker) http.Handler {
	turn := make(chan struct{}, 1)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		period, format, err := request(r)
		if err != nil {
			refuse(w, http.StatusBadRequest, err, "give from and to like 2026-01-31T08:30:00Z, zone like Europe/Berlin, format html, pdf or json")
			return
		}
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-r.Context().Done():
			return
		}
		made, err := m.Make(r.Context(), period, nil)
		var nothing *NothingError
		switch {
		case errors.As(err, &nothing):
			refuse(w, http.StatusNotFound, err, "check the patient's name and the times")
			return
		case err != nil:
			refuse(w, http.StatusInternalServerError, err, "try again; are InfluxDB, Kafka and the archive there?")
			return
		}
		var body bytes.Buffer
		if err := made.Write(&body, format); err != nil {
			refuse(w, http.StatusInternalServerError, err, "this is a fault of the program")
			return
		}
		h := w.Header()
		h.Set("Content-Type", Formats[format])
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		// The page is one file: its styles and pictures are in it, and no script.
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
		h.Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", "report-"+period.From.Format(time.DateOnly)+"."+format))
		_, _ = w.Write(body.Bytes()) // the reader may be gone
	})
}

// request reads a request.
func request(r *http.Request) (p summary.Period, format string, err error) {
	q := r.URL.Query()
	p.Patient = r.PathValue("p")
	if format = q.Get("format"); format == "" {
		format = "html"
	}
	if Formats[format] == "" {
		return p, "", fmt.Errorf("format: %q is unknown", format)
	}
	if p.Zone, err = time.LoadLocation(q.Get("zone")); err != nil {
		return p, "", fmt.Errorf("zone: %w", err)
	}
	for name, into := range map[string]*time.Time{"from": &p.From, "to": &p.To} {
		if *into, err = time.Parse(time.RFC3339Nano, q.Get(name)); err != nil {
			return p, "", fmt.Errorf("%s: %q is no time", name, q.Get(name))
		}
	}
	if !p.From.Before(p.To) || p.To.Sub(p.From) > mostDays*24*time.Hour+time.Hour { // an hour: summer time ends
		return p, "", fmt.Errorf("the period has to end after it begins, and to last %d days at most", mostDays)
	}
	return p, format, nil
}

func refuse(w http.ResponseWriter, status int, err error, remedy string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error(), "remedy": remedy}) // the reader may be gone
}
