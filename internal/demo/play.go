package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/replay"
	"github.com/holterd/holter/internal/system"
)

// play waits for the system, sends the recording, and stays until the last event
// is stored and the last alert told.
func (s *show) play(ctx context.Context, sys *system.System, began time.Time, log zerolog.Logger) error {
	for !sys.Ready() {
		if err := s.pause(ctx, readyPause); err != nil {
			return err
		}
	}
	a := sys.Addresses()
	s.screen.line(plain, "", fmt.Sprintf("System up in %v: MQTT %s, Kafka %s, InfluxDB %s, metrics http://%s/metrics, console http://%s",
		s.options.Clock.Now().Sub(began).Round(100*time.Millisecond), a.MQTT, a.Kafka, a.Influx, a.HTTP, a.Console))
	cfg := s.options.Config
	s.story.began = s.options.Clock.Now()
	_, err := replay.Play(ctx, s.session, replay.Options{
		Broker: replay.Broker{URL: "tcp://" + a.MQTT, Username: cfg.MQTT.Username, Password: cfg.MQTT.Password},
		Speed:  s.options.Speed, Wait: true, Clock: s.options.Clock, Log: log, Observe: s.story.Played,
	})
	if err != nil {
		return err
	}
	s.story.ended = s.options.Clock.Now()
	if s.stored, err = s.count(ctx, "http://"+a.Influx); err != nil {
		return err
	}
	return s.awaitQuiet(ctx)
}

// Pauses between two looks at what cannot tell by itself.
const (
	readyPause = 50 * time.Millisecond
	quietPause = 250 * time.Millisecond
	// quiet is how long no alert comes before all are taken for told.
	quiet = 3 * time.Second
)

// awaitQuiet returns when no alert has come for a while.
func (s *show) awaitQuiet(ctx context.Context) error {
	last, since := s.story.alertCount(), s.options.Clock.Now()
	for s.options.Clock.Now().Sub(since) < quiet {
		if err := s.pause(ctx, quietPause); err != nil {
			return err
		}
		if n := s.story.alertCount(); n != last {
			last, since = n, s.options.Clock.Now()
		}
	}
	return nil
}

func (s *show) pause(ctx context.Context, d time.Duration) error {
	select {
	case <-s.options.Clock.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// count asks InfluxDB how many events it holds.
func (s *show) count(ctx context.Context, url string) (int, error) {
	cfg := s.options.Config.Influx
	store, err := influx.Open(influx.Options{URL: url, Org: cfg.Org, Bucket: cfg.Bucket})
	if err != nil {
		return 0, err
	}
	defer store.Close()
	n := 0
	for _, err := range store.QueryEvents(ctx, influx.Filter{Since: s.session.Start}) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}
