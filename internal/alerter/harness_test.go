package alerter_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter"
	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/webhook"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// within is how long a test waits for what must happen.
const within = 30 * time.Second

const rules = `
version: 1
delivery: {first_retry: 100ms, longest_wait: 200ms}
rules:
  - {name: run, priority: high, run: {kinds: [V], at_least: 3}}
  - {name: silent, priority: medium, silent: {for: 1h}}
`

// system is what surrounds an alerter: a broker, a receiver, a configuration.
type system struct {
	t        testing.TB
	cfg      config.Config
	client   *kafka.Client
	writer   *kafka.Writer
	receiver *receiver
}

func newSystem(t testing.TB) *system {
	cluster, err := kfake.NewCluster()
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	r := newReceiver(t)
	cfg := config.Default()
	cfg.Kafka.Brokers = cluster.ListenAddrs()
	cfg.Kafka.Partitions = 2
	cfg.Alerter.Rules = filepath.Join(t.TempDir(), "rules.yaml")
	cfg.Alerter.Webhooks = []config.Webhook{{URL: r.server.URL, Secret: "secret"}}
	require.NoError(t, os.WriteFile(cfg.Alerter.Rules, []byte(rules), 0o600))
	client, err := kafka.NewClient(cfg.Kafka, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.EnsureTopics(t.Context()))
	return &system{t: t, cfg: cfg, client: client, writer: client.NewWriter(), receiver: r}
}

// receiver is a webhook receiver that can fail.
type receiver struct {
	server *httptest.Server
	mu     sync.Mutex
	got    []webhook.Message
	tries  int
	fails  int // answers 500 so many times more
}

func newReceiver(t testing.TB) *receiver {
	r := &receiver{}
	take := webhook.NewReceiver("secret", time.Now, func(m webhook.Message) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, m)
		return nil
	})
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.tries++
		fail := r.fails > 0
		r.fails--
		r.mu.Unlock()
		if fail {
			http.Error(w, "not now", http.StatusInternalServerError)
			return
		}
		take.ServeHTTP(w, req)
	}))
	t.Cleanup(r.server.Close)
	return r
}

func (r *receiver) messages() []webhook.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

func (r *receiver) requests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tries
}

func (r *receiver) fail(times int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fails = times
}

// start runs an alerter until the returned function is called.
func (s *system) start(observers ...alerter.Observer) (service *alerter.Service, stop func()) {
	s.t.Helper()
	service, err := alerter.New(s.cfg, zerolog.New(zerolog.NewTestWriter(s.t)).Level(zerolog.WarnLevel), prometheus.NewRegistry(), observers...)
	require.NoError(s.t, err)
	service.WaitForPictures()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- service.Run(ctx) }()
	return service, func() {
		s.t.Helper()
		cancel()
		require.NoError(s.t, <-ended)
	}
}

func (s *system) write(topic, patient string, m proto.Message) {
	s.t.Helper()
	value, err := proto.Marshal(m)
	require.NoError(s.t, err)
	require.NoError(s.t, s.writer.Write(context.Background(), topic, kafka.PatientMessage(patient, value)))
}

// runOf writes an event with n beats in a row.
func (s *system) runOf(patient string, number, n int) {
	s.t.Helper()
	start := time.Unix(1700000000, 0).Add(time.Duration(number) * time.Minute)
	ev := &holterv1.Event{
		Id: fmt.Sprint(patient, "-", number), Patient: patient, Device: "d-" + patient, Recording: "r", Kind: "V", Confidence: 0.9,
		StartTimeNs: start.UnixNano(), EndTimeNs: start.Add(time.Duration(n) * time.Second).UnixNano(),
	}
	for i := range n {
		ev.NewBeatTimesNs = append(ev.NewBeatTimesNs, start.Add(time.Duration(i)*time.Second/2).UnixNano())
	}
	s.write(kafka.TopicEvents, patient, ev)
}

// published returns every record of ecg.alerts so far.
func (s *system) published() (all []*holterv1.Alert) {
	s.t.Helper()
	for p := range s.cfg.Kafka.Partitions {
		ctx, cancel := context.WithTimeout(s.t.Context(), within)
		records, err := s.client.ReadCompacted(ctx, kafka.TopicAlerts, p)
		cancel()
		require.NoError(s.t, err)
		for _, r := range records {
			var a holterv1.Alert
			require.NoError(s.t, proto.Unmarshal(r.Value, &a))
			all = append(all, &a)
		}
	}
	return all
}

func (s *system) eventually(what string, is func() bool) {
	s.t.Helper()
	require.Eventually(s.t, is, within, 10*time.Millisecond, what)
}

// seen is an Observer that remembers.
type seen struct {
	mu       sync.Mutex
	alerts   []alert.Alert
	outcomes []notify.Outcome
}

func (s *seen) Alert(a alert.Alert) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alerts = append(s.alerts, a)
}

func (s *seen) Notification(r notify.Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcomes = append(s.outcomes, r.Outcome)
}

func (s *seen) alertsSoFar() []alert.Alert {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.alerts)
}

func (s *seen) outcomesSoFar() []notify.Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.outcomes)
}
