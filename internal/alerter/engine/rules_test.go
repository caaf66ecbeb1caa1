package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	countRule    = `name: count, priority: low, count: {kinds: [V], at_least: 3, within: 10s}, resolve_after: 1m`
	runRule      = `name: run, priority: high, run: {kinds: [V], at_least: 3, max_interval: 600ms}, resolve_after: 1m`
	slowRule     = `name: run, priority: high, run: {kinds: [V], at_least: 3}, resolve_after: 1m`
	durationRule = `name: af, priority: medium, duration: {kinds: [AFIB, AFL], at_least: 30s, max_gap: 1s}, resolve_after: 1m`
)

func TestConditions(t *testing.T) {
	type events = []*holterv1.Event
	both := countRule[:len(countRule)-len("resolve_after: 1m")]
	for name, c := range map[string]struct {
		rule string
		in   events
		want []string
	}{
		"count: too few":             {countRule, events{beats("a", 1), beats("b", 2)}, nil},
		"count: enough":              {countRule, events{beats("a", 1), beats("b", 2), beats("c", 11)}, []string{"triggered count p 1-11"}},
		"count: too far apart":       {countRule, events{beats("a", 1), beats("b", 2), beats("c", 11.1)}, nil},
		"count: window slides":       {countRule, events{beats("a", 1), beats("b", 9), beats("c", 12), beats("d", 18)}, []string{"triggered count p 9-18"}},
		"count: in one message":      {countRule, events{beats("a", 1, 2, 3)}, []string{"triggered count p 1-3"}},
		"count: event grows":         {countRule, events{beats("a", 1, 2), grown(beats("a", 3), 0.5)}, []string{"triggered count p 1-3"}},
		"count: out of order":        {countRule, events{beats("c", 9), beats("b", 20), beats("a", 5), beats("d", 1)}, []string{"triggered count p 1-9"}},
		"count: message twice":       {countRule, events{beats("a", 1, 2), beats("a", 1, 2)}, nil},
		"count: beat twice":          {countRule, events{beats("a", 1, 2), beats("b", 2)}, nil},
		"count: not sure":            {both + "min_confidence: 0.95", events{beats("a", 1, 2, 3)}, nil},
		"count: another kind":        {countRule, events{with(beats("a", 1, 2, 3), func(e *holterv1.Event) { e.Kind = "A" })}, nil},
		"count: patient chosen":      {both + "patients: ['p*']", events{beats("a", 1, 2, 3)}, []string{"triggered count p 1-3"}},
		"count: patient left out":    {both + "except: [p]", events{beats("a", 1, 2, 3)}, nil},
		"count: goes on":             {countRule, events{beats("a", 1, 2, 3), beats("b", 4, 5, 6)}, []string{"triggered count p 1-3"}},
		"count: in another year":     {countRule, events{beats("a", 1e6), beats("b", 1e6+1), beats("c", 1), beats("d", 2), beats("e", 3)}, []string{"triggered count p 1-3"}},
		"count: of two kinds":        {"name: c, priority: low, count: {kinds: [V, A], at_least: 2, within: 10s}", events{beats("a", 1), with(beats("b", 2), func(e *holterv1.Event) { e.Kind = "A" })}, []string{"triggered c p 1-2"}},
		"count: of episodes":         {"name: c, priority: low, count: {kinds: [P], at_least: 2, within: 1m}", events{episode("a", "P", 1, 5), episode("a", "P", 1, 9), episode("b", "P", 30, 34)}, []string{"triggered c p 1-30"}},
		"count: devices apart":       {countRule, events{beats("a", 1, 2), with(beats("b", 3), func(e *holterv1.Event) { e.Device = "e" })}, nil},
		"run: in a row":              {runRule, events{beats("a", 1, 1.5, 2.1)}, []string{"triggered run p 1-2.1"}},
		"run: too slow":              {runRule, events{beats("a", 1, 1.5, 2.11, 2.8)}, nil},
		"run: told whole":            {runRule, events{beats("a", 1, 1.5, 2, 2.5, 3, 7)}, []string{"triggered run p 1-3"}},
		"run: over two messages":     {runRule, events{beats("a", 1, 1.5), grown(beats("a", 2), 0.5)}, []string{"triggered run p 1-2"}},
		"run: over two events":       {runRule, events{beats("a", 1, 1.5), beats("b", 2)}, []string{"triggered run p 1-2"}},
		"run: out of order":          {runRule, events{beats("a", 1), beats("b", 2), beats("c", 1.5)}, []string{"triggered run p 1-2"}},
		"run: bigeminy at 100/min":   {slowRule, events{after(0.6, beats("a", 1, 2.2, 3.4, 4.6, 5.8))}, nil},
		"run: bigeminy at 220/min":   {runRule, events{after(0.28, beats("a", 1, 1.55, 2.1, 2.65))}, nil},
		"run: slow":                  {slowRule, events{after(1.2, beats("a", 1, 2.2, 3.4))}, []string{"triggered run p 1-3.4"}},
		"run: after bigeminy":        {slowRule, events{after(0.6, beats("a", 1, 2.2)), after(0.5, beats("b", 2.7, 3.2))}, []string{"triggered run p 2.2-3.2"}},
		"run: before one is unknown": {slowRule, events{beats("a", 1), after(1, beats("b", 2, 3))}, []string{"triggered run p 1-3"}},
		"run: seen by two windows":   {slowRule, events{after(1, beats("a", 1, 2)), after(0.9, beats("b", 3))}, []string{"triggered run p 1-3"}},
		"run: of two kinds":          {"name: run, priority: high, run: {kinds: [V, A], at_least: 3}", events{after(0.5, beats("a", 1, 2)), with(after(0.5, beats("b", 1.5)), func(e *holterv1.Event) { e.Kind = "A" })}, []string{"triggered run p 1-2"}},
		"run: by an older analyzer":  {slowRule, events{beats("a", 1, 2.2, 3.4)}, []string{"triggered run p 1-3.4"}},
		"duration: short":            {durationRule, events{episode("a", "AFIB", 0, 29)}, nil},
		"duration: long":             {durationRule, events{episode("a", "AFIB", 0, 30)}, []string{"triggered af p 0-30"}},
		"duration: grows":            {durationRule, events{episode("a", "AFIB", 0, 20), episode("a", "AFIB", 0, 29), episode("a", "AFIB", 0, 45)}, []string{"triggered af p 0-45"}},
		"duration: touching":         {durationRule, events{episode("a", "AFIB", 0, 20), episode("b", "AFL", 21, 31)}, []string{"triggered af p 0-31"}},
		"duration: apart":            {durationRule, events{episode("a", "AFIB", 0, 20), episode("b", "AFL", 21.1, 41)}, nil},
		"duration: joined in middle": {durationRule, events{episode("a", "AFIB", 0, 14), episode("b", "AFIB", 16, 30), episode("c", "AFL", 14, 16)}, []string{"triggered af p 0-30"}},
		"duration: end taken back":   {durationRule, events{episode("a", "AFIB", 0, 20), episode("a", "AFIB", 0, 10)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.rule)
			b.events(c.in...)
			if c.want == nil {
				c.want = []string{}
			}
			require.Equal(t, c.want, b.log())
		})
	}
}

