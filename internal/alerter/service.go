package alerter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/scene"
	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
)

const group = "alerter"

// Service is the alerter. Run is called once.
type Service struct {
	log       zerolog.Logger
	cfg       config.Config
	parts     parts
	client    *kafka.Client
	metrics   *metrics
	observers []Observer
	watch     *watch
	events    *influx.Store
	scenes    *scene.Scenes
	waits     notify.Waits
	rules     atomic.Pointer[rule.Set]
}

// New reads the rules and prepares the targets; it connects to nothing.
func New(cfg config.Config, log zerolog.Logger, registerer prometheus.Registerer, observers ...Observer) (*Service, error) {
	parts, err := load(cfg)
	if err != nil {
		return nil, err
	}
	client, err := kafka.NewClient(cfg.Kafka, log)
	if err != nil {
		return nil, err
	}
	s := &Service{
		log: log, cfg: cfg, parts: parts, client: client,
		observers: observers, watch: newWatch(time.Now()), waits: notify.DefaultWaits,
	}
	s.rules.Store(parts.rules)
	s.events, err = influx.Open(influx.Options{
		URL: cfg.Influx.URL, Org: cfg.Influx.Org, Bucket: cfg.Influx.Bucket, Token: cfg.Influx.Token, Log: log,
	})
	if err != nil {
		return nil, err
	}
	s.scenes = scene.New(cfg.Archive.Folder, s.events, log)
	s.metrics, err = newMetrics(registerer)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Check tells what is wrong with the rules and targets that cfg names.
func Check(cfg config.Config) error {
	_, err := load(cfg)
	return err
}

// parts are what the configuration names.
type parts struct {
	rules    *rule.Set
	targets  []notify.Target
	told     []string // targets of everything
	channels []string // targets of people
}

func load(cfg config.Config) (parts, error) {
	var p parts
	for _, c := range cfg.Alerter.Channels {
		p.channels = append(p.channels, c.Name)
	}
	var rulesErr, targetsErr error
	p.rules, rulesErr = loadRules(cfg, p.channels)
	p.targets, p.told, targetsErr = notify.Targets(cfg.Alerter)
	return p, errors.Join(rulesErr, targetsErr)
}

func loadRules(cfg config.Config, channels []string) (*rule.Set, error) {
	rules, err := rule.Load(cfg.Alerter.Rules)
	if err != nil {
		return nil, err
	}
	return rules, rules.CheckChannels(channels)
}

// Ready tells whether the alerter reads what there is to read.
func (s *Service) Ready() bool { return s.watch.ready(time.Now()) }

// Run alerts until ctx is done and what is under way has ended. Pending
// notifications and open alerts are in Kafka for whoever goes on.
func (s *Service) Run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, s.client.Close()) }()
	if len(s.parts.targets) == 0 {
		s.log.Warn().Msg("no webhook, notification service or channel is configured: alerts go to ecg.alerts only, nobody is told")
	}
	defer s.events.Close()
	if err := s.scenes.Check(); err != nil {
		s.log.Warn().Err(err).Msg("archive.folder cannot be read here: messages go out without pictures of the signal until it can")
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	writer := s.client.NewWriter()
	r := &run{
		Service: s, journal: journal{client: s.client, writer: writer},
		engine: engine.New(s.parts.rules, s.parts.told), stop: stop, in: make(chan delivery, batchMost),
	}
	r.store = state.New(r.journal)
	r.outbox = newOutbox(r.store, writer, s.cfg.Kafka.Partitions, s.log)
	r.queue = notify.NewQueue(r.store, r.engine, notify.Options{
		Targets: s.parts.targets, Delivery: func() rule.Delivery { return r.rules.Load().Delivery },
		Zone: r.zone, Link: s.linker(), Scenes: s.scenes, Waits: s.waits, Log: s.log, Jitter: rand.Float64, Told: r.told,
	})
	r.all(ctx)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return nil
}

// run is one call of Service.Run.
type run struct {
	*Service
	journal journal
	store   *state.Store
	engine  *engine.Engine
	loads   loads
	outbox  *outbox
	queue   *notify.Queue
	in      chan delivery
	stop    context.CancelCauseFunc // ends the run, with its reason
}

func (s *Service) zone(person string) *time.Location {
	if p := s.rules.Load().Person(person); p != nil {
		return p.Zone.Loc()
	}
	return time.UTC
}

// all runs the parts and ends them in order: readers, then the engine, then
// what tells and publishes.
func (r *run) all(ctx context.Context) {
	last, stopLast := context.WithCancel(context.WithoutCancel(ctx))
	var tellers, deciders sync.WaitGroup
	tellers.Go(func() { r.part("deliver notifications", r.queue.Run(last)) })
	tellers.Go(func() { r.outbox.run(last) })
	tellers.Go(func() { r.keepContact(last) })
	tellers.Go(func() { r.watchRules(last) })
	deciders.Go(func() { r.part("apply the rules", r.decide()) })
	if err := r.client.EnsureTopics(ctx); err != nil {
		r.part("prepare the topics", err)
	} else {
		members := r.client.NewGroup(group, kafka.TopicEvents, kafka.TopicStatus, kafka.TopicCommands, kafka.TopicProgress, kafka.TopicWindows)
		members.Assigned, members.Missed = r.assigned, kafka.SoonestMissed
		r.part("read events", members.Run(ctx, r.read))
	}
	close(r.in)
	deciders.Wait()
	stopLast()
	tellers.Wait()
}

// part ends the run when one of its parts failed.
func (r *run) part(what string, err error) {
	if err != nil {
		r.stop(fmt.Errorf("%s: %w", what, err))
	}
}
