// Package console is the service that people look at in a browser, and the HTTP
// API behind it: see schemas/openapi.yaml.
//
// There is no access control yet: whoever reaches the address sees every patient
// and may decide on alerts. It listens on loopback unless it is told otherwise,
// and says so in its log.
package console

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"github.com/holterd/holter/internal/alerter/desk"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/console/api"
	"github.com/holterd/holter/internal/console/live"
	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/questions"
	"github.com/holterd/holter/internal/report"
	"github.com/holterd/holter/internal/summary"
)

const (
	readTimeout  = 15 * time.Second
	writeTimeout = 2 * time.Minute // streams take longer: see web.Stream
	idleTimeout  = 2 * time.Minute
	stopTimeout  = 5 * time.Second
)

// Service is the console.
type Service struct {
	listener net.Listener
	http     *http.Server
	live     *live.Live
	client   *kafka.Client
	store    *influx.Store
	log      zerolog.Logger
	stop     context.CancelFunc // of the streams
}

// New listens, so that the address is known, and serves nothing yet.
// Page answers everything outside /v1; nil: there is none.
func New(cfg config.Config, page http.Handler, log zerolog.Logger, metrics prometheus.Registerer) (*Service, error) {
	store, err := influx.Open(influx.Options{
		URL: cfg.Influx.URL, Org: cfg.Influx.Org, Bucket: cfg.Influx.Bucket, Token: cfg.Influx.Token, Retention: cfg.Influx.Retention, Log: log,
	})
	if err != nil {
		return nil, err
	}
	client, err := kafka.NewClient(cfg.Kafka, log)
	if err != nil {
		return nil, err
	}
	now, err := live.New(client, cfg.Kafka.Partitions, store, log, metrics)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", cfg.Console.Addr)
	if err != nil {
		return nil, fmt.Errorf("serve the console: %w; choose another console.addr", err)
	}
	stopping, stop := context.WithCancel(context.Background())
	s := &Service{listener: listener, live: now, client: client, store: store, log: log, stop: stop}
	limits, err := report.ReadLimits(cfg.Model.Dir)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	alerts, signal := desk.New(client, cfg.Kafka.Partitions), kept{cfg.Archive.Folder}
	reports := report.Maker{Sources: summary.Sources{Store: store, Signal: signal, Alerts: alerts}, Limits: limits, Now: time.Now}
	mux := http.NewServeMux()
	mux.Handle("/v1/", api.New(api.Options{
		Live: now, Store: store, Desk: alerts, Archive: signal,
		Questions: questions.Handler(questions.NewAsker(client, cfg.Kafka.Partitions)), Report: report.Handler(reports),
		Now: time.Now, Log: log, Stopping: stopping,
	}))
	if page != nil {
		mux.Handle("/", gzhttp.GzipHandler(page))
	}
	s.http = &http.Server{
		Handler:     web.Guard(mux, web.HostsFor(listener.Addr().String(), cfg.Console.Hosts)),
		ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
	}
	return s, nil
}

// Addr is where the console listens, as host:port.
func (s *Service) Addr() string { return s.listener.Addr().String() }

// Ready tells whether everything that stands in Kafka is known.
func (s *Service) Ready() bool { return s.live.Ready() }

// Run serves until ctx is done.
func (s *Service) Run(ctx context.Context) error {
	url := "http://" + s.Addr()
	if web.Loopback(s.Addr()) {
		s.log.Info().Str("url", url).Msg("the console listens on loopback only; it has no access control yet")
	} else {
		s.log.Warn().Str("url", url).Msg("the console is open to whoever reaches it: it has no access control yet; console.addr 127.0.0.1:8088 keeps it to this machine")
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.live.Run(ctx) })
	group.Go(func() error {
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve the console on %s: %w", s.Addr(), err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		s.stop()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if err := s.http.Shutdown(end); err != nil {
			return s.http.Close() // what takes longer is cut off
		}
		return nil
	})
	err := group.Wait()
	s.store.Close()
	return errors.Join(err, s.client.Close())
}
