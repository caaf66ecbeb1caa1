package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// done tells whether nothing is left to send or to wait for.
func (w *wearable) done() bool {
	if w.state.Acknowledged < w.state.Chunks {
		return false
	}
	return w.state.Stored || !w.options.Wait
}

// untilNext returns how long it is until the next chunk may be sent; not ready
// means that something else has to happen first.
func (w *wearable) untilNext() (wait time.Duration, ready bool) {
	if w.next >= w.state.Chunks || len(w.flight) >= w.options.InFlight {
		return 0, false
	}
	due := w.session.Due(w.next)
	if w.options.Wait && !w.state.Stored && due > w.state.Analysed+w.options.Ahead {
		return 0, false
	}
	if w.options.Speed == 0 {
		return 0, true
	}
	at := w.began.Add(time.Duration(float64(due) / w.options.Speed))
	return at.Sub(w.clock.Now()), true
}

func (w *wearable) send(ctx context.Context, l *link) error {
	token, err := l.publish(ctx, w.session.Chunk(w.next))
	if err != nil {
		return err
	}
	w.flight = append(w.flight, sent{index: w.next, token: token})
	w.next++
	w.moved = w.clock.Now()
	return nil
}

// acknowledge takes the oldest chunk in flight, whose token is done.
func (w *wearable) acknowledge() error {
	oldest := w.flight[0]
	if err := oldest.token.Error(); err != nil {
		return fmt.Errorf("publish chunk %d: %w", oldest.index, err)
	}
	w.flight = w.flight[1:]
	w.state.Acknowledged = oldest.index + 1
	w.moved = w.clock.Now()
	w.options.Observe(w.state)
	return nil
}

func (w *wearable) progress(report *holterv1.Progress) {
	before := w.state
	w.state.Windows = max(w.state.Windows, report.Windows)
	w.state.Refused, w.state.RefusedEvents = report.Refused, report.RefusedEvents
	if report.AnalysedUntilNs > 0 {
		until := time.Unix(0, report.AnalysedUntilNs).Sub(w.session.Start)
		w.state.Analysed = min(max(w.state.Analysed, until), w.session.Signal.Duration())
	}
	if report.Ended && report.Stored {
		w.state.Stored = true
		w.state.Analysed = w.session.Signal.Duration()
	}
	if w.state == before {
		return // said before, for instance over the link that was lost
	}
	w.moved = w.clock.Now()
	w.options.Observe(w.state)
}

// explain turns a stall into what the person at the terminal can do about it.
func (w *wearable) explain(err error) error {
	if !errors.Is(err, errStalled) {
		return err
	}
	s := w.state
	switch {
	case s.Acknowledged < s.Chunks && s.Acknowledged < w.next:
		return fmt.Errorf("the MQTT broker has acknowledged %d of %d chunks and none for %v: look at the broker's log",
			s.Acknowledged, s.Chunks, w.options.Patience)
	case s.Windows == 0 && s.Analysed == 0:
		return fmt.Errorf("%d of %d chunks are with the MQTT broker and nothing has been analysed for %v: "+
			"look at GET /readyz and at the logs of ingest and analyzer (is device %q known to the registry, are ecg.deadletter and the model in order?)",
			s.Acknowledged, s.Chunks, w.options.Patience, w.session.Device)
	default:
		return fmt.Errorf("the analysis stands at %v of %v since %v ago: look at the log of the analyzer and at whether InfluxDB takes its events",
			s.Analysed.Round(time.Second), w.session.Signal.Duration().Round(time.Second), w.options.Patience)
	}
}
