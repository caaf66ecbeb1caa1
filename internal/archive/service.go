package archive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
)

// sweepPeriod is how often old signal is looked for.
const sweepPeriod = time.Hour

// Service is one member of the archiver's consumer group. All members must have
// the same folder.
type Service struct {
	cfg     config.Config
	log     zerolog.Logger
	client  *kafka.Client
	metrics *metrics
	health  health
	now     func() time.Time
	pause   time.Duration // how long chunks are gathered before they are written together
}

// New prepares the service without contacting anything; metrics may be nil.
func New(cfg config.Config, log zerolog.Logger, metrics prometheus.Registerer) (*Service, error) {
	client, err := kafka.NewClient(cfg.Kafka, log)
	if err != nil {
		return nil, err
	}
	return &Service{
		cfg: cfg, log: log, client: client, metrics: newMetrics(metrics),
		health: health{waiting: make(map[string]bool)}, now: time.Now, pause: gather,
	}, nil
}

// Check says what is wrong with archive.folder, which it makes.
func Check(cfg config.Config) error {
	dir := cfg.Archive.Folder
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		var trial *os.File // of a name of its own: several parts of `holter up` check at once
		if trial, err = os.CreateTemp(dir, ".trial-*"); err == nil {
			err = errors.Join(trial.Close(), os.Remove(trial.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("archive.folder: %w; name one that can be written to", err)
	}
	return nil
}

// Ready says that the service has its share of the partitions and that nothing
// keeps it from writing.
func (s *Service) Ready() bool { return s.health.ready() }

// Run keeps what comes until ctx is done. Before that it returns only when it
// can never work: an error says why.
func (s *Service) Run(ctx context.Context) error {
	if err := Check(s.cfg); err != nil {
		return fmt.Errorf("archiver: %w", err)
	}
	var sweeper sync.WaitGroup
	ctx, stop := context.WithCancel(ctx)
	sweeper.Go(func() { s.sweep(ctx) })
	err := s.client.EnsureTopics(ctx)
	if err == nil {
		group := s.client.NewGroup("archiver", kafka.TopicSamples, kafka.TopicStatus)
		group.Assigned = func([]int) { s.health.start() }
		err = group.Run(ctx, s.own)
	}
	if ctx.Err() != nil {
		err = nil
	}
	stop()
	sweeper.Wait()
	if err := s.client.Close(); err != nil {
		s.log.Warn().Err(err).Msg("connections to Kafka did not close cleanly")
	}
	if err != nil {
		return fmt.Errorf("archiver: %w", err)
	}
	return nil
}

// own keeps what comes on a partition until ctx is done.
func (s *Service) own(ctx context.Context, p *kafka.Partition) error {
	log := s.log.With().Str("topic", p.Topic).Int("partition", p.ID).Logger()
	w := &worker{Service: s, partition: p, log: log, name: fmt.Sprintf("%s/%d", p.Topic, p.ID)}
	defer s.health.working(w.name)
	if p.Topic == kafka.TopicStatus {
		return w.keepPresses(ctx)
	}
	return w.keepSamples(ctx)
}

// sweep deletes what is too old until ctx is done.
func (s *Service) sweep(ctx context.Context) {
	if s.cfg.Archive.Retention == 0 {
		return
	}
	ticks := time.NewTicker(sweepPeriod)
	defer ticks.Stop()
	for {
		n, err := sweep(s.cfg.Archive.Folder, s.now().Add(-s.cfg.Archive.Retention))
		s.metrics.deleted.Add(float64(n))
		if err != nil {
			s.metrics.failures.Inc()
			s.log.Error().Err(err).Msg("old signal could not all be deleted from the archive")
		} else if n > 0 {
			s.log.Info().Int("segments", n).Dur("older_than", s.cfg.Archive.Retention).Msg("old signal deleted from the archive")
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

// health knows whether anything keeps the service from going on.
type health struct {
	mu      sync.Mutex
	started bool            // guarded by mu: its share of the partitions is known
	waiting map[string]bool // guarded by mu: partitions that cannot be written
}

func (h *health) ready() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.started && len(h.waiting) == 0
}

func (h *health) start() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.started = true
}

func (h *health) failing(partition string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting[partition] = true
}

func (h *health) working(partition string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.waiting, partition)
}
