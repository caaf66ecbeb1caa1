package system

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/holterd/holter/internal/alerter"
	"github.com/holterd/holter/internal/analyzer"
	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/console"
	"github.com/holterd/holter/internal/console/page"
	embeddedinflux "github.com/holterd/holter/internal/embedded/influx"
	embeddedkafka "github.com/holterd/holter/internal/embedded/kafka"
	embeddedmqtt "github.com/holterd/holter/internal/embedded/mqtt"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/ingest"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/ops"
)

// errNoReason is the cause of an end that came without an error.
var errNoReason = errors.New("it gave no reason")

// stages are the parts in the order of starting; those of one stage do not
// need each other. Readers come before those who write to them.
func (s *System) stages() [][]part {
	return [][]part{
		{{"http", s.startHTTP}},
		{{"kafka", s.startKafka}, {"influx", s.startInflux}, {"mqtt", s.startMQTT}},
		{{"alerter", s.startAlerter}, {"archiver", s.startArchiver}},
		{{"analyzer", s.startAnalyzer}},
		{{"ingest", s.startIngest}, {"console", s.startConsole}},
	}
}

// learn records an address that a part has taken.
func (s *System) learn(record func(cfg *config.Config, a *Addresses)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record(&s.config, &s.addresses)
}

// current is the services' configuration with what has been learned.
func (s *System) current() config.Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.config
}

func (s *System) startHTTP(ctx context.Context) (func() error, error) {
	server, err := ops.Listen(s.opts.HTTP, s.metrics, s.checks()...)
	if err != nil {
		return nil, err
	}
	s.learn(func(_ *config.Config, a *Addresses) { a.HTTP = server.Addr() })
	s.server = server
	return s.inBackground(ctx, "http", server.Run), nil
}

func (s *System) startKafka(ctx context.Context) (func() error, error) {
	cfg := s.current()
	broker, err := embeddedkafka.Start(embeddedkafka.Options{
		Addr:      s.opts.Kafka,
		Dir:       filepath.Join(s.opts.Dir, "kafka"),
		Retention: cfg.Kafka.Retention,
	}, s.log)
	if err != nil {
		return nil, err
	}
	cfg.Kafka.Brokers = []string{broker.Addr()}
	s.learn(func(c *config.Config, a *Addresses) { c.Kafka.Brokers, a.Kafka = cfg.Kafka.Brokers, broker.Addr() })
	if err := ensureTopics(ctx, cfg.Kafka, s); err != nil {
		return nil, errors.Join(err, broker.Close())
	}
	return broker.Close, nil
}

func ensureTopics(ctx context.Context, cfg config.Kafka, s *System) error {
	client, err := kafka.NewClient(cfg, s.log)
	if err != nil {
		return err
	}
	return errors.Join(client.EnsureTopics(ctx), client.Close())
}

func (s *System) startInflux(ctx context.Context) (func() error, error) {
	server, err := embeddedinflux.Start(ctx, embeddedinflux.Options{
		Addr: s.opts.Influx,
		Dir:  filepath.Join(s.opts.Dir, "influx"),
	}, s.log)
	if err != nil {
		return nil, err
	}
	s.learn(func(c *config.Config, a *Addresses) { c.Influx.URL, a.Influx = server.URL(), server.Addr() })
	if err := s.makeBucket(ctx); err != nil {
		return nil, errors.Join(err, server.Close())
	}
	stopping := make(chan struct{})
	go func() {
		select {
		case <-stopping:
		case <-server.Exited():
			s.fail(errors.New("InfluxDB has ended by itself; its log is influx/influxd.log in the data folder"))
		}
	}()
	return func() error { close(stopping); return server.Close() }, nil
}

func (s *System) makeBucket(ctx context.Context) error {
	cfg := s.current().Influx
	store, err := influx.Open(influx.Options{
		URL: cfg.URL, Org: cfg.Org, Bucket: cfg.Bucket, Token: cfg.Token, Retention: cfg.Retention, Log: s.log,
	})
	if err != nil {
		return err
	}
	defer store.Close()
	return store.Init(ctx)
}

func (s *System) startMQTT(context.Context) (func() error, error) {
	cfg := s.current().MQTT
	broker, err := embeddedmqtt.Start(embeddedmqtt.Options{
		Addr:            s.opts.MQTT,
		Dir:             filepath.Join(s.opts.Dir, "mqtt"),
		Session:         cfg.ClientID,
		InFlight:        cfg.MaxInFlight,
		Username:        cfg.Username,
		Password:        cfg.Password,
		SessionPassword: s.secret,
	}, s.log)
	if err != nil {
		return nil, err
	}
	s.learn(func(c *config.Config, a *Addresses) {
		a.MQTT = broker.Addr()
		c.MQTT.URL = "tcp://" + reachable(broker.Addr())
		c.MQTT.Username, c.MQTT.Password, c.MQTT.PasswordFile = cfg.ClientID, s.secret, ""
	})
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "holter_mqtt_waiting_messages",
		Help: "Messages that the embedded MQTT broker has accepted and ingest has not yet acknowledged.",
	}, func() float64 { return float64(broker.Waiting()) })
	if err := s.metrics.Register(waiting); err != nil {
		return nil, errors.Join(err, broker.Close())
	}
	return broker.Close, nil
}

func (s *System) startAlerter(ctx context.Context) (func() error, error) {
	var observers []alerter.Observer
	if s.opts.Alerted != nil {
		observers = append(observers, s.opts.Alerted)
	}
	if err := archive.Check(s.current()); err != nil { // it makes the folder, which the alerter reads
		return nil, err
	}
	service, err := alerter.New(s.current(), s.log, s.metrics, observers...)
	if err != nil {
		return nil, err
	}
	s.server.Handle(service.Routes())
	return s.run(ctx, "alerter", service, &s.alerter), nil
}

func (s *System) startArchiver(ctx context.Context) (func() error, error) {
	service, err := archive.New(s.current(), s.log, s.metrics)
	if err != nil {
		return nil, err
	}
	return s.run(ctx, "archiver", service, &s.archiver), nil
}

func (s *System) startAnalyzer(ctx context.Context) (func() error, error) {
	service, err := analyzer.Open(s.current(), s.log, s.metrics, s.opts.Analysed)
	if err != nil {
		return nil, err
	}
	return s.run(ctx, "analyzer", service, &s.analyzer), nil
}

func (s *System) startIngest(ctx context.Context) (func() error, error) {
	service, err := ingest.New(s.current(), s.log, s.metrics)
	if err != nil {
		return nil, err
	}
	return s.run(ctx, "ingest", service, &s.ingest), nil
}

func (s *System) startConsole(ctx context.Context) (func() error, error) {
	service, err := console.New(s.current(), page.Handler(), s.log, s.metrics)
	if err != nil {
		return nil, err
	}
	s.learn(func(_ *config.Config, a *Addresses) { a.Console = service.Addr() })
	return s.run(ctx, "console", service, &s.console), nil
}

// run runs a service until the returned function is called.
func (s *System) run(ctx context.Context, name string, service ops.Service, r *ready) func() error {
	ask := service.Ready
	r.ask.Store(&ask)
	return s.inBackground(ctx, name, service.Run)
}

// inBackground calls run and fails the system when it returns before it is
// told to.
func (s *System) inBackground(ctx context.Context, name string, run func(context.Context) error) func() error {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() {
		err := run(own)
		if own.Err() == nil {
			s.fail(fmt.Errorf("%s has ended by itself: %w", name, cmp.Or(err, errNoReason)))
			err = nil // it is the cause
		}
		done <- err
	}()
	return func() error { cancel(); return <-done }
}
