package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/testport"
)

// service is one of the programs.
type service struct {
	*process
	name, addr, config, log string
}

func (s *service) spawn(t *testing.T) {
	t.Helper()
	t.Setenv("HOLTER_HTTP_ADDR", s.addr)
	s.process = run(t, s.log, s.name, "--config", s.config)
}

func (s *service) start(ctx context.Context, t *testing.T) {
	t.Helper()
	s.spawn(t)
	s.awaitReady(ctx, t, s.addr)
}

// services are all programs, with one configuration file.
type services struct {
	ingest, analyzer, archiver, console *service
	alerters                            [2]*service

	config, page string // the file, and where the console answers
	people       *people
}

func (s *services) all() []*service {
	return []*service{s.ingest, s.analyzer, s.archiver, s.console, s.alerters[0], s.alerters[1]}
}

// startServices starts them against the servers that scripts/real/test.sh has
// started.
func startServices(ctx context.Context, t *testing.T) *services {
	t.Helper()
	dir := t.TempDir()
	s := &services{config: filepath.Join(dir, "holter.yaml"), page: testport.Addr(t), people: newPeople(t)}
	text := fmt.Sprintf(`
mqtt: {url: %q}
kafka: {brokers: [%q], partitions: 4}
influx: {url: %q}
model: {dir: %q}
archive: {folder: %q}
console: {addr: %q}
alerter: {rules: %q, channels: %s}
`, os.Getenv("HOLTER_REAL_MQTT"), os.Getenv("HOLTER_REAL_KAFKA"), os.Getenv("HOLTER_REAL_INFLUX_URL"),
		model(t), filepath.Join(dir, "archive"), s.page, filepath.Join(dir, "rules.yaml"), s.people.channels())
	require.NoError(t, os.WriteFile(s.config, []byte(text), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "rules.yaml"), []byte(escalating), 0o600))
	t.Setenv("HOLTER_INFLUX_TOKEN", os.Getenv("HOLTER_REAL_INFLUX_TOKEN"))

	run(t, filepath.Join(dir, "init.log"), "holter", "init", "--config", s.config).wait(ctx, t)
	program := func(name, log string) *service {
		run(t, filepath.Join(dir, log+".check.log"), name, "--config", s.config, "--check").wait(ctx, t)
		p := &service{name: name, addr: testport.Addr(t), config: s.config, log: filepath.Join(dir, log+".log")}
		p.spawn(t)
		return p
	}
	s.ingest, s.analyzer = program("ingest", "ingest"), program("analyzer", "analyzer")
	s.archiver, s.console = program("archiver", "archiver"), program("console", "console")
	s.alerters = [2]*service{program("alerter", "alerter-1"), program("alerter", "alerter-2")}
	for _, p := range s.all() {
		p.awaitReady(ctx, t, p.addr)
	}
	return s
}

// TestRealServers replays recordings through all programs, each a process of its
// own, against real servers: undisturbed, as the console shows it; with an alerter
// killed between two steps of an escalation; and with the others killed.
func TestRealServers(t *testing.T) {
	mqtt := os.Getenv("HOLTER_REAL_MQTT")
	if mqtt == "" {
		t.Skip("NOT TESTED: real servers; `make test-real` starts them")
	}
	requirements(t)
	ctx := within(t, 7*time.Minute)
	began := time.Now()
	s := startServices(ctx, t)
	t.Logf("all programs are ready after %.1f s", time.Since(began).Seconds())
	influx := []string{"--influx", os.Getenv("HOLTER_REAL_INFLUX_URL")}
	const length = 15 * time.Minute
	path := simulated(t, length)

	replayed(t, mqtt, "calm", path, start, "--speed", "max").wait(ctx, t)
	calm := events(ctx, t, "calm", influx...)
	requireAgreement(t, compare(truth(t, path, start, 0, time.Hour), calm), 0.8)
	s.requireShown(ctx, t, "calm", path, calm)
	s.requireAnswers(ctx, t, "calm", path)
	s.requireReport(ctx, t, "calm", length, calm)
	s.requireReviews(ctx, t, "calm", calm)

	acknowledged := s.requireEscalation(ctx, t, mqtt, simulated(t, 2*time.Minute))

	player := replayed(t, mqtt, "disturbed", path, start, "--speed", "60")
	kills := [][]*service{{s.analyzer}, {s.ingest, s.archiver}, {s.analyzer}}
	for _, together := range kills {
		before := metric(ctx, s.analyzer.addr, "holter_analyzer_windows_total")
		s.analyzer.await(ctx, t, "the analysis goes on", func() bool {
			return player.hasEnded() || metric(ctx, s.analyzer.addr, "holter_analyzer_windows_total") > before+4
		})
		require.False(t, player.hasEnded(), "the replay was over too soon")
		for _, p := range together {
			p.kill()
			p.spawn(t)
		}
	}
	player.wait(ctx, t)
	disturbed := events(ctx, t, "disturbed", influx...)
	require.Equal(t, anonymous(calm), anonymous(disturbed))
	s.requireShown(ctx, t, "disturbed", path, disturbed)
	s.requireReport(ctx, t, "disturbed", length, disturbed)
	t.Logf("%d events are the same after %d kills", len(calm), len(kills))

	s.requireNobodyElse(ctx, t, acknowledged)
	for _, p := range s.all() {
		p.interrupt(t)
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
