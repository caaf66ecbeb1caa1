package influx

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/localize"
)

// serve is a store on a server whose write endpoint is the handler.
func serve(t *testing.T, version string, write http.HandlerFunc) *Store {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ping", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Influxdb-Version", version)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /api/v2/write", write)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s, err := Open(Options{URL: server.URL, Org: "o", Bucket: "b", Token: "secret", Timeout: 5 * time.Second, RetryFor: 5 * time.Second})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func twoEvents() []localize.Event {
	a, b := sample(hourAgo()), sample(hourAgo().Add(time.Second))
	a.ID, b.ID = "good", "bad"
	return []localize.Event{a, b}
}

func TestPartialWriteOfVersion2NamesThePoint(t *testing.T) {
	s := serve(t, "v2.7.1", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), `id="bad"`) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = io.WriteString(w, `{"code":"unprocessable entity","message":"failure writing points to database: partial write: field type conflict dropped=1"}`)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	err := s.WriteEvents(t.Context(), twoEvents())
	var rejected *RejectedError
	require.ErrorAs(t, err, &rejected)
	require.Len(t, rejected.Points, 1)
	require.Equal(t, "event bad", rejected.Points[0].Name)
	require.Equal(t, 1, rejected.Points[0].Index)
	require.Contains(t, rejected.Points[0].Reason, "field type conflict")
}

func TestPassingFailuresAreRetried(t *testing.T) {
	for _, status := range []int{500, 503, 429, 401, 404} {
		var calls atomic.Int32
		s := serve(t, "2.7", func(w http.ResponseWriter, _ *http.Request) {
			if calls.Add(1) < 3 {
				w.WriteHeader(status)
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
		require.NoError(t, s.WriteEvents(t.Context(), twoEvents()), "status %d", status)
		require.EqualValues(t, 3, calls.Load(), "status %d", status)
	}
}

func TestLastingFailureIsReportedAsUnknown(t *testing.T) {
	s := serve(t, "2.7", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	s.options.RetryFor = 300 * time.Millisecond
	err := s.WriteEvents(t.Context(), twoEvents())
	require.ErrorContains(t, err, "write to InfluxDB at http://")
	var rejected *RejectedError
	require.NotErrorAs(t, err, &rejected)
}

func TestRetryAfterIsObeyed(t *testing.T) {
	var mu sync.Mutex
	var first time.Time
	var waited time.Duration
	s := serve(t, "2.7", func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if first.IsZero() {
			first = time.Now()
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		waited = time.Since(first)
		w.WriteHeader(http.StatusNoContent)
	})
	require.NoError(t, s.WriteEvents(t.Context(), twoEvents()))
	mu.Lock()
	defer mu.Unlock()
	require.GreaterOrEqual(t, waited, time.Second)
}

func TestSilentServerTimesOutAndIsAskedAgain(t *testing.T) {
	var calls atomic.Int32
	release := make(chan struct{})
	s := serve(t, "2.7", func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			<-release
		}
		w.WriteHeader(http.StatusNoContent)
	})
	t.Cleanup(func() { close(release) })
	s.options.Timeout = time.Second
	require.NoError(t, s.WriteEvents(t.Context(), twoEvents()))
	require.GreaterOrEqual(t, calls.Load(), int32(2))
}

func TestCancelEndsTheRetries(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, "2.7", func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		w.WriteHeader(http.StatusInternalServerError)
	})
	s.options.RetryFor = time.Hour
	require.ErrorIs(t, s.WriteEvents(ctx, twoEvents()), context.Canceled)
}

func TestBucketNameFitsTheServer(t *testing.T) {
	for version, want := range map[string]string{"v2.7.1": "b", "1.8.10": "b/b"} {
		s := serve(t, version, func(w http.ResponseWriter, r *http.Request) {
			require.Equal(t, want, r.URL.Query().Get("bucket"))
			require.Equal(t, "Token secret", r.Header.Get("Authorization"))
			w.WriteHeader(http.StatusNoContent)
		})
		require.NoError(t, s.WriteEvents(t.Context(), twoEvents()))
	}
}

func TestServerWithoutFluxIsRefused(t *testing.T) {
	s := serve(t, "3.1.0", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for _, err := range s.QueryEvents(t.Context(), Filter{}) {
		require.ErrorContains(t, err, "no Flux; use 2.7 or 1.8")
	}
}

func TestOpenChecksItsOptions(t *testing.T) {
	good := Options{URL: "http://127.0.0.1:8086", Org: "o", Bucket: "b"}
	for name, spoil := range map[string]func(*Options){
		"URL":          func(o *Options) { o.URL = "127.0.0.1:8086" },
		"bucket":       func(o *Options) { o.Bucket = "a/b/c" },
		"organisation": func(o *Options) { o.Org = "" },
	} {
		o := good
		spoil(&o)
		_, err := Open(o)
		require.ErrorContains(t, err, name)
	}
	_, err := Open(good)
	require.NoError(t, err)
}

// Flux of InfluxDB 2.x mixes up the texts of rows where some are empty.
func TestNoTextIsWrittenEmpty(t *testing.T) {
	e := sample(hourAgo())
	e.Answer, e.STLead = "", ""
	line, err := eventPoint(e).encode()
	require.NoError(t, err)
	require.NotContains(t, line, `=""`)
	require.Contains(t, line, `answer="∅"`)
}
