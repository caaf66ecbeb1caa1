package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// KeepAlive is how often a comment is sent while there is nothing else to say,
// so that a lost viewer is noticed and proxies keep the connection.
const KeepAlive = 15 * time.Second

// Event is one server-sent event.
type Event struct {
	Name string
	Data []byte // one line
}

// Closed is why a source of events has ended, told to the viewer.
type Closed struct{ Error, Remedy string }

// ServeEvents sends events until the request, the server or the source ends;
// then why is asked for the reason. The first ones go out at once.
func ServeEvents(ctx context.Context, w http.ResponseWriter, r *http.Request, events <-chan Event, why func() Closed, first ...Event) {
	s := NewStream(w)
	h := s.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	s.WriteHeader(http.StatusOK)
	if say(s, ": connected\nretry: 2000\n\n") != nil {
		return
	}
	for _, e := range first {
		if say(s, "event: %s\ndata: %s\n\n", e.Name, e.Data) != nil {
			return
		}
	}
	tick := time.NewTicker(KeepAlive)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return
		case <-ctx.Done():
			return
		case <-tick.C:
			err = say(s, ": \n\n")
		case e, ok := <-events:
			if !ok {
				c := why()
				text, _ := json.Marshal(&Error{Text: c.Error, Remedy: c.Remedy}) // never fails
				_ = say(s, "event: closed\ndata: %s\n\n", text)
				return
			}
			err = say(s, "event: %s\ndata: %s\n\n", e.Name, e.Data)
		}
		if err != nil {
			return
		}
	}
}

func say(s *Stream, format string, args ...any) error {
	if _, err := fmt.Fprintf(s, format, args...); err != nil {
		return err
	}
	return s.FlushError()
}
