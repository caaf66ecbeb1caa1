package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"

	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/state"
)

// What people read, in every case that there is.
func TestTexts(t *testing.T) {
	var out strings.Builder
	show := func(b *bench) {
		for _, a := range b.alerts {
			fmt.Fprintf(&out, "%s %s\n  %s\n  %s\n", strings.ToUpper(a.Priority.String()), a.State, a.Title, a.Message)
		}
		out.WriteString("\n")
	}
	b := newBench(t, countRule)
	b.events(beats("a", 1, 2, 3, 4))
	b.pass(time.Minute)
	show(b)

	b = newBench(t, runRule+", title: Many beats in a row")
	b.events(beats("a", 1, 1.4, 1.8, 2.2))
	b.events(beats("b", 100, 100.5, 101))
	show(b)

	b = newBench(t, durationRule)
	b.events(episode("a", "AFIB", 0, 95))
	show(b)

	b = newBench(t, `name: c, priority: low, count: {kinds: [V, A], at_least: 2, within: 90m}`)
	b.events(beats("a", 1, 2))
	b.use(countRule)
	show(b)

	b = newBench(t, silentRule)
	b.status(heard(1))
	b.pass(5*time.Minute + 3*time.Second)
	b.status(heard(2))
	b.status(lastWill(2))
	b.pass(time.Minute)
	b.status(heard(3))
	b.health = engine.Health{Owned: true, Blind: time.Hour}
	b.pass(time.Hour)
	show(b)

	b = newBench(t, countRule, "webhook h", "ntfy n")
	b.events(beats("a", 1, 2, 3))
	failed := b.notifications[0]
	failed.Attempts, failed.Problem = 7, "the receiver answered 503 Service Unavailable"
	b.now = b.now.Add(24 * time.Hour)
	b.do(func(s *engine.Step) error { return s.GaveUp(failed) })
	b.now = b.now.Add(time.Hour)
	b.do(func(s *engine.Step) error { return s.Delivered(state.Notification{Target: "webhook h"}) })
	show(b)

	golden.Assert(t, out.String(), "texts.golden")
}

func TestGivingUp(t *testing.T) {
	b := newBench(t, countRule, "one", "two")
	b.events(beats("a", 1, 2, 3))
	require.Len(t, b.notifications, 2)
	giveUp := func(n state.Notification) {
		b.do(func(s *engine.Step) error { return s.GaveUp(n) })
	}
	giveUp(b.notifications[0])
	require.Len(t, b.alerts, 2)
	require.Len(t, b.notifications, 3)
	require.Equal(t, "two", b.notifications[2].Target, "the others are told")
	giveUp(b.notifications[0])
	require.Len(t, b.alerts, 2, "one alert for a target")
	giveUp(b.notifications[2])
	require.Len(t, b.alerts, 2, "undelivered news of undelivered news stays where it is")

	b.use(countRule, "one", "two")
	require.Len(t, b.alerts, 2, "no rule of a file, and yet not over at a start")
	b.do(func(s *engine.Step) error { return s.Delivered(b.notifications[1]) })
	require.Len(t, b.alerts, 2, "two was never given up on")
	b.do(func(s *engine.Step) error { return s.Delivered(state.Notification{Target: "one"}) })
	require.Equal(t, "resolved", b.alerts[2].State.String())
	require.Equal(t, "two", b.notifications[3].Target)
}
