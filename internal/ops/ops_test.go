package ops_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/ops"
)

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url) //nolint:noctx // a test's own server
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

func TestServer(t *testing.T) {
	metrics := prometheus.NewRegistry()
	beats := prometheus.NewCounter(prometheus.CounterOpts{Name: "beats_total", Help: "Beats."})
	metrics.MustRegister(beats)
	beats.Inc()
	var ready atomic.Bool
	server, err := ops.Listen("127.0.0.1:0", metrics,
		ops.Check{Name: "mqtt", Ready: ready.Load}, ops.Check{Name: "kafka", Ready: func() bool { return true }})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() { require.NoError(t, server.Run(ctx)) })
	base := "http://" + server.Addr()

	code, body := get(t, base+"/readyz")
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Equal(t, "waiting for: [mqtt]\n", body)
	ready.Store(true)
	code, _ = get(t, base+"/readyz")
	require.Equal(t, http.StatusOK, code)
	code, _ = get(t, base+"/healthz")
	require.Equal(t, http.StatusOK, code)
	code, body = get(t, base+"/metrics")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, "beats_total 1")

	_, err = ops.Listen(server.Addr(), metrics)
	require.ErrorContains(t, err, "http.addr")
	cancel()
	run.Wait()
}

func TestLogger(t *testing.T) {
	var out bytes.Buffer
	log, err := ops.NewLogger(config.Log{Level: "warn", Format: "json"}, &out)
	require.NoError(t, err)
	log.Info().Msg("hidden")
	log.Warn().Str("device", "d").Msg("shown")
	var line map[string]string
	require.NoError(t, json.Unmarshal(out.Bytes(), &line))
	require.Equal(t, "shown", line["message"])

	out.Reset()
	log, err = ops.NewLogger(config.Log{Level: "info", Format: "console"}, &out)
	require.NoError(t, err)
	log.Info().Str("device", "d").Msg("shown")
	require.Regexp(t, `^\d\d:\d\d:\d\d INF shown device=d\n$`, out.String())

	_, err = ops.NewLogger(config.Log{Level: "loud"}, &out)
	require.ErrorContains(t, err, "log.level")
}

// idle is a service that runs until it is stopped, or fails.
type idle struct {
	started chan string
	err     error
}

func (s idle) Ready() bool { return true }

func (s idle) Run(ctx context.Context) error {
	if s.err != nil {
		return s.err
	}
	close(s.started)
	<-ctx.Done()
	return nil
}

func program(s idle) ops.Program {
	return ops.Program{
		Name: "idle", Purpose: "does nothing",
		New: func(config.Config, zerolog.Logger, prometheus.Registerer) (ops.Service, error) { return s, nil },
	}
}

func TestProgramRunsUntilItIsStopped(t *testing.T) {
	t.Setenv("HOLTER_HTTP_ADDR", "127.0.0.1:0")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	s := idle{started: make(chan string)}
	go func() {
		<-s.started
		cancel()
	}()
	var stdout, stderr bytes.Buffer
	require.Zero(t, program(s).Run(ctx, nil, &stdout, &stderr))
	require.Contains(t, stderr.String(), "idle has ended")
	require.Empty(t, stdout.String())
}

func TestProgramFails(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for name, c := range map[string]struct {
		addr string
		args []string
		err  error
		code int
		says string
	}{
		"with the service":   {args: nil, err: errors.New("broken"), code: 1, says: "idle: broken"},
		"on a taken address": {addr: taken.Addr().String(), code: 1, says: "http.addr"},
		"without its file":   {args: []string{"--config", "none.yaml"}, code: 1, says: "none.yaml"},
		"at a wrong value":   {addr: "nowhere", code: 1, says: "http.addr"},
		"at an unknown flag": {args: []string{"--nosuch"}, code: 2, says: "Example:"},
		"at an argument":     {args: []string{"more"}, code: 2, says: `"more"`},
		"for help":           {args: []string{"--help"}, code: 0, says: "idle does nothing."},
	} {
		t.Run(name, func(t *testing.T) {
			if c.addr == "" {
				c.addr = "127.0.0.1:0"
			}
			t.Setenv("HOLTER_HTTP_ADDR", c.addr)
			var stdout, stderr bytes.Buffer
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.Equal(t, c.code, program(idle{started: make(chan string), err: c.err}).Run(ctx, c.args, &stdout, &stderr))
			require.Contains(t, stderr.String(), c.says)
		})
	}
}

func TestProgramChecksWithoutStarting(t *testing.T) {
	p := program(idle{})
	p.New = nil // would panic
	var stdout, stderr bytes.Buffer
	require.Zero(t, p.Run(t.Context(), []string{"--check"}, &stdout, &stderr))
	require.Equal(t, "configuration ok\n", stdout.String())

	p.Check = func(config.Config) error { return errors.New("registry missing") }
	require.Equal(t, 1, p.Run(t.Context(), []string{"--check"}, &stdout, &stderr))
	require.Contains(t, stderr.String(), "registry missing")
}
