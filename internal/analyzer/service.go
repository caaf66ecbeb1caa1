package analyzer

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/questions"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// Parts are what the analyzer works with.
type Parts struct {
	Model    Model
	Store    Store
	Registry Registry
	// Metrics may be nil.
	Metrics prometheus.Registerer
	// Observer may be nil.
	Observer Observer
}

// Service is one member of the analyzer's consumer group.
type Service struct {
	cfg     config.Config
	log     zerolog.Logger
	parts   Parts
	client  *kafka.Client
	writer  writer
	history history
	// reach gives the partition to the worker; tests put faults in between.
	reach    func(*kafka.Partition) source
	defaults []question
	codes    []string // of the conditions that the model locates
	answers  *questions.Answerer
	metrics  *metrics
	health   *health
	now      clock
	beside   []func(context.Context) // run beside the service
	release  []func()                // run at its end
}

// New prepares the service without contacting anything.
func New(cfg config.Config, log zerolog.Logger, parts Parts) (*Service, error) {
	defaults, err := parseQuestions(cfg.Analyzer.Questions)
	if err != nil {
		return nil, fmt.Errorf("analyzer.questions: %w", err)
	}
	codes := codesOf(parts.Model.Info())
	defaults, left := answerable(defaults, codes)
	for _, q := range left {
		log.Warn().Str("question", q.text).Strs("locates", codes).Msg("the model does not locate this: the question of analyzer.questions is left out")
	}
	if len(defaults) == 0 {
		return nil, fmt.Errorf("analyzer.questions: there is none that model %s answers, which locates %v", modelName(parts.Model.Info()), codes)
	}
	client, err := kafka.NewClient(cfg.Kafka, log)
	if err != nil {
		return nil, err
	}
	answers := questions.NewAnswerer(questions.Options{
		Model: parts.Model, Client: client, Archive: cfg.Archive.Folder, MaxGap: cfg.Window.MaxGap, Log: log, Metrics: parts.Metrics,
	})
	return &Service{
		cfg: cfg, log: log, parts: parts, client: client,
		writer: client.NewWriter(), history: client,
		reach:    func(p *kafka.Partition) source { return p },
		defaults: defaults, codes: codes, answers: answers, beside: []func(context.Context){answers.Run}, metrics: newMetrics(parts.Metrics), health: newHealth(), now: time.Now,
	}, nil
}

// Ready says that the analyzer takes signal: its topics and InfluxDB are there,
// it has its share of the partitions, and nothing that it needs is failing.
func (s *Service) Ready() bool { return s.health.ready() }

// Run analyses until ctx is done and what was decided by then is stored. Before
// that it returns only when it can never work: an error says why.
func (s *Service) Run(ctx context.Context) error {
	defer s.close()
	for _, f := range s.beside {
		go f(ctx)
	}
	if err := s.run(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("analyzer: %w", err)
	}
	return nil
}

func (s *Service) run(ctx context.Context) error {
	if err := s.client.EnsureTopics(ctx); err != nil {
		return err
	}
	err := retry(ctx, s.parts.Store.Ping, func(err error, wait time.Duration) {
		s.log.Warn().Err(err).Dur("again_in", wait).Msg("cannot reach the event store yet")
	})
	if err != nil {
		return err
	}
	group := s.client.NewGroup("analyzer", kafka.TopicSamples)
	group.Assigned = s.health.assigned
	return group.Run(ctx, s.own)
}

// own analyses a partition until ctx is done.
func (s *Service) own(ctx context.Context, p *kafka.Partition) error {
	log := s.log.With().Int("partition", p.ID).Logger()
	w := &worker{
		partition: p.ID, source: s.reach(p), history: s.history, writer: s.writer,
		store: s.parts.Store, model: s.parts.Model, modelName: modelName(s.parts.Model.Info()), observer: s.parts.Observer,
		standing:  standing{registry: s.parts.Registry, defaults: s.defaults, codes: s.codes, log: log, parsed: make(map[string][]question)},
		cfg:       window.Config{Length: s.cfg.Window.Length, Overlap: s.cfg.Window.Overlap, MaxGap: s.cfg.Window.MaxGap},
		idle:      s.cfg.Window.Idle,
		retention: s.cfg.Kafka.Retention,
		now:       s.now, metrics: s.metrics, health: s.health, log: log,
		held: questions.NewHeld(),
		next: p.Offset, committed: p.Offset,
	}
	ctx, stop := context.WithCancel(ctx)
	var asked sync.WaitGroup
	asked.Go(func() { s.answers.Serve(ctx, p.ID, w.held, p.Offset) })
	defer func() { stop(); asked.Wait() }()
	return w.run(ctx)
}

// codesOf are the codes of the conditions that a model locates.
func codesOf(info model.Info) []string {
	codes := make([]string, len(info.Conditions))
	for i, c := range info.Conditions {
		codes[i] = c.Code
	}
	return codes
}

func (s *Service) close() {
	closeAll(s.release)
	if err := s.client.Close(); err != nil {
		s.log.Warn().Err(err).Msg("connections to Kafka did not close cleanly")
	}
}
