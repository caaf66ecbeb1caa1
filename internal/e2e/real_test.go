package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/testport"
)

// service is one of the three programs.
type service struct {
	*process
	name, addr, config, log string
}

func (s *service) start(ctx context.Context, t *testing.T) {
	t.Helper()
	t.Setenv("HOLTER_HTTP_ADDR", s.addr)
	s.process = run(t, s.log, s.name, "--config", s.config)
	s.awaitReady(ctx, t, s.addr)
}

// startServices starts the three programs with one configuration file.
func startServices(ctx context.Context, t *testing.T, webhook string) (ingest, analyzer, alerter *service) {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "holter.yaml")
	text := fmt.Sprintf(`
mqtt: {url: %q}
kafka: {brokers: [%q], partitions: 4}
influx: {url: %q}
model: {dir: %q}
alerter: {webhooks: [{url: %q, secret: test}]}
`, os.Getenv("HOLTER_REAL_MQTT"), os.Getenv("HOLTER_REAL_KAFKA"), os.Getenv("HOLTER_REAL_INFLUX_URL"),
		model(t), webhook)
	require.NoError(t, os.WriteFile(config, []byte(text), 0o600))
	t.Setenv("HOLTER_INFLUX_TOKEN", os.Getenv("HOLTER_REAL_INFLUX_TOKEN"))

	run(t, filepath.Join(dir, "init.log"), "holter", "init", "--config", config).wait(ctx, t)
	program := func(name string) *service {
		check := run(t, filepath.Join(dir, name+".check.log"), name, "--config", config, "--check")
		check.wait(ctx, t)
		s := &service{name: name, addr: testport.Addr(t), config: config, log: filepath.Join(dir, name+".log")}
		s.start(ctx, t)
		return s
	}
	return program("ingest"), program("analyzer"), program("alerter")
}

// TestRealServers replays a recording through ingest, analyzer and alerter as
// programs of their own, against the servers that scripts/real/test.sh has
// started: once undisturbed, and once with ingest and analyzer killed.
func TestRealServers(t *testing.T) {
	mqtt := os.Getenv("HOLTER_REAL_MQTT")
	if mqtt == "" {
		t.Skip("NOT TESTED: real servers; `make test-real` starts them")
	}
	requirements(t)
	ctx := within(t, 7*time.Minute)
	var alerts atomic.Int64
	webhook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { alerts.Add(1) }))
	defer webhook.Close()
	ingest, analyzer, alerter := startServices(ctx, t, webhook.URL)
	influx := []string{"--influx", os.Getenv("HOLTER_REAL_INFLUX_URL")}
	path := simulated(t, 15*time.Minute)

	replayed(t, mqtt, "calm", path, start, "--speed", "max").wait(ctx, t)
	calm := events(ctx, t, "calm", influx...)
	requireAgreement(t, compare(truth(t, path, start, 0, time.Hour), calm), 0.8)
	alerter.await(ctx, t, "somebody is told", func() bool { return alerts.Load() > 0 })

	player := replayed(t, mqtt, "disturbed", path, start, "--speed", "60")
	for _, s := range []*service{analyzer, ingest, analyzer} {
		before := metric(ctx, analyzer.addr, "holter_analyzer_windows_total")
		analyzer.await(ctx, t, "the analysis goes on", func() bool {
			return player.hasEnded() || metric(ctx, analyzer.addr, "holter_analyzer_windows_total") > before+4
		})
		require.False(t, player.hasEnded(), "the replay was over too soon")
		s.kill()
		s.start(ctx, t)
	}
	player.wait(ctx, t)
	disturbed := events(ctx, t, "disturbed", influx...)
	require.Equal(t, anonymous(calm), anonymous(disturbed))
	t.Logf("%d events are the same after 3 kills; %d notifications", len(calm), alerts.Load())

	for _, s := range []*service{ingest, analyzer, alerter} {
		s.interrupt(t)
	}
}

// anonymous leaves out what two devices do not share.
func anonymous(all []event) []event {
	out := make([]event, 0, len(all))
	for _, e := range all {
		e.ID, e.Patient, e.Device = "", "", ""
		out = append(out, e)
	}
	return out
}
