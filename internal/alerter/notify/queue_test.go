package notify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
)

// fake is a target that answers what the test says.
type fake struct {
	mu     sync.Mutex
	answer func(ctx context.Context, n state.Notification) (bool, error)
	tries  []string // "alert state at seconds since the beginning"
	began  time.Time
}

func (f *fake) Notify(ctx context.Context, m notify.Message) (bool, error) {
	n := m.Notification
	f.mu.Lock()
	f.tries = append(f.tries, fmt.Sprintf("%s %s %g", n.Alert.ID, n.Alert.State, time.Since(f.began).Seconds()))
	answer := f.answer
	f.mu.Unlock()
	if answer == nil {
		return false, nil
	}
	return answer(ctx, n)
}

func (f *fake) seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.tries)
}

func (f *fake) set(answer func(context.Context, state.Notification) (bool, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

func failing(context.Context, state.Notification) (bool, error) { return true, errors.New("no") }

var delivery = rule.Delivery{
	FirstRetry: time.Second, LongestWait: 8 * time.Second, GiveUpAfter: time.Minute, Timeout: 10 * time.Second,
}

// desk is a queue on a store, which can be stopped and started.
type desk struct {
	t       *testing.T
	store   *state.Store
	targets []notify.Target
	queue   *notify.Queue
	stop    func()

	mu      sync.Mutex
	reports []string
}

func newDesk(t *testing.T, targets ...notify.Target) *desk {
	store := state.New(nil)
	require.NoError(t, store.Load(0, nil))
	return &desk{t: t, store: store, targets: targets}
}

func (d *desk) start() {
	d.t.Helper()
	var names []string
	for _, t := range d.targets {
		names = append(names, t.Name)
	}
	d.queue = notify.NewQueue(d.store, engine.New(&rule.Set{}, names), notify.Options{
		Targets: d.targets, Delivery: func() rule.Delivery { return delivery }, Log: zerolog.Nop(), Jitter: func() float64 { return 0 },
		Told: func(r notify.Report, _ *engine.Step) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.reports = append(d.reports, fmt.Sprintf("%s %s %s", r.Notification.Alert.Rule, r.Outcome, r.Problem))
		},
	})
	require.NoError(d.t, d.queue.TakeUp(0))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.queue.Run(ctx) }()
	d.stop = func() {
		cancel()
		require.NoError(d.t, <-ended)
	}
}

func (d *desk) close() { d.stop() }

// tell puts notifications about an alert on disk and into the queue.
func (d *desk) tell(id string, p alert.Priority, s alert.State) {
	d.t.Helper()
	var all []state.Notification
	require.NoError(d.t, d.store.Update(0, func(tx *state.Tx) error {
		for _, target := range d.targets {
			n := state.Notification{ID: id + s.String(), Target: target.Name, Made: time.Now(), Next: time.Now(), Alert: alert.Alert{
				ID: id, Rule: id, Patient: "p", Priority: p, Class: alert.Physiological, State: s,
			}}
			if err := tx.Notify(&n); err != nil {
				return err
			}
			all = append(all, n)
		}
		return nil
	}))
	d.queue.Add(all...)
}

func (d *desk) told() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.reports)
}

func TestDeliveredAtOnceAndOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{began: time.Now()}
		d := newDesk(t, notify.Target{Name: "f", Notifier: f})
		d.start()
		d.tell("a", alert.Low, alert.Triggered)
		synctest.Wait()
		require.Equal(t, []string{"a triggered 0"}, f.seen(), "nothing is held back")
		require.Zero(t, d.queue.Pending())
		d.stop()
		d.start()
		time.Sleep(time.Hour)
		require.Len(t, f.seen(), 1)
		d.close()
	})
}

func TestRetriesWithLongerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{began: time.Now(), answer: failing}
		d := newDesk(t, notify.Target{Name: "f", Notifier: f})
		d.start()
		d.tell("a", alert.Low, alert.Triggered)
		time.Sleep(20 * time.Second)
		f.set(nil)
		time.Sleep(time.Hour)
		require.Equal(t, []string{
			"a triggered 0", "a triggered 1", "a triggered 3", "a triggered 7", "a triggered 15", "a triggered 23",
		}, f.seen())
		require.Equal(t, "a sent ", d.told()[5])
		d.close()
	})
}

func TestWaitsAndTriesSurviveAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{began: time.Now(), answer: failing}
		d := newDesk(t, notify.Target{Name: "f", Notifier: f})
		d.start()
		d.tell("a", alert.Low, alert.Triggered)
		for range 20 { // at every moment of the first twenty seconds
			time.Sleep(time.Second)
			d.stop()
			d.start()
		}
		require.Equal(t, 1, d.queue.Pending())
		f.set(nil)
		time.Sleep(time.Hour)
		require.Equal(t, []string{
			"a triggered 0", "a triggered 1", "a triggered 3", "a triggered 7", "a triggered 15", "a triggered 23",
		}, f.seen(), "as without starts")
		d.close()
	})
}

func TestGivesUpAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dead, alive := &fake{began: time.Now(), answer: failing}, &fake{began: time.Now()}
		d := newDesk(t, notify.Target{Name: "dead", Notifier: dead}, notify.Target{Name: "alive", Notifier: alive})
		d.start()
		d.tell("a", alert.High, alert.Triggered)
		time.Sleep(delivery.GiveUpAfter + time.Second)
		tries := dead.seen()
		require.Equal(t, "a triggered 60", tries[len(tries)-1], "a last try at the end")
		require.Contains(t, d.told(), "a given up no")
		require.Len(t, alive.seen(), 2)
		require.Contains(t, alive.seen()[1], "triggered 60", "the other target is told of it")
		require.Zero(t, d.queue.Pending())

		dead.set(nil)
		d.tell("b", alert.High, alert.Triggered)
		synctest.Wait()
		require.Len(t, alive.seen(), 4)
		require.True(t, slices.ContainsFunc(alive.seen()[2:], func(s string) bool { return strings.Contains(s, "resolved 61") }), "and that it works again: %v", alive.seen())
		d.close()
	})
}

func TestFinalRefusalIsNotTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{began: time.Now(), answer: func(context.Context, state.Notification) (bool, error) { return false, errors.New("never") }}
		d := newDesk(t, notify.Target{Name: "f", Notifier: f})
		d.start()
		d.tell("a", alert.Low, alert.Triggered)
		time.Sleep(time.Hour)
		require.Len(t, f.seen(), 1)
		require.Equal(t, []string{"a given up never"}, d.told())
		d.close()
	})
}

func TestHighPriorityDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(ctx context.Context, _ state.Notification) (bool, error) {
			<-ctx.Done()
			return true, ctx.Err()
		}
		f := &fake{began: time.Now(), answer: slow}
		d := newDesk(t, notify.Target{Name: "f", Notifier: f})
		d.start()
		for i := range 5 {
			d.tell(fmt.Sprint("low", i), alert.Low, alert.Triggered)
		}
		time.Sleep(time.Second)
		d.tell("medium", alert.Medium, alert.Triggered)
		d.tell("high", alert.High, alert.Triggered)
		synctest.Wait()
		require.Equal(t, []string{"low0 triggered 0", "high triggered 1"}, f.seen(), "beside a slow one of low priority")
		time.Sleep(9*time.Second + time.Millisecond)
		require.Equal(t, "medium triggered 10", f.seen()[2], "before older ones of lower priority")
		d.close()
	})
}

func TestOneTargetDoesNotHoldUpAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dead, alive := &fake{began: time.Now(), answer: failing}, &fake{began: time.Now()}
		d := newDesk(t, notify.Target{Name: "dead", Notifier: dead}, notify.Target{Name: "alive", Notifier: alive})
		d.start()
		d.tell("a", alert.Low, alert.Triggered)
		synctest.Wait()
		require.Equal(t, []string{"a triggered 0"}, alive.seen())
		d.close()
	})
}

func TestTheEndOfAnAlertDoesNotOvertakeItsBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{began: time.Now(), answer: failing}
		d := newDesk(t, notify.Target{Name: "f", Notifier: f})
		d.start()
		d.tell("a", alert.Low, alert.Triggered)
		synctest.Wait()
		f.set(nil)
		d.tell("a", alert.Low, alert.Resolved)
		d.tell("b", alert.Low, alert.Triggered)
		time.Sleep(time.Minute)
		require.Equal(t, []string{"a triggered 0", "b triggered 0", "a triggered 1", "a resolved 1"}, f.seen())
		d.close()
	})
}

func TestTargetThatIsNoLongerConfigured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone, kept := &fake{began: time.Now(), answer: failing}, &fake{began: time.Now()}
		d := newDesk(t, notify.Target{Name: "gone", Notifier: gone}, notify.Target{Name: "kept", Notifier: kept})
		d.start()
		d.tell("a", alert.Low, alert.Triggered)
		synctest.Wait()
		d.stop()
		d.targets = d.targets[1:]
		d.start()
		synctest.Wait()
		require.Contains(t, d.told(), "a given up the target is no longer configured")
		require.Len(t, kept.seen(), 2)
		require.Zero(t, d.queue.Pending())
		d.close()
	})
}

func TestStopWaitsAMomentForATry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{began: time.Now(), answer: func(context.Context, state.Notification) (bool, error) {
			time.Sleep(2 * time.Second)
			return false, nil
		}}
		d := newDesk(t, notify.Target{Name: "f", Notifier: f})
		d.start()
		d.tell("a", alert.Low, alert.Triggered)
		synctest.Wait()
		d.stop()
		require.Equal(t, []string{"a sent "}, d.told())

		f.set(func(ctx context.Context, _ state.Notification) (bool, error) {
			<-ctx.Done()
			return true, context.Cause(ctx)
		})
		d.start()
		d.tell("b", alert.Low, alert.Triggered)
		synctest.Wait()
		began := time.Now()
		d.stop()
		require.Equal(t, 3*time.Second, time.Since(began))
		d.start()
		require.Equal(t, 1, d.queue.Pending())
		f.set(nil)
		d.close()
	})
}
