package alerter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
)

const group = "alerter"

// Service is the alerter. Run is called once.
type Service struct {
	log       zerolog.Logger
	folder    string
	rules     *rule.Set
	targets   []notify.Target
	client    *kafka.Client
	metrics   *metrics
	observers []Observer
	watch     *watch
}

// New reads the rules and prepares the targets; it connects to nothing.
func New(cfg config.Config, log zerolog.Logger, registerer prometheus.Registerer, observers ...Observer) (*Service, error) {
	rules, targets, err := load(cfg)
	if err != nil {
		return nil, err
	}
	client, err := kafka.NewClient(cfg.Kafka, log)
	if err != nil {
		return nil, err
	}
	s := &Service{
		log: log, folder: cfg.Alerter.State, rules: rules, targets: targets,
		client: client, observers: observers, watch: newWatch(time.Now()),
	}
	s.metrics, err = newMetrics(registerer)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Check tells what is wrong with the rules and targets that cfg names.
func Check(cfg config.Config) error {
	_, _, err := load(cfg)
	return err
}

func load(cfg config.Config) (*rule.Set, []notify.Target, error) {
	rules, rulesErr := rule.Load(cfg.Alerter.Rules)
	targets, targetsErr := notify.Targets(cfg.Alerter)
	return rules, targets, errors.Join(rulesErr, targetsErr)
}

// Ready tells whether the alerter reads what there is to read.
func (s *Service) Ready() bool { return s.watch.ready(time.Now()) }

// Run alerts until ctx is done and what is under way has ended. Pending
// notifications and open alerts wait on disk for the next run.
func (s *Service) Run(ctx context.Context) (err error) {
	store, err := state.Open(s.folder, state.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close(), s.client.Close()) }()
	if len(s.targets) == 0 {
		s.log.Warn().Msg("no webhook and no notification service is configured: alerts go to ecg.alerts only, nobody is told")
	}
	var names []string
	for _, t := range s.targets {
		names = append(names, t.Name)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	r := &run{Service: s, store: store, engine: engine.New(s.rules.Rules, names), stop: stop, in: make(chan delivery, batchMost)}
	r.outbox = newOutbox(store, s.client.NewWriter(), s.log)
	r.queue = notify.NewQueue(store, r.engine, notify.Options{
		Targets: s.targets, Delivery: s.rules.Delivery, Log: s.log, Jitter: rand.Float64, Told: r.told,
	})
	if err := r.begin(); err != nil {
		return err
	}
	r.all(ctx)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return nil
}

// run is one call of Service.Run.
type run struct {
	*Service
	store  *state.Store
	engine *engine.Engine
	outbox *outbox
	queue  *notify.Queue
	in     chan delivery
	stop   context.CancelCauseFunc // ends the run, with its reason
}

// begin fits the state to the rules and takes up what is pending.
func (r *run) begin() error {
	err := r.change(func(step *engine.Step) error { return step.Reconcile() })
	if err != nil {
		return fmt.Errorf("fit the alerter's state to the rules: %w", err)
	}
	if err := r.queue.TakeUp(); err != nil {
		return err
	}
	r.metrics.pending.Set(float64(r.queue.Pending()))
	return nil
}

// all runs the parts and ends them in order: readers, then the engine, then
// what tells and publishes.
func (r *run) all(ctx context.Context) {
	last, stopLast := context.WithCancel(context.WithoutCancel(ctx))
	var tellers, deciders sync.WaitGroup
	tellers.Go(func() { r.part("deliver notifications", r.queue.Run(last)) })
	tellers.Go(func() { r.outbox.run(last) })
	tellers.Go(func() { r.keepContact(last) })
	deciders.Go(func() { r.part("apply the rules", r.decide()) })
	if err := r.client.EnsureTopics(ctx); err != nil {
		r.part("prepare the topics", err)
	} else {
		r.part("read events", r.client.NewGroup(group, kafka.TopicEvents, kafka.TopicStatus).Run(ctx, r.read))
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