func TestAlertIsOverInTheSignalsTime(t *testing.T) {
	b := newBench(t, countRule, "hook")
	b.events(beats("a", 1, 2, 3))
	b.events(beats("b", 30, 60))
	require.Len(t, b.alerts, 1, "single beats neither raise nor prolong it")
	b.events(with(beats("c", 63), func(e *holterv1.Event) { e.Kind = "A" }))
	require.Len(t, b.alerts, 1, "a minute after the last time it was met, not yet past it")
	b.events(with(beats("d", 63.1), func(e *holterv1.Event) { e.Kind = "A" }))
	require.Equal(t, []string{"triggered count p 1-3", "resolved count p 1-3"}, b.log())
	require.Equal(t, b.alerts[0].ID, b.alerts[1].ID)
	require.Len(t, b.notifications, 2)
	require.NotEqual(t, b.notifications[0].ID, b.notifications[1].ID)

	b.events(beats("e", 64, 65, 66))
	require.Len(t, b.alerts, 3, "again after it was over: a new alert")
	require.NotEqual(t, b.alerts[0].ID, b.alerts[2].ID)
	require.Len(t, b.notifications, 3)
}

func TestOtherDevicesAndPatientsDoNotEndAnAlert(t *testing.T) {
	b := newBench(t, countRule)
	b.events(beats("a", 1, 2, 3))
	b.events(with(beats("b", 1000), func(e *holterv1.Event) { e.Device = "e" }))
	b.events(with(beats("c", 1000), func(e *holterv1.Event) { e.Patient = "q" }))
	require.Len(t, b.alerts, 1)
}

func TestAlertIsOverOnTheWall(t *testing.T) {
	b := newBench(t, countRule)
	b.events(beats("a", 1, 2, 3))
	b.pass(30 * time.Second)
	b.events(beats("b", 4))
	b.pass(59 * time.Second)
	require.Len(t, b.alerts, 1, "met again half a minute later")

	b.health.Current = false
	b.pass(time.Hour)
	b.health.Current, b.health.Blind = true, time.Minute
	b.pass(time.Second)
	b.health.Blind, b.health.Owned = 0, false
	b.pass(time.Second)
	require.Len(t, b.alerts, 1, "nothing is concluded while the reader is not to be believed")

	b.health.Owned = true
	b.pass(time.Second)
	require.Equal(t, []string{"triggered count p 1-3", "resolved count p 1-4"}, b.log())
	require.Equal(t, b.now, b.alerts[1].Resolved)
}

