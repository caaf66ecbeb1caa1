package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// epoch is the signal's time 0 in the tests; noon is the wall's.
var (
	epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// bench drives an engine on a store of its own.
type bench struct {
	t      testing.TB
	store  *state.Store
	engine *engine.Engine
	now    time.Time
	health engine.Health

	alerts        []alert.Alert
	notifications []state.Notification
	repeated      int
}

func newBench(t testing.TB, rules string, targets ...string) *bench {
	t.Helper()
	store := state.New(nil)
	require.NoError(t, store.Load(0, nil))
	b := &bench{t: t, store: store, now: noon, health: engine.Health{Owned: true, Current: true}}
	b.use(rules, targets...)
	return b
}

// use starts an engine with these rules on the bench's store.
func (b *bench) use(rules string, targets ...string) {
	b.t.Helper()
	var text strings.Builder
	fmt.Fprintln(&text, "version: 1\nrules:")
	for line := range strings.Lines(rules) {
		if line = strings.TrimSpace(line); line != "" {
			fmt.Fprintf(&text, "  - {%s}\n", line)
		}
	}
	set, err := rule.Parse("rules", []byte(text.String()))
	require.NoError(b.t, err)
	b.engine = engine.New(set, targets)
	b.do(func(s *engine.Step) error { return s.Reconcile() })
}

// do runs one step and gathers what it tells.
func (b *bench) do(work func(*engine.Step) error) {
	b.t.Helper()
	var step *engine.Step
	require.NoError(b.t, b.store.Update(0, func(tx *state.Tx) error {
		step = b.engine.Begin(tx, 0, b.now)
		return work(step)
	}))
	b.alerts = append(b.alerts, step.Alerts...)
	b.notifications = append(b.notifications, step.Notifications...)
	b.repeated += step.Repeated
}

func (b *bench) events(all ...*holterv1.Event) {
	b.t.Helper()
	b.do(func(s *engine.Step) error {
		for _, ev := range all {
			if err := s.Event(ev, engine.Arrival{Received: b.now}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *bench) status(all ...*holterv1.DeviceStatus) {
	b.t.Helper()
	b.do(func(s *engine.Step) error {
		for _, st := range all {
			signal := &holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Status{Status: st}}
			if err := s.Signal(signal, engine.Arrival{Received: b.now}); err != nil {
				return err
			}
		}
		return nil
	})
}

// pass lets time pass on the wall.
func (b *bench) pass(d time.Duration) {
	b.t.Helper()
	b.now = b.now.Add(d)
	health := func(string, int) engine.Health { return b.health }
	due := false
	require.NoError(b.t, b.store.View(0, func(tx *state.Tx) (err error) {
		due, err = b.engine.Begin(tx, 0, b.now).Due(health)
		return err
	}))
	before := len(b.alerts)
	b.do(func(s *engine.Step) error { return s.Tick(health) })
	require.Equal(b.t, due, len(b.alerts) > before, "Due tells what Tick does")
}

// log writes what was told as "state rule patient start-updated".
func (b *bench) log() []string {
	all := []string{}
	for _, a := range b.alerts {
		all = append(all, fmt.Sprintf("%s %s %s %g-%g", a.State, a.Rule, a.Patient,
			a.Start.Sub(epoch).Seconds(), a.Updated.Sub(epoch).Seconds()))
	}
	return all
}

func at(seconds float64) int64 {
	return epoch.Add(time.Duration(seconds * float64(time.Second))).UnixNano()
}

// beats is a message of kind V about patient p that adds beats at so many
// seconds.
func beats(id string, seconds ...float64) *holterv1.Event {
	ev := &holterv1.Event{
		Id: id, Patient: "p", Device: "d", Recording: "r", Kind: "V", Confidence: 0.9,
		StartTimeNs: at(seconds[0] - 0.5), EndTimeNs: at(seconds[len(seconds)-1] + 0.5),
	}
	for _, s := range seconds {
		ev.NewBeatTimesNs = append(ev.NewBeatTimesNs, at(s))
	}
	return ev
}

// after says that another beat came so many seconds before each of the message's.
func after(rr float64, ev *holterv1.Event) *holterv1.Event {
	for _, t := range ev.NewBeatTimesNs {
		ev.PreviousBeatTimesNs = append(ev.PreviousBeatTimesNs, t-int64(rr*float64(time.Second)))
	}
	return ev
}

// episode is a message of a rhythm.
func episode(id, kind string, start, end float64) *holterv1.Event {
	ev := beats(id, start)
	ev.Kind, ev.NewBeatTimesNs = kind, nil
	ev.StartTimeNs, ev.EndTimeNs = at(start), at(end)
	return ev
}

func with(ev *holterv1.Event, change func(*holterv1.Event)) *holterv1.Event {
	ev = proto.CloneOf(ev)
	change(ev)
	return ev
}

func grown(ev *holterv1.Event, start float64) *holterv1.Event {
	return with(ev, func(ev *holterv1.Event) { ev.StartTimeNs = at(start) })
}
