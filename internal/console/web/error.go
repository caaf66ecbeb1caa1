package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Error is an answer that is no success.
type Error struct {
	Status int    `json:"-"`
	Text   string `json:"error"`
	Remedy string `json:"remedy"`
}

func (e *Error) Error() string { return e.Text }

// Wrong is an error of status 400.
func Wrong(remedy, format string, args ...any) *Error {
	return &Error{http.StatusBadRequest, fmt.Sprintf(format, args...), remedy}
}

// NotFound is an error of status 404.
func NotFound(remedy, format string, args ...any) *Error {
	return &Error{http.StatusNotFound, fmt.Sprintf(format, args...), remedy}
}

// Handler answers a request or returns an error, an *Error where it knows the
// status; any other is a failure of what the server rests on.
type Handler func(w http.ResponseWriter, r *http.Request) error

func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		Fail(w, r, err)
	}
}

// Fail answers with an error.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // nobody listens any more
	}
	var e *Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &e):
	case errors.As(err, &tooLarge):
		e = &Error{http.StatusRequestEntityTooLarge, fmt.Sprintf("the request has more than %d bytes", tooLarge.Limit), "send less"}
	case errors.Is(err, context.DeadlineExceeded):
		e = &Error{http.StatusGatewayTimeout, err.Error(), "try again, or ask for a shorter period"}
	default:
		e = &Error{http.StatusBadGateway, err.Error(), "see that Kafka, InfluxDB and the archive can be reached, then try again"}
	}
	w.Header().Del("Content-Encoding")
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(e) // there is nobody else to tell
}

// JSON answers with a value.
func JSON(w http.ResponseWriter, status int, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
	return nil
}

// Decode reads a request's JSON body; unknown keys are errors.
func Decode(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		return Wrong("see the description of the API: schemas/openapi.yaml", "the request's body is wrong: %v", err)
	}
	if d.More() {
		return Wrong("send one JSON object", "the request's body goes on behind the JSON object")
	}
	return nil
}
