// Package ingest takes what wearables publish over MQTT and puts it into Kafka,
// at least once: a message is acknowledged to the MQTT broker only when Kafka
// has it on all in-sync replicas.
//
// A message waits in one of as many lanes as the topics have partitions, by its
// patient, and each lane writes one batch at a time; so the messages of a device
// stay in order, also when a write is repeated. Acknowledgements are given in
// the order of arrival over all lanes, as MQTT asks for; a partition that cannot
// be written to therefore holds up the others, and Ready stays true while
// nothing is lost.
//
// What cannot be accepted goes to the dead letters with the reason, and is
// acknowledged. Memory is bounded: at most mqtt.max_in_flight messages are held.
// When that many are and Kafka does not take them, an MQTT broker that keeps
// sending is hung up on; it keeps the session, and everything is sent again
// after the queue has drained.
//
// One ingest serves one MQTT session. Repetitions (after a lost connection or a
// lost answer of Kafka) are passed on; readers know chunks by their sequence.
package ingest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/registry"
)

// registryPeriod is how often the registry file is looked at.
const registryPeriod = 2 * time.Second

// Service is the ingest service.
type Service struct {
	cfg      config.Config
	log      zerolog.Logger
	refusals zerolog.Logger // says little when there are many
	now      func() time.Time
	timing   timing
	client   *kafka.Client
	writer   writer
	registry *registry.Registry

	ledger  *ledger
	metrics *metrics
	acks    *acknowledger
	lanes   []*lane
	link    *current

	topicsReady atomic.Bool
}

// writer puts records into a partition and returns when they are safe. It may
// have written them although it returns an error.
type writer interface {
	WriteTo(ctx context.Context, topic string, partition int, messages ...kafka.Message) error
}

// New prepares the service: it reads the device registry and the certificates,
// and connects to nothing.
func New(cfg config.Config, log zerolog.Logger, metrics prometheus.Registerer) (*Service, error) {
	log = log.With().Str("service", "ingest").Logger()
	devices, err := registry.Open(cfg.Devices)
	if err != nil {
		return nil, err
	}
	if _, err := tlsConfig(cfg.MQTT); err != nil {
		return nil, err
	}
	client, err := kafka.NewClient(cfg.Kafka, log)
	if err != nil {
		return nil, err
	}
	s := &Service{
		cfg:      cfg,
		log:      log,
		refusals: log.Sample(&zerolog.BurstSampler{Burst: 10, Period: time.Second}),
		now:      time.Now,
		timing:   defaultTiming,
		client:   client,
		writer:   client.NewWriter(),
		registry: devices,
		ledger:   newLedger(),
		acks:     newAcknowledger(cfg.MQTT.MaxInFlight),
		link:     newCurrent(),
	}
	for p := range cfg.Kafka.Partitions {
		s.lanes = append(s.lanes, newLane(s, p))
	}
	if s.metrics, err = newMetrics(metrics, s.ledger); err != nil {
		return nil, err
	}
	return s, nil
}

// Ready tells whether the topics exist and the MQTT subscription stands.
func (s *Service) Ready() bool { return s.topicsReady.Load() && s.link.get() != nil }

// Counts is a consistent reading of the message counters.
func (s *Service) Counts() Counts { return s.ledger.snapshot() }

// Run serves until ctx is done, then lets go of MQTT, gives what is in flight a
// few seconds to reach Kafka, acknowledges it, and returns. What did not make it
// stays with the MQTT broker. It waits for brokers that are away; the error is
// of what waiting does not mend.
func (s *Service) Run(ctx context.Context) error {
	defer func() { _ = s.client.Close() }()
	if err := s.client.EnsureTopics(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("ingest: %w", err)
	}
	s.topicsReady.Store(true)

	// Lanes outlive ctx by the grace.
	settling, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	var lanes, acks sync.WaitGroup
	for _, l := range s.lanes {
		lanes.Go(func() { l.run(settling) })
	}
	acks.Go(func() { s.acks.run(settling) })

	intake, runCtx := errgroup.WithContext(ctx)
	intake.Go(func() error { s.stayConnected(runCtx); return nil })
	intake.Go(func() error { s.registry.Watch(runCtx, registryPeriod, s.log); return nil })
	intake.Go(func() error { return s.relayProgress(runCtx) })
	err := intake.Wait()

	timer := time.AfterFunc(s.timing.grace, giveUp)
	defer timer.Stop()
	for _, l := range s.lanes {
		close(l.in)
	}
	lanes.Wait()
	s.acks.close()
	acks.Wait()
	s.link.disconnect()
	c := s.Counts()
	s.log.Info().Uint64("received", c.Received).Uint64("forwarded", c.Forwarded).
		Uint64("dead_lettered", c.DeadLettered()).Uint64("left_to_broker", c.InFlight).Msg("ingest has ended")
	if err != nil {
		return fmt.Errorf("ingest: %w", err)
	}
	return nil
}

// partition is the one of the message's patient, in every topic.
func (s *Service) partition(m *message) int {
	return kafka.PartitionFor(m.key(), len(s.lanes))
}
