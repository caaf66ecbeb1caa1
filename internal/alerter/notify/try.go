package notify

import (
	"context"
	"errors"
	"time"

	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/state"
)

// afterStop is how much longer a try may take once the queue is to stop.
const afterStop = 3 * time.Second

var errTimeout = errors.New("the target took too long")

// try sends a notification once and records the outcome.
func (q *Queue) try(ctx context.Context, l *lane, n state.Notification) error {
	n, end, ok := l.begin(n)
	if !ok {
		return nil
	}
	defer end()
	m := q.message(ctx, l, n)
	if m.Early && mayWait(n, time.Now()) {
		n.Next = time.Now().Add(lookAgain)
		l.put(n)
		return nil
	}
	delivery := q.options.Delivery()
	retry, err := q.send(ctx, l.target, m, delivery.Timeout)
	now := time.Now()
	deadline := n.Made.Add(delivery.GiveUpAfter)
	if err == nil {
		return q.finish(l, n, Sent, "")
	}
	if !retry || !now.Before(deadline) {
		return q.finish(l, n, GivenUp, err.Error())
	}
	next := now.Add(wait(delivery, n.Attempts+1, q.options.Jitter())).Round(0)
	if next.After(deadline) {
		next = deadline // one last try
	}
	report := Report{Outcome: Failed, Problem: err.Error(), Next: next}
	var step *engine.Step
	err = q.store.Update(n.Partition, func(tx *state.Tx) (err error) {
		step = q.engine.Begin(tx, n.Partition, now)
		report.Notification, err = step.Retry(n, report.Problem, next)
		return err
	})
	if err != nil {
		return notHere(err)
	}
	q.options.Log.Warn().Str("target", n.Target).Str("alert", n.Alert.ID).Int("attempt", n.Attempts+1).
		Time("next", next).Str("problem", report.Problem).Msg("notification failed, will be tried again")
	l.put(report.Notification)
	q.options.Told(report, step)
	return nil
}

// notHere passes over the outcome of a try whose partition another alerter has
// taken over meanwhile.
func notHere(err error) error {
	if errors.Is(err, state.ErrNotHere) {
		return nil
	}
	return err
}

// send gives one try its time; when the queue stops, a moment to end.
func (q *Queue) send(ctx context.Context, target Target, m Message, timeout time.Duration) (retry bool, err error) {
	trying, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), timeout, errTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		select {
		case <-trying.Done():
		case <-time.After(afterStop):
			cancel()
		}
	})()
	retry, refused, err := Send(trying, target, m)
	if refused != nil {
		q.options.Log.Warn().Err(refused).Str("target", target.Name).Str("alert", m.Alert.ID).Msg("a notification was refused with its picture and goes out without")
	}
	return retry, err
}

// Send tells a target; what it refuses with a picture, without: refused says why.
func Send(ctx context.Context, target Target, m Message) (retry bool, refused, err error) {
	retry, err = target.Notify(ctx, m)
	if m.Picture == nil || !errors.As(err, new(refusal)) {
		return retry, nil, err
	}
	refused = err
	m.Picture, m.Missing = nil, "the receiver did not take it"
	retry, err = target.Notify(ctx, m)
	return retry, refused, err
}

func (q *Queue) finish(l *lane, n state.Notification, outcome Outcome, problem string) error {
	if err := q.settle(n, outcome, problem); err != nil {
		return err
	}
	if l.drop(n) {
		q.count(-1)
	}
	return nil
}

// settle takes a notification off what is pending.
func (q *Queue) settle(n state.Notification, outcome Outcome, problem string) error {
	n.Attempts++
	n.Problem = problem
	var step *engine.Step
	err := q.store.Update(n.Partition, func(tx *state.Tx) error {
		step = q.engine.Begin(tx, n.Partition, time.Now())
		if outcome == Sent {
			return step.Delivered(n)
		}
		return step.GaveUp(n)
	})
	if err != nil {
		return notHere(err)
	}
	log := q.options.Log.With().Str("target", n.Target).Str("alert", n.Alert.ID).
		Stringer("state", n.Alert.State).Int("attempts", n.Attempts).Logger()
	if outcome == Sent {
		log.Info().Msg("notification sent")
	} else {
		log.Error().Str("problem", problem).Str("title", n.Alert.Title).Str("patient", n.Alert.Patient).
			Msg("NOTIFICATION GIVEN UP: nobody was told of this alert through this target")
	}
	q.Add(step.Notifications...)
	q.Withdraw(step.Withdrawn...)
	q.options.Told(Report{Notification: n, Outcome: outcome, Problem: problem}, step)
	return nil
}
