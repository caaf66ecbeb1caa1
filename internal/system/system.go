// Package system is a whole Holter in one process: an embedded MQTT broker, an
// embedded Kafka-protocol broker, InfluxDB as a child process, and the services
// ingest, analyzer, alerter, archiver and console on top of them, with all data in one folder.
//
// It starts the parts in order, each when those it needs are there, stops them
// in reverse, and logs how long each took. What a part has acknowledged
// survives a kill at any moment; the next run on the same folder continues.
//
// It composes and does nothing else: what the parts do is theirs. For several
// machines, or for more than a few devices, run the services as programs of
// their own against real servers.
package system

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/alerter"
	"github.com/holterd/holter/internal/analyzer"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/ingest"
	"github.com/holterd/holter/internal/ops"
)

// Options says where the system keeps its data and listens.
type Options struct {
	// Dir is the data folder. Two systems cannot share it.
	Dir string
	// Config is the configuration of the services. Addresses and credentials
	// of the servers are replaced by those of the embedded ones.
	Config config.Config
	// HTTP, MQTT, Kafka, Influx and Console are the host:port to listen on; when
	// empty, those that Config names. Port 0 takes a free one.
	HTTP, MQTT, Kafka, Influx, Console string
	// Analysed, when set, is told of every window.
	Analysed analyzer.Observer
	// Alerted, when set, is told of alerts and notifications.
	Alerted alerter.Observer
}

// Addresses are where a running system listens, as host:port.
type Addresses struct {
	HTTP, MQTT, Kafka, Influx, Console string
}

// System is one system. Run is called once.
type System struct {
	opts    Options
	log     zerolog.Logger
	metrics *prometheus.Registry
	started chan struct{} // closed when every part is started
	fail    context.CancelCauseFunc
	server  *ops.Server
	secret  string // of ingest at the MQTT broker

	mu        sync.Mutex
	config    config.Config // guarded by mu: of the services, with the parts' addresses
	addresses Addresses     // guarded by mu
	ingest    ready         // whether the services take data
	analyzer  ready
	alerter   ready
	archiver  ready
	console   ready
}

// ready holds the question to a service once it exists.
type ready struct{ ask atomic.Pointer[func() bool] }

func (r *ready) now() bool {
	ask := r.ask.Load()
	return ask != nil && (*ask)()
}

// New checks the options and everything that the configuration names, without
// starting anything.
func New(opts Options, log zerolog.Logger) (*System, error) {
	if opts.Dir == "" {
		return nil, errors.New("no data folder is named")
	}
	if err := opts.resolve(); err != nil {
		return nil, err
	}
	problems := errors.Join(ingest.Check(opts.Config), analyzer.Check(opts.Config), alerter.Check(opts.Config))
	if problems != nil {
		return nil, fmt.Errorf("the configuration is wrong:\n%w", problems)
	}
	secret, err := newSecret()
	if err != nil {
		return nil, err
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return &System{
		opts:    opts,
		log:     log,
		metrics: metrics,
		started: make(chan struct{}),
		config:  opts.Config,
		secret:  secret,
	}, nil
}

// Started is closed when every part is started; Ready comes soon after.
func (s *System) Started() <-chan struct{} { return s.started }

// Ready tells whether the system takes data.
func (s *System) Ready() bool {
	select {
	case <-s.started:
		return s.ingest.now() && s.analyzer.now() && s.alerter.now() && s.archiver.now() && s.console.now()
	default:
		return false
	}
}

// Addresses are where the system listens, complete once Started is closed.
func (s *System) Addresses() Addresses {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addresses
}

// Run starts the system, serves until ctx is done or a part fails, and stops
// what it started. It returns nil when ctx ended it and everything stopped in
// order.
func (s *System) Run(ctx context.Context) (err error) {
	if err := os.MkdirAll(s.opts.Dir, 0o700); err != nil {
		return fmt.Errorf("creating the data folder: %w", err)
	}
	lock, err := lockFolder(s.opts.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()

	began := time.Now()
	// Parts are stopped one by one, not by the caller's context.
	parts, fail := context.WithCancelCause(context.WithoutCancel(ctx))
	defer fail(nil)
	defer context.AfterFunc(ctx, func() { fail(nil) })()
	s.fail = fail
	running := &sequence{log: s.log}
	defer func() { err = errors.Join(err, running.stop()) }()
	for _, stage := range s.stages() {
		if err := running.start(parts, stage...); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
	close(s.started)
	a := s.Addresses()
	s.log.Info().Str("mqtt", a.MQTT).Str("kafka", a.Kafka).Str("influx", a.Influx).Str("http", a.HTTP).Str("console", a.Console).
		Str("data", s.opts.Dir).Dur("took", time.Since(began)).Msg("Holter is up")
	<-parts.Done()
	if cause := context.Cause(parts); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// checks are the conditions of readiness as /readyz names them.
func (s *System) checks() []ops.Check {
	started := func() bool {
		select {
		case <-s.started:
			return true
		default:
			return false
		}
	}
	return []ops.Check{
		{Name: "start", Ready: started},
		{Name: "ingest", Ready: s.ingest.now},
		{Name: "analyzer", Ready: s.analyzer.now},
		{Name: "alerter", Ready: s.alerter.now},
		{Name: "archiver", Ready: s.archiver.now},
		{Name: "console", Ready: s.console.now},
	}
}
