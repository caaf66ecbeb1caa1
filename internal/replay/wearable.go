package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// Pauses between two attempts to connect.
const (
	minBackoff = 100 * time.Millisecond
	maxBackoff = 2 * time.Second
)

// Play plays the session until everything is with the broker (with Wait: is
// analysed and stored), the patience is over or ctx ends.
func Play(ctx context.Context, session *Session, options Options) (State, error) {
	if err := session.Signal.Validate(); err != nil {
		return State{}, err
	}
	w := newWearable(session, options)
	err := w.run(ctx)
	return w.state, err
}

type sent struct {
	index int
	token mqtt.Token
}

// wearable is used by one goroutine only.
type wearable struct {
	session *Session
	options Options
	clock   Clock
	state   State
	began   time.Time // when chunk 0 began to be measured, on the clock
	moved   time.Time // when anything last changed
	next    int       // chunk to be sent next over the present link
	flight  []sent    // in order, over the present link
}

func newWearable(session *Session, options Options) *wearable {
	options = options.withDefaults()
	w := &wearable{session: session, options: options, clock: options.Clock}
	w.state.Chunks = session.Chunks()
	return w
}

// errStalled ends a link because nothing moves any more.
var errStalled = errors.New("nothing moves")

func (w *wearable) run(ctx context.Context) error {
	w.began, w.moved = w.clock.Now(), w.clock.Now()
	for {
		l, err := w.connect(ctx)
		if err != nil {
			return err
		}
		err = w.serve(ctx, l)
		if err == nil || ctx.Err() != nil || errors.Is(err, errStalled) {
			w.leave(ctx, l)
			return w.explain(err)
		}
		l.client.Disconnect(0)
		w.options.Log.Warn().Err(err).Int("unacknowledged", len(w.flight)).Msg("connection to the MQTT broker lost; connecting again")
		w.state.Connected = false
		w.options.Observe(w.state)
		if err := w.pause(ctx, minBackoff); err != nil {
			return err
		}
	}
}

// leave says that the device goes offline. Should that fail, the broker will say
// it with the last will.
func (w *wearable) leave(ctx context.Context, l *link) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	if err := l.status(ctx, false, w.clock.Now()); err != nil {
		w.options.Log.Debug().Err(err).Msg("the last will says that the device is offline")
	}
	l.close()
}

func (w *wearable) pause(ctx context.Context, d time.Duration) error {
	select {
	case <-w.clock.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// connect tries until there is a link, quickly at first.
func (w *wearable) connect(ctx context.Context) (*link, error) {
	patience := w.options.Patience
	if w.state.Acknowledged == 0 && w.next == 0 {
		patience = w.options.ConnectPatience
	}
	began := w.clock.Now()
	for pause := minBackoff; ; pause = min(2*pause, maxBackoff) {
		l, err := dial(ctx, w.options.Broker, w.session.Device, w.session.Recording, w.clock.Now())
		if err == nil {
			w.state.Connected, w.moved = true, w.clock.Now()
			w.next, w.flight = w.state.Acknowledged, nil
			w.options.Observe(w.state)
			return l, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if w.clock.Now().Sub(began) > patience {
			return nil, fmt.Errorf("%w; is the system running (holter up), and is --mqtt its address?", err)
		}
		w.options.Log.Debug().Err(err).Dur("again_in", pause).Msg("no MQTT broker yet")
		if err := w.pause(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// serve sends and listens over one link; nil means that the session is over.
func (w *wearable) serve(ctx context.Context, l *link) error {
	for {
		if w.done() {
			return nil
		}
		wait, ready := w.untilNext()
		if ready && wait <= 0 {
			if err := w.send(ctx, l); err != nil {
				return err
			}
			continue
		}
		idle := w.options.Patience - w.clock.Now().Sub(w.moved)
		if ready {
			idle = max(idle, wait) // a slow recording is not a stalled one
		}
		if idle <= 0 {
			return errStalled
		}
		if err := w.await(ctx, l, min(idle, orForever(wait, ready))); err != nil {
			return err
		}
	}
}

func orForever(d time.Duration, known bool) time.Duration {
	if known {
		return d
	}
	return 1<<63 - 1
}

// await returns after something happened or d has passed.
func (w *wearable) await(ctx context.Context, l *link, d time.Duration) error {
	var acknowledged <-chan struct{}
	if len(w.flight) > 0 {
		acknowledged = w.flight[0].token.Done()
	}
	select {
	case <-acknowledged:
		return w.acknowledge()
	case report := <-l.progress:
		w.progress(report)
		return nil
	case <-l.lost:
		return fmt.Errorf("connection lost: %w", l.cause)
	case <-w.clock.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