func TestWhatCountedDoesNotCountAgain(t *testing.T) {
	long := `name: count, priority: low, count: {kinds: [V], at_least: 3, within: 1h}, resolve_after: 1m`
	b := newBench(t, long)
	b.events(beats("a", 1, 2, 3))
	b.pass(time.Minute)
	require.Len(t, b.alerts, 2)
	b.events(beats("b", 100), beats("c", 101))
	require.Len(t, b.alerts, 2, "five within the hour, but three belonged to the alert that is over")
	b.events(beats("d", 102))
	require.Equal(t, "triggered count p 100-102", b.log()[2])
}

// One message that spans more than resolve_after tells of two alerts.
func TestMessageWithTwoAlerts(t *testing.T) {
	b := newBench(t, countRule)
	b.events(beats("a", 1, 2, 3, 100, 101, 102, 103))
	require.Equal(t, []string{
		"triggered count p 1-3", "resolved count p 1-3", "triggered count p 100-103",
	}, b.log())
	require.Equal(t, 4, b.alerts[2].Beats)
}

// Whoever follows the alerts never sees one without its words.
func TestAlertIsPublishedWithItsWords(t *testing.T) {
	b := newBench(t, countRule)
	b.events(beats("a", 1, 2, 3, 4, 5), beats("b", 6))
	require.NoError(t, b.store.Update(0, func(tx *state.Tx) error {
		records, err := tx.Unpublished(100)
		require.NotEmpty(t, records)
		for _, r := range records {
			require.NotEmpty(t, r.Alert.Title)
			require.NotEmpty(t, r.Alert.Message)
		}
		return err
	}))
}

func TestEpisodeThatGrowsAfterItsAlertLapsed(t *testing.T) {
	b := newBench(t, durationRule)
	b.events(episode("a", "AFIB", 0, 40))
	b.pass(time.Minute) // the analyzer stood still
	b.events(episode("a", "AFIB", 0, 60))
	require.Equal(t, []string{"triggered af p 0-40", "resolved af p 0-40"}, b.log())
	b.events(episode("a", "AFIB", 0, 70))
	require.Equal(t, "triggered af p 40-70", b.log()[2])
}

func TestUrgentRuleReplacesAnotherOfItsKey(t *testing.T) {
	rules := `
		name: short, priority: medium, key: "run/{{.Patient}}", run: {kinds: [V], at_least: 3, max_interval: 600ms}, resolve_after: 1m
		name: long, priority: high, key: "run/{{.Patient}}", run: {kinds: [V], at_least: 6, max_interval: 600ms}, resolve_after: 1m`
	b := newBench(t, rules, "hook")
	b.events(beats("a", 1, 1.5, 2))
	b.events(grown(beats("a", 2.5, 3, 3.5), 0.5))
	b.events(grown(beats("a", 4), 0.5))
	require.Equal(t, []string{
		"triggered short p 1-2", "resolved short p 1-2", "triggered long p 1-3.5",
	}, b.log())
	require.Len(t, b.notifications, 2, "the replaced one is not said to be over")
	b.events(beats("b", 50, 50.5, 51)) // the lesser rule keeps the alert open
	b.pass(time.Minute)
	require.Equal(t, "resolved long p 1-51", b.log()[3])

	b = newBench(t, rules, "hook")
	b.events(beats("a", 1, 1.5, 2, 2.5, 3, 3.5))
	require.Equal(t, []string{"triggered long p 1-3.5"}, b.log(), "in one message the urgent one comes first")
}

func TestRuleThatDoesNotTellItsEnd(t *testing.T) {
	b := newBench(t, countRule+", tell_resolved: false", "hook")
	b.events(beats("a", 1, 2, 3))
	b.pass(time.Minute)
	require.Len(t, b.alerts, 2)
	require.Len(t, b.notifications, 1)
}

func TestRemovedRuleEndsItsAlerts(t *testing.T) {
	b := newBench(t, countRule+"\n"+runRule, "hook")
	b.events(beats("a", 1, 1.5, 2))
	require.Len(t, b.alerts, 2)
	b.use(countRule, "hook")
	require.Equal(t, "resolved run p 1-2", b.log()[2])
	require.Equal(t, "The rule was taken out of the rules.", b.alerts[2].Message)
	require.Len(t, b.notifications, 3)
	b.use(countRule+"\n"+runRule, "hook")
	b.events(beats("b", 2.5))
	require.Len(t, b.alerts, 3, "what the removed rule remembered is gone")
}
