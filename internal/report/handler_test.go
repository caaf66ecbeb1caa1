package report

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHandler(t *testing.T) {
	m, _ := study(t)
	mux := http.NewServeMux()
	mux.Handle("GET /v1/patients/{p}/report", Handler(m))
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w
	}
	const day = "/report?from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z"
	for format, media := range Formats {
		w := get("/v1/patients/Zo%C3%AB-7" + day + "&zone=Europe/Berlin&format=" + format)
		require.Equal(t, http.StatusOK, w.Code, w.Body)
		require.Equal(t, media, w.Header().Get("Content-Type"))
		require.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'none'")
		require.Greater(t, w.Body.Len(), 1000)
	}
	require.Contains(t, get("/v1/patients/Zo%C3%AB-7"+day).Body.String(), "<!DOCTYPE html>")
	for path, want := range map[string]int{
		"/v1/patients/nobody" + day:                                                         http.StatusNotFound,
		"/v1/patients/p1" + day + "&format=doc":                                             http.StatusBadRequest,
		"/v1/patients/p1" + day + "&zone=Middle/Earth":                                      http.StatusBadRequest,
		"/v1/patients/p1/report?from=yesterday&to=2026-02-01T00:00:00Z":                     http.StatusBadRequest,
		"/v1/patients/p1/report?from=2026-02-01T00:00:00Z&to=2026-01-31T00:00:00Z":          http.StatusBadRequest,
		"/v1/patients/p1/report?from=2025-01-01T00:00:00Z&to=2026-01-31T00:00:00Z&zone=UTC": http.StatusBadRequest,
	} {
		w := get(path)
		require.Equal(t, want, w.Code, path)
		require.Contains(t, w.Body.String(), `"remedy":`)
		require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	}
}
