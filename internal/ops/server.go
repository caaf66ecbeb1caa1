package ops

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const shutdownTimeout = 5 * time.Second

// Server answers GET /metrics (Prometheus), /healthz (200 while the process
// serves) and /readyz (200 once every check passes, else 503 and what it waits
// for).
type Server struct {
	listener net.Listener
	mux      *http.ServeMux
	http     *http.Server
}

// Listen opens addr; port 0 takes a free one, which Addr tells.
func Listen(addr string, metrics prometheus.Gatherer, ready ...Check) (*Server, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("serve metrics and health: %w; choose another http.addr", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, "ok\n") })
	mux.Handle("GET /readyz", readiness(ready))
	return &Server{
		listener: listener, mux: mux,
		http: &http.Server{Handler: mux, ReadHeaderTimeout: shutdownTimeout},
	}, nil
}

// Addr is where the server listens, as host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Handle adds what a service answers, also while the server runs.
func (s *Server) Handle(routes map[string]http.Handler) {
	for pattern, handler := range routes {
		s.mux.Handle(pattern, handler)
	}
}

// Run serves until ctx is done.
func (s *Server) Run(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- s.http.Serve(s.listener) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve metrics and health on %s: %w", s.Addr(), err)
	case <-ctx.Done():
	}
	// The caller's context is over; what is being answered gets a moment more.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := s.http.Shutdown(end)
	if serveErr := <-done; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}

// Check is one condition of readiness.
type Check struct {
	Name  string
	Ready func() bool
}

func readiness(checks []Check) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var waiting []string
		for _, c := range checks {
			if !c.Ready() {
				waiting = append(waiting, c.Name)
			}
		}
		if len(waiting) > 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			say(w, "waiting for: %v\n", waiting)
			return
		}
		say(w, "ready\n")
	})
}
