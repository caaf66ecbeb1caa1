package system

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/embedded/influx"
	"github.com/holterd/holter/internal/testport"
)

// patience is how long a system may take to start or stop before it hangs; a
// busy machine needs more than a minute.
const patience = 5 * time.Minute

// options are those of a system with free ports and the shipped model.
func options(t *testing.T, dir string) Options {
	t.Helper()
	if testing.Short() {
		t.Skip("NOT TESTED: the whole system, with -short")
	}
	if _, err := influx.Find(); err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
	cfg := config.Default()
	cfg.Model.Dir = "../../models/default"
	if _, err := os.Stat(filepath.Join(cfg.Model.Dir, "manifest.json")); err != nil {
		t.Skipf("NOT TESTED: there is no model: %v", err)
	}
	return Options{Dir: dir, Config: cfg, HTTP: "127.0.0.1:0", Console: "127.0.0.1:0", MQTT: testport.Addr(t), Kafka: testport.Addr(t), Influx: testport.Addr(t)}
}

// running runs a system until the returned function is called.
func running(t *testing.T, opts Options) (s *System, stop func()) {
	t.Helper()
	s, err := New(opts, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.InfoLevel))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	require.Eventually(t, s.Ready, patience, 10*time.Millisecond)
	return s, func() {
		cancel()
		select {
		case err := <-ended:
			require.NoError(t, err)
		case <-time.After(patience):
			require.FailNow(t, "the system does not stop")
		}
	}
}

func TestUpTwiceOnOneFolder(t *testing.T) {
	opts := options(t, t.TempDir())
	s, stop := running(t, opts)
	addresses := s.Addresses()
	for _, path := range []string{"/readyz", "/healthz", "/metrics"} {
		answer, err := http.Get("http://" + addresses.HTTP + path)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusOK, answer.StatusCode, path)
	}

	require.DirExists(t, filepath.Join(opts.Dir, "archive"))

	second, err := New(opts, zerolog.Nop())
	require.NoError(t, err)
	require.ErrorContains(t, second.Run(t.Context()), fmt.Sprintf("in use by another holter (process %d)", os.Getpid()))

	stop()
	require.False(t, s.Ready())
	again, stop := running(t, opts)
	require.Equal(t, addresses.Kafka, again.Addresses().Kafka)
	stop()
}

func TestALostServerEndsTheSystem(t *testing.T) {
	opts := options(t, t.TempDir())
	s, err := New(opts, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.InfoLevel))
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(t.Context()) }()
	require.Eventually(t, s.Ready, patience, 10*time.Millisecond)
	pid, err := os.ReadFile(filepath.Join(opts.Dir, "influx", "influxd.pid"))
	require.NoError(t, err)
	killPid(t, string(pid))
	select {
	case err := <-ended:
		require.ErrorContains(t, err, "InfluxDB has ended by itself")
	case <-time.After(patience):
		require.FailNow(t, "the system goes on without InfluxDB")
	}
}

func TestStoppedWhileItStarts(t *testing.T) {
	s, err := New(options(t, t.TempDir()), zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.InfoLevel))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	require.Eventually(t, func() bool { return s.Addresses().HTTP != "" }, patience, time.Millisecond)
	cancel()
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(patience):
		require.FailNow(t, "the system does not stop")
	}
}
