package web

import (
	"net/http"
	"time"
)

// Patience is how long one write of a stream may take.
const Patience = 30 * time.Second

// Stream is an answer that may take longer than the server's write timeout: each
// write has Patience of its own. What is written goes out when it is flushed.
type Stream struct {
	http.ResponseWriter
	control *http.ResponseController
}

// NewStream makes a stream of an answer.
func NewStream(w http.ResponseWriter) *Stream {
	return &Stream{w, http.NewResponseController(w)}
}

func (s *Stream) Write(p []byte) (int, error) {
	// A writer without deadlines, in a test, needs none.
	_ = s.control.SetWriteDeadline(time.Now().Add(Patience))
	return s.ResponseWriter.Write(p)
}

// Flush sends what is written.
func (s *Stream) Flush() { _ = s.FlushError() }

// FlushError sends what is written.
func (s *Stream) FlushError() error {
	_ = s.control.SetWriteDeadline(time.Now().Add(Patience))
	return s.control.Flush()
}

// Unwrap is for http.ResponseController.
func (s *Stream) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// Streaming lets a handler take its time. While it writes nothing, nothing is
// cut off: only a single write has an end.
func Streaming(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := NewStream(w)
		_ = s.control.SetWriteDeadline(time.Time{})
		next.ServeHTTP(s, r)
		_ = s.control.SetWriteDeadline(time.Now().Add(Patience)) // for what the server still holds
	})
}
