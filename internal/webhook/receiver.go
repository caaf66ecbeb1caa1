package webhook

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	maxBody     = 1 << 20
	tolerance   = 5 * time.Minute
	rememberIDs = 10000
)

// Receiver is an http.Handler that takes notifications. It keeps ids in memory
// only, so it is for demonstrations and tests.
type Receiver struct {
	secret  string
	now     func() time.Time
	deliver func(Message) error

	mu    sync.Mutex
	seen  map[string]bool // guarded by mu
	order []string        // guarded by mu; oldest first
}

// NewReceiver returns a handler that calls deliver once for each notification,
// one at a time. An error of deliver is answered with 500, so the notification
// comes again. Without a secret, signatures are not asked for.
func NewReceiver(secret string, now func() time.Time, deliver func(Message) error) *Receiver {
	return &Receiver{secret: secret, now: now, deliver: deliver, seen: make(map[string]bool)}
}

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "notifications are sent with POST", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
	if err != nil {
		status := http.StatusBadRequest
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, err.Error(), status)
		return
	}
	if r.secret != "" {
		if err := Verify(req.Header, r.secret, r.now(), tolerance, body); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
	}
	m, err := Decode(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := r.once(m); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// once calls deliver unless the notification was delivered before.
func (r *Receiver) once(m Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[m.ID] {
		return nil
	}
	if err := r.deliver(m); err != nil {
		return err
	}
	r.seen[m.ID] = true
	r.order = append(r.order, m.ID)
	if len(r.order) > rememberIDs {
		delete(r.seen, r.order[0])
		r.order = r.order[1:]
	}
	return nil
}
