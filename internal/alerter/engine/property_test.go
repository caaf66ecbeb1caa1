package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const manyRules = `
	name: count, priority: low, count: {kinds: [V, A], at_least: 5, within: 20s}, resolve_after: 15s
	name: short, priority: medium, key: "run/{{.Patient}}", run: {kinds: [V], at_least: 3, max_interval: 1s}, resolve_after: 10s
	name: long, priority: high, key: "run/{{.Patient}}", run: {kinds: [V], at_least: 6, max_interval: 1s}, resolve_after: 10s
	name: af, priority: medium, duration: {kinds: [AFIB], at_least: 8s, max_gap: 1s}, resolve_after: 10s
	name: pairs, priority: low, count: {kinds: [A], at_least: 2, within: 2s}, resolve_after: 1s, min_confidence: 0.5`

// stream draws what an analyzer writes about one device: kinds side by side,
// each an event after the other, each event in one or more messages.
func stream(t *rapid.T, patient, device string) []*holterv1.Event {
	type timed struct {
		at float64
		ev *holterv1.Event
	}
	var all []timed
	for _, kind := range []string{"V", "A", "AFIB"} {
		now := rapid.Float64Range(0.5, 5).Draw(t, "begin")
		for i := range rapid.IntRange(0, 6).Draw(t, "events") {
			start := now
			for part := range rapid.IntRange(1, 3).Draw(t, "messages") {
				ev := episode(fmt.Sprint(patient, device, kind, i), kind, start, now)
				ev.Patient, ev.Device = patient, device
				ev.Confidence = rapid.SampledFrom([]float64{0.3, 0.9}).Draw(t, "confidence")
				for range rapid.IntRange(1, 4).Draw(t, "beats") {
					rr := rapid.SampledFrom([]float64{0.4, 0.8, 1, 3}).Draw(t, "interval")
					now += rr
					if kind != "AFIB" {
						between := rapid.SampledFrom([]float64{0, rr / 2}).Draw(t, "another beat")
						ev.NewBeatTimesNs = append(ev.NewBeatTimesNs, at(now))
						ev.PreviousBeatTimesNs = append(ev.PreviousBeatTimesNs, at(now-rr+between))
					}
				}
				ev.EndTimeNs = at(now + 0.2)
				ev.Window = fmt.Sprint(part)
				all = append(all, timed{now, ev})
			}
			now += rapid.SampledFrom([]float64{0.5, 2, 12, 40}).Draw(t, "gap")
		}
	}
	slices.SortStableFunc(all, func(a, b timed) int { return int(at(a.at) - at(b.at)) })
	var events []*holterv1.Event
	for _, x := range all {
		events = append(events, x.ev)
	}
	return events
}

// interleave draws an order of several streams' messages.
func interleave(t *rapid.T, streams ...[]*holterv1.Event) []*holterv1.Event {
	var all []*holterv1.Event
	for {
		streams = slices.DeleteFunc(streams, func(s []*holterv1.Event) bool { return len(s) == 0 })
		if len(streams) == 0 {
			return all
		}
		i := rapid.IntRange(0, len(streams)-1).Draw(t, "stream")
		all = append(all, streams[i][0])
		streams[i] = streams[i][1:]
	}
}

// What was told: every field of every alert and notification.
func (b *bench) told() []string {
	all := []string{}
	for _, a := range b.alerts {
		all = append(all, fmt.Sprintf("%+v", a))
	}
	for _, n := range b.notifications {
		all = append(all, n.ID)
	}
	return all
}

var errCrash = errors.New("crash before the transaction ended")

// Messages that come again, in batches of any size, transactions that do not
// end and starts in between change nothing.
func TestRepetitionsAndCrashesChangeNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		plain, disturbed := newBench(t, manyRules, "hook", "mail"), newBench(t, manyRules, "hook", "mail")
		p, q := "p", "q"
		messages := interleave(rt, stream(rt, p, "d"), stream(rt, p, "e"), stream(rt, q, "f"))
		plain.events(messages...)

		for i := 0; i < len(messages); {
			batch := messages[i : i+rapid.IntRange(1, min(4, len(messages)-i)).Draw(rt, "batch")]
			if rapid.Bool().Draw(rt, "crash") {
				err := disturbed.store.Update(0, func(tx *state.Tx) error {
					for _, ev := range batch {
						require.NoError(t, disturbed.engine.Begin(tx, 0, disturbed.now).Event(ev, engine.Arrival{Received: disturbed.now}))
					}
					return errCrash
				})
				require.ErrorIs(t, err, errCrash)
			}
			if rapid.Bool().Draw(rt, "start") {
				disturbed.use(manyRules, "hook", "mail")
			}
			disturbed.events(batch...)
			i += len(batch)
			again := rapid.IntRange(0, min(5, i)).Draw(rt, "again")
			disturbed.events(messages[i-again : i]...)
		}
		require.Equal(t, plain.told(), disturbed.told())
	})
}

// However beats are spread over messages, the same alerts begin and end.
func TestSpreadOverMessagesDoesNotMatter(t *testing.T) {
	rules := []string{
		`name: count, priority: low, count: {kinds: [V], at_least: 5, within: 20s}, resolve_after: 15s`,
		`name: run, priority: high, run: {kinds: [V], at_least: 3, max_interval: 1s}, resolve_after: 10s`,
	}
	rapid.Check(t, func(rt *rapid.T) {
		message := func(seconds ...float64) *holterv1.Event { return grown(beats("a", seconds...), 0.5) }
		rules := rapid.SampledFrom(rules).Draw(rt, "rule")
		var all []float64
		now := 1.0
		for range rapid.IntRange(1, 40).Draw(rt, "beats") {
			now += rapid.SampledFrom([]float64{0.4, 0.9, 3, 12, 30}).Draw(rt, "interval")
			all = append(all, now)
		}
		whole, spread := newBench(t, rules), newBench(t, rules)
		whole.events(message(all...))
		for rest := all; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(rt, "message")
			spread.events(message(rest[:n]...))
			rest = rest[n:]
		}
		ids := func(b *bench) (all []string) {
			for _, a := range b.alerts {
				all = append(all, a.ID+a.State.String())
			}
			return all
		}
		require.Equal(t, ids(whole), ids(spread))
	})
}
