package engine_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/rhythm"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// strip is what an analyzer tells of a strip of N and V, half a second apart from
// a second on: each stretch of beats between two spaces is a message, and so is
// the end of the event at the end of the strip.
func strip(id string, from float64, text string) (all []*holterv1.Event) {
	message := func() *holterv1.Event {
		ev := beats(id, from)
		ev.NewBeatTimesNs, ev.Open = nil, true
		return ev
	}
	ev, now, between := message(), from, int32(rhythm.Unknown)
	for _, b := range text {
		switch b {
		case ' ':
			all = append(all, ev)
			ev = message()
			continue
		case 'V':
			ev.NewBeatTimesNs = append(ev.NewBeatTimesNs, at(now))
			ev.PreviousBeatTimesNs = append(ev.PreviousBeatTimesNs, at(now-0.5))
			ev.BeatsBetween = append(ev.BeatsBetween, between)
			between = 0
		default:
			if between >= 0 {
				between++
			}
		}
		ev.EndTimeNs = at(now + 0.5)
		now += 0.5
	}
	ev.Open = false
	return append(all, ev)
}

func TestPatterns(t *testing.T) {
	const (
		couplet  = `name: couplet, priority: low, pattern: {of: couplet, kinds: [V]}`
		triplet  = `name: triplet, priority: low, pattern: {of: triplet, kinds: [V]}`
		three    = `name: couplets, priority: low, pattern: {of: couplet, kinds: [V], at_least: 3, within: 10s}`
		bigeminy = `name: bigeminy, priority: low, pattern: {of: bigeminy, kinds: [V], lasting: 4s}`
		trigem   = `name: trigeminy, priority: low, pattern: {of: trigeminy, kinds: [V]}`
		runs     = `name: runs, priority: low, pattern: {of: run, kinds: [V], at_least: 3, within: 12s}`
		fastRuns = `name: runs, priority: low, pattern: {of: run, kinds: [V], faster_than: 120, at_least: 2, within: 1m}`
		longRuns = `name: runs, priority: low, pattern: {of: run, kinds: [V], beats: 5, at_least: 2, within: 1m}`
		lastRuns = `name: runs, priority: low, pattern: {of: run, kinds: [V], lasting: 2s, at_least: 2, within: 1m}`
		fast     = `name: fast, priority: high, run: {kinds: [V], at_least: 3, faster_than: 110}`
		faster   = `name: faster, priority: high, run: {kinds: [V], at_least: 3, faster_than: 120}`
		lasting  = `name: lasting, priority: high, run: {kinds: [V], at_least: 3, lasting: 3s}`
	)
	for name, c := range map[string]struct {
		rule, strip string
		want        []string
	}{
		"couplet":                     {couplet, "NVVN", []string{"triggered couplet p 0.5-1"}},
		"couplet: another beat later": {couplet, "NVVNNV", []string{"triggered couplet p 0.5-1"}},
		"couplet: over a seam":        {couplet, "NV VNN", []string{"triggered couplet p 0.5-1"}},
		"couplet: grows to a triplet": {couplet, "NVV VN", nil},
		"couplet: single":             {couplet, "NVNVN", nil},
		"triplet":                     {triplet, "NVV VN", []string{"triggered triplet p 0.5-1.5"}},
		"triplet: run of four":        {triplet, "NVVV VN", nil},
		"couplets: two":               {three, "VVNVVN", nil},
		"couplets: three":             {three, "VVNVVNVVN", []string{"triggered couplets p 0-3.5"}},
		"couplets: too far apart":     {three, "VVNVVNNNNNNNNNNNNNNNNVVN", nil},
		"bigeminy":                    {bigeminy, "VNVNVNVNVN", []string{"triggered bigeminy p 0-4"}},
		"bigeminy: short":             {bigeminy, "VNVNVNVN", nil},
		"bigeminy: over a seam":       {bigeminy, "VNVN VNVNVN", []string{"triggered bigeminy p 0-4"}},
		"bigeminy: trigeminy":         {bigeminy, "VNNVNNVNNVNNVNN", nil},
		"trigeminy":                   {trigem, "VNNVNNVNN", []string{"triggered trigeminy p 0-3"}},
		"runs: three":                 {runs, "VVVNVVNVVVVNNVVVN", []string{"triggered runs p 0-7.5"}},
		"runs: two":                   {runs, "VVVNVVNVVVVNN", nil},
		"runs: one that goes on":      {runs, "VVVVVV VVVVVV VVVVVVVVV", nil},
		"runs: over seams":            {runs, "VV VNVVNV VVVNNVV VN", []string{"triggered runs p 0-7.5"}},
		"runs: too far apart":         {runs, "VVVNVVVNNNNNNNNNNNNNNNNNNVVVN", nil},
		"runs: slow":                  {fastRuns, "VVVNVVVN", nil},
		"runs: long":                  {longRuns, "VVVVVNVVVVNVVVVV", []string{"triggered runs p 0-7.5"}},
		"runs: short":                 {longRuns, "VVVVVNVVVVNVVVV", nil},
		"runs: last":                  {lastRuns, "VVVVVNVVVNVVVVVN", []string{"triggered runs p 0-7"}},
		"runs: do not last":           {lastRuns, "VVVVVNVVVNVVVVN", nil},
		"run: fast enough":            {fast, "VVVN", []string{"triggered fast p 0-1"}},
		"run: not fast enough":        {faster, "VVVVN", nil},
		"run: lasts":                  {lasting, "VVVVVVV", []string{"triggered lasting p 0-3"}},
		"run: does not last":          {lasting, "VVVVVV", nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.rule)
			b.events(strip("a", 0, c.strip)...)
			b.events(strip("a", 0, c.strip)...)
			if c.want == nil {
				c.want = []string{}
			}
			require.Equal(t, c.want, b.log())
		})
	}
}

