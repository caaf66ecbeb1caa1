package ingest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	mqtt "github.com/eclipse/paho.mqtt.golang"
)

type timing struct {
	keepAlive    time.Duration // between MQTT pings
	pingTimeout  time.Duration
	connect      time.Duration
	stall        time.Duration // how long a full queue may hold the connection up
	firstRetry   time.Duration // of connecting
	longestRetry time.Duration
	writePause   time.Duration // between a failed Kafka write and the next
	grace        time.Duration // for what is in flight when the service ends
}

var defaultTiming = timing{
	keepAlive:    15 * time.Second,
	pingTimeout:  10 * time.Second,
	connect:      5 * time.Second,
	stall:        2 * time.Second,
	firstRetry:   200 * time.Millisecond,
	longestRetry: 5 * time.Second,
	writePause:   time.Second,
	grace:        5 * time.Second,
}

// link is one connection to the MQTT broker, from its making to its loss. A
// lost one is never revived: a new one is made, with the same session, over
// which the broker repeats what was not acknowledged.
type link struct {
	service *Service
	client  mqtt.Client
	lost    chan struct{} // closed when the connection broke, after cause is set
	cause   error
	full    chan struct{} // closed when the queue stayed full
	gone    chan struct{} // closed when the service has given the link up

	mu     sync.Mutex // held while a message is taken
	closed bool       // guarded by mu: nothing more is taken
}

// errFull is why a link was given up.
var errFull = errors.New("the queue is full and Kafka does not take it")

// stayConnected keeps a link until ctx is done. On return the newest one still
// stands, for acknowledgements, but takes nothing more.
func (s *Service) stayConnected(ctx context.Context) {
	waits := &backoff.ExponentialBackOff{
		InitialInterval: s.timing.firstRetry, MaxInterval: s.timing.longestRetry, Multiplier: 2, RandomizationFactor: 0.2,
	}
	waits.Reset()
	for ctx.Err() == nil {
		begun := s.now()
		err := s.serveLink(ctx)
		if ctx.Err() != nil {
			return
		}
		s.metrics.connectionLosses.Inc()
		if errors.Is(err, errFull) {
			s.metrics.hangUps.Inc()
			s.log.Warn().Err(err).Int("mqtt.max_in_flight", s.cfg.MQTT.MaxInFlight).Msg("MQTT connection closed until the queue has drained")
			s.acks.awaitRoom(ctx)
		}
		// Two clients of one name throw each other out at once, again and again.
		if s.now().Sub(begun) > s.timing.longestRetry {
			waits.Reset()
		}
		wait := waits.NextBackOff()
		s.log.Warn().Err(err).Dur("again_in", wait).Msg("no MQTT connection")
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// serveLink connects and returns when the link is lost or given up, with the
// cause, or when ctx is done, with the link still standing.
func (s *Service) serveLink(ctx context.Context) error {
	l, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer l.close()
	s.link.set(l)
	s.log.Info().Str("broker", brokerName(s.cfg.MQTT.URL)).Str("client_id", s.cfg.MQTT.ClientID).Msg("MQTT connected")
	select {
	case <-ctx.Done():
		return nil
	case <-l.lost:
		err = l.cause
	case <-l.full:
		err = errFull
	}
	s.link.set(nil)
	l.abandon()
	return err
}

// abandon gives the link up; it is called once at most.
func (l *link) abandon() {
	l.close()
	close(l.gone) // the library forgets tokens of what is published while it disconnects
	l.client.Disconnect(0)
}

// take is called with each message in turn, on the goroutine that also has to
// see the answers to pings; so it only hands on, and waits little.
func (l *link) take(_ mqtt.Client, msg mqtt.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return // unacknowledged, so it comes again
	}
	s := l.service
	m := s.receive(msg.Topic(), msg.Payload(), msg.Ack)
	if !s.acks.admit(m, s.timing.stall, l.lost) {
		// What follows must not overtake it.
		l.closed = true
		close(l.full)
		return
	}
	s.ledger.received()
	s.lanes[s.partition(m)].in <- m
}

// close lets the link take nothing more, and returns when it does not.
func (l *link) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
}

// wait returns when the token is done, the link lost or given up, or ctx done.
func (l *link) wait(ctx context.Context, token mqtt.Token) error {
	select {
	case <-token.Done():
		return token.Error()
	case <-l.lost:
		return fmt.Errorf("connection lost: %w", l.cause)
	case <-l.gone:
		return errors.New("connection given up")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