func TestPatternTexts(t *testing.T) {
	for rule, want := range map[string][2]string{
		`pattern: {of: couplet, kinds: [V]}`: {
			"Couplet: Premature ventricular contraction", "a couplet at 120 per minute at 2020-01-01 00:00:01 UTC.",
		},
		`pattern: {of: triplet, kinds: [V], at_least: 2, within: 1h}`: {
			"Triplets: Premature ventricular contraction", "2 triplets within 1h, the latest at 2020-01-01 00:00:12 UTC.",
		},
		`pattern: {of: bigeminy, kinds: [V]}`: {
			"Bigeminy: Premature ventricular contraction", "bigeminy since 2020-01-01 00:00:03 UTC, for 3s so far, at 120 per minute.",
		},
		`pattern: {of: run, kinds: [V]}`: {
			"Run: Premature ventricular contraction", "a run of 3 beats at 120 per minute from 2020-01-01 00:00:11 UTC.",
		},
		`pattern: {of: run, kinds: [V], at_least: 2, within: 24h}`: {
			"Runs: Premature ventricular contraction", "2 runs within 24h, the latest at 2020-01-01 00:00:12 UTC.",
		},
		`run: {kinds: [V], at_least: 3, lasting: 1s}`: {
			"Run: Premature ventricular contraction", "3 beats in a row at 120 per minute from 2020-01-01 00:00:11 UTC, for 1s so far.",
		},
	} {
		b := newBench(t, "name: r, priority: low, "+rule)
		b.events(strip("a", 1, "VVNNVNVNVNVNNNNNVVVNNVVVN")...)
		require.Len(t, b.alerts, 1, rule)
		require.Equal(t, want[0], b.alerts[0].Title)
		require.Equal(t, "Patient p, Premature ventricular contraction: "+want[1], b.open("r/p").Message)
	}
}

// More beats than are kept: what began long ago is still one bigeminy, and the end
// of a run that is no longer known is no couplet.
func TestLongPatterns(t *testing.T) {
	b := newBench(t, `name: bigeminy, priority: low, pattern: {of: bigeminy, kinds: [V], lasting: 2m}
		name: couplet, priority: low, pattern: {of: couplet, kinds: [V]}`)
	long := ""
	for range 125 {
		long += "VN"
	}
	for range 200 {
		long += "V"
	}
	b.events(strip("a", 0, long+"NNNVNNNVNNN")...)
	require.Equal(t, []string{"triggered bigeminy p 0-125"}, b.log()[:1])
	require.Len(t, b.alerts, 1)
	require.Equal(t, "/min", b.alerts[0].Unit)
	require.InDelta(t, 120, b.alerts[0].Value, 0.1)
}

// An analyzer that starts again repeats its last messages; what they hold counts
// once, in patterns too.
func TestPatternsOnce(t *testing.T) {
	rules := `name: couplets, priority: low, pattern: {of: couplet, kinds: [V], at_least: 2, within: 1m}, resolve_after: 1m
		name: runs, priority: low, pattern: {of: run, kinds: [V], at_least: 2, within: 1m}, resolve_after: 1m
		name: bigeminy, priority: low, pattern: {of: bigeminy, kinds: [V]}, resolve_after: 1m`
	rapid.Check(t, func(rt *rapid.T) {
		var messages []*holterv1.Event
		from := 0.0
		for i := range rapid.IntRange(1, 5).Draw(rt, "events") {
			text := rapid.StringOfN(rapid.SampledFrom([]rune("VVVNN ")), 1, 24, -1).Draw(rt, "strip")
			messages = append(messages, strip(fmt.Sprint(i), from+1, "V"+text)...)
			from += 13 + rapid.SampledFrom([]float64{0, 50}).Draw(rt, "gap")
		}
		plain, disturbed := newBench(t, rules, "hook"), newBench(t, rules, "hook")
		plain.events(messages...)
		for i := range messages {
			disturbed.events(messages[i])
			again := rapid.IntRange(0, min(3, i+1)).Draw(rt, "again")
			disturbed.events(messages[i+1-again : i+1]...)
		}
		require.Equal(t, plain.told(), disturbed.told())
	})
}

// Signal that hides the beats.
func TestEventsInNoise(t *testing.T) {
	noisy := func(quality float64) func(*holterv1.Event) {
		return func(e *holterv1.Event) { e.Quality = &quality }
	}
	b := newBench(t, countRule+", min_quality: 0.5")
	b.events(with(beats("a", 1, 2, 3), noisy(0.4)))
	require.Empty(t, b.alerts)
	b.events(with(beats("b", 4, 5, 6), noisy(0.5)))
	require.Equal(t, []string{"triggered count p 4-6"}, b.log())
	b = newBench(t, countRule+", min_quality: 0.5")
	b.events(beats("a", 1, 2, 3))
	require.Len(t, b.alerts, 1, "an older version knows of no quality")
}
