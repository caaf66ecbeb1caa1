package engine_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// window is six seconds of patient p at a heart rate, in clear signal.
func window(from, bpm float64) *holterv1.Window {
	w := &holterv1.Window{
		Patient: "p", Device: "d", Recording: "r", Id: fmt.Sprint("r/0/", from), Quality: 0.95,
		StartTimeNs: at(from), EndTimeNs: at(from + 6),
		Found: []*holterv1.Found{{Kind: "V"}, {Kind: "AFIB"}},
	}
	if bpm > 0 {
		rr := 60 / bpm
		for k := math.Ceil(from/rr - 1e-9); k*rr < from+6-1e-9; k++ {
			w.BeatOffsetsMs = append(w.BeatOffsetsMs, uint32(1000*(k*rr-from)))
		}
	}
	return w
}

func noisy(w *holterv1.Window) *holterv1.Window { w.Quality = 0.2; return w }

func found(w *holterv1.Window, ventricular uint32, fibrillation float64) *holterv1.Window {
	w.Found = []*holterv1.Found{
		{Kind: "V", Beats: ventricular, Confidence: 0.8}, {Kind: "AFIB", Seconds: fibrillation, Confidence: 0.7},
	}
	return w
}

func (b *bench) windows(all ...*holterv1.Window) {
	b.t.Helper()
	b.do(func(s *engine.Step) error {
		for _, w := range all {
			if err := s.Window(w, engine.Arrival{Received: b.now}); err != nil {
				return err
			}
		}
		return nil
	})
}

// play gives the windows of a time, as make makes them.
func (b *bench) play(from, to float64, make func(from float64) *holterv1.Window) {
	b.t.Helper()
	for t := from; t < to; t += 6 {
		b.windows(make(t))
	}
}

// minute is one window of a minute at a rate of 60.
func minute(from float64) *holterv1.Window {
	w := window(from, 0)
	w.EndTimeNs = at(from + 60)
	for s := range uint32(60) {
		w.BeatOffsetsMs = append(w.BeatOffsetsMs, 1000*s)
	}
	return w
}

func (b *bench) minutes(from, to float64, make func(from float64) *holterv1.Window) {
	b.t.Helper()
	for t := from; t < to; t += 60 {
		b.windows(make(t))
	}
}

func at60(t float64) *holterv1.Window { return window(t, 60) }

func TestHeartRate(t *testing.T) {
	const rules = `name: slow, priority: medium, rate: {below: 40, for: 1m}, resolve_after: 2m
		name: fast, priority: medium, rate: {above: 130, for: 5m}, resolve_after: 2m`
	b := newBench(t, rules)
	b.play(0, 600, at60)
	b.play(600, 648, func(t float64) *holterv1.Window { return window(t, 35) })
	require.Empty(t, b.alerts, "the mean of the minute is above the limit")
	b.play(648, 660, func(t float64) *holterv1.Window { return window(t, 35) })
	require.Equal(t, []string{"triggered slow p 594-654"}, b.log()[:1])
	require.Equal(t, "Slow heart: 38 per minute", b.alerts[0].Title)
	require.Equal(t, "Patient p: mean heart rate 38 per minute over 1m up to 2020-01-01 00:10:54 UTC, below 40. "+
		"Counted in the signal of device d, 1m of it good enough.", b.alerts[0].Message)
	require.Equal(t, "/min", b.alerts[0].Unit)
	require.Zero(t, b.alerts[0].Confidence, "the model has no part in it")
	b.play(660, 900, at60)
	require.Equal(t, alert.Resolved, b.last().State, "in the signal's time")
	b.play(900, 1128, func(t float64) *holterv1.Window { return window(t, 150) })
	require.Len(t, b.alerts, 2)
	b.play(1128, 1140, func(t float64) *holterv1.Window { return window(t, 150) })
	require.Equal(t, "Fast heart: 130 per minute", b.last().Title)
}

func TestHeartRateIsNotAskedOfNoise(t *testing.T) {
	b := newBench(t, `name: slow, priority: medium, rate: {below: 40, for: 1m}`)
	b.play(0, 600, func(t float64) *holterv1.Window { return noisy(window(t, 0)) })
	b.play(600, 618, func(t float64) *holterv1.Window { return window(t, 30) })
	b.play(618, 630, func(t float64) *holterv1.Window { return noisy(window(t, 0)) })
	b.play(630, 654, func(t float64) *holterv1.Window { return window(t, 30) })
	require.Empty(t, b.alerts, "of the last minute 42 s are good")
	b.play(654, 660, func(t float64) *holterv1.Window { return window(t, 30) })
	require.Equal(t, []string{"triggered slow p 600-660"}, b.log())
}

func TestPauses(t *testing.T) {
	const rules = `name: pause, priority: medium, pause: {at_least: 3s}, resolve_after: 1m`
	silent := func(from float64, beats ...uint32) *holterv1.Window {
		w := window(from, 0)
		w.BeatOffsetsMs = beats
		return w
	}
	for name, c := range map[string]struct {
		in   []*holterv1.Window
		want []string
	}{
		"inside":            {[]*holterv1.Window{silent(0, 500, 3500, 4500)}, []string{"triggered pause p 0.5-3.5"}},
		"too short":         {[]*holterv1.Window{silent(0, 500, 3499, 4500)}, nil},
		"over a seam":       {[]*holterv1.Window{silent(0, 1000, 3000, 5000), silent(6, 2500)}, []string{"triggered pause p 5-8.5"}},
		"goes on":           {[]*holterv1.Window{silent(0, 1000, 2900)}, []string{"triggered pause p 2.9-6"}},
		"before the signal": {[]*holterv1.Window{silent(0, 4000, 5000)}, nil},
		"over a gap":        {[]*holterv1.Window{silent(0, 1000, 3500), silent(7, 2500, 3500, 5000)}, nil},
		"in noise":          {[]*holterv1.Window{silent(0, 1000, 3500), noisy(silent(6)), silent(12, 1000, 3500)}, nil},
		"two recordings":    {[]*holterv1.Window{silent(0, 1000, 3500), silent(1e6, 2500, 4000)}, nil},
		"one alert for two": {[]*holterv1.Window{silent(0, 1000, 4000), silent(6, 4000)}, []string{"triggered pause p 1-4"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, rules)
			b.windows(c.in...)
			if c.want == nil {
				c.want = []string{}
			}
			require.Equal(t, c.want, b.log())
		})
	}
	b := newBench(t, rules)
	b.windows(silent(0, 1000, 2900))
	b.windows(silent(6, 1000, 3000, 5000))
	require.Len(t, b.alerts, 1)
	open := b.open("pause/p")
	require.Equal(t, "Pause of 4.1 s", open.Title, "it went on")
	require.Equal(t, "Patient p: no beat for 4.1 s from 2020-01-01 00:00:02 UTC to 2020-01-01 00:00:07 UTC. "+
		"Measured in the signal of device d, which shows beats clearly there.", open.Message)
	require.InDelta(t, 4.1, open.Value, 1e-9)
	require.Equal(t, "s", open.Unit)
}

// open is the open alert of a key.
func (b *bench) open(key string) (a alert.Alert) {
	b.t.Helper()
	require.NoError(b.t, b.store.View(0, func(tx *state.Tx) error {
		o, exists, err := tx.Open("p", key)
		require.True(b.t, exists)
		a = o.Alert
		return err
	}))
	return a
}

const burdens = `name: pvc, priority: low, burden: {kinds: [V], above: 10, within: 24h, analysable: 6h}, key: "pvc/{{.Patient}}", resolve_after: 1h
	name: pvc-high, priority: medium, burden: {kinds: [V], above: 20, within: 24h, analysable: 6h}, key: "pvc/{{.Patient}}", resolve_after: 1h
	name: hour, priority: low, burden: {kinds: [V], above: 50, within: 1h}, resolve_after: 1h
	name: af, priority: low, burden: {kinds: [AFIB], above: 12, within: 24h}, resolve_after: 1h`

// Days of a patient in milliseconds.
func TestBurdens(t *testing.T) {
	const hour = 3600
	b := newBench(t, burdens)
	b.minutes(0, 6*hour-60, func(t float64) *holterv1.Window { return found(minute(t), 10, 0) })
	require.Empty(t, b.alerts, "one beat in six, but not yet analysed for long enough")
	b.minutes(6*hour-60, 6*hour, func(t float64) *holterv1.Window { return found(minute(t), 10, 0) })
	require.Equal(t, []string{"triggered pvc p 0-21600"}, b.log())
	require.Equal(t, "Burden: Premature ventricular contraction, 16.7 %", b.alerts[0].Title)
	require.Equal(t, "Patient p, Premature ventricular contraction: 16.7 % of 21600 beats within 24h up to 2020-01-01 06:00:00 UTC, "+
		"of which 6h were analysed; the limit is 10 %.", b.alerts[0].Message)
	require.InDelta(t, 0.8, b.alerts[0].Confidence, 1e-9)

	b.minutes(6*hour, 10*hour, func(t float64) *holterv1.Window { return noisy(found(minute(t), 60, 60)) })
	require.Len(t, b.alerts, 1, "noise changes no burden")
	b.minutes(10*hour, 18*hour, func(t float64) *holterv1.Window { return found(minute(t), 20, 20) })
	var log []string
	for _, a := range b.alerts[1:] {
		log = append(log, fmt.Sprintf("%s %s %.1f %s", a.State, a.Rule, a.Value, a.Unit))
	}
	require.Equal(t, []string{"resolved pvc 20.0 %", "triggered pvc-high 20.0 %", "triggered af 16.7 %"}, log,
		"the one alert is raised to the other")

	b.alerts = nil
	b.minutes(18*hour, 19*hour, func(t float64) *holterv1.Window { return found(minute(t), 40, 0) })
	require.Equal(t, "triggered hour", fmt.Sprint(b.alerts[0].State, " ", b.alerts[0].Rule))
	require.Equal(t, time.Duration(19)*time.Hour, b.open("pvc/p").Updated.Sub(epoch))
	b.minutes(19*hour, 60*hour, minute)
	open := 0
	require.NoError(t, b.store.View(0, func(tx *state.Tx) error {
		all, err := tx.OpenOf("p")
		open = len(all)
		return err
	}))
	require.Zero(t, open, "a day without")
}

func TestBurdenOfWhatWasNotAsked(t *testing.T) {
	b := newBench(t, `name: hour, priority: low, burden: {kinds: [V, A], above: 1, within: 10m}, min_confidence: 0.85`)
	b.play(0, 600, func(t float64) *holterv1.Window { return found(at60(t), 6, 0) })
	require.Empty(t, b.alerts, "nobody asked for A")
	b.play(600, 1200, func(t float64) *holterv1.Window {
		w := found(at60(t), 6, 0)
		w.Found = append(w.Found, &holterv1.Found{Kind: "A"})
		return w
	})
	require.Empty(t, b.alerts, "not sure enough")
	b.play(1200, 1800, func(t float64) *holterv1.Window {
		w := found(at60(t), 6, 0)
		w.Found = append(w.Found, &holterv1.Found{Kind: "A", Beats: 1, Confidence: 0.9})
		return w
	})
	require.Len(t, b.alerts, 1)
	require.InDelta(t, 0.9, b.alerts[0].Confidence, 1e-9)
}

func TestNoise(t *testing.T) {
	b := newBench(t, `name: noise, priority: low, noise: {below: 0.5, for: 1m}, holds_back: medium
		name: count, priority: medium, count: {kinds: [V], at_least: 3, within: 10s}, resolve_after: 1h`, "hook")
	b.play(0, 54, func(t float64) *holterv1.Window { return noisy(at60(t)) })
	b.windows(at60(54)) // no longer than max_gap
	require.Empty(t, b.alerts)
	b.play(60, 66, func(t float64) *holterv1.Window { return noisy(at60(t)) })
	require.Equal(t, []string{"triggered noise p 0-66"}, b.log())
	require.Equal(t, alert.Technical, b.alerts[0].Class)
	require.Equal(t, "noise/p/d", b.alerts[0].Key)
	require.Equal(t, "The signal of device d of patient p hides the beats since 2020-01-01 00:00:00 UTC, for 1m6s so far: "+
		"loose electrodes or movement. What is found in it means little.", b.alerts[0].Message)
	b.notifications = nil
	b.events(beats("a", 61, 62, 63))
	require.Equal(t, "noise/p/d", b.last().HeldBy)
	require.Empty(t, b.notifications, "nobody is told of it")
	b.play(66, 126, at60)
	require.Equal(t, alert.Triggered, b.last().State, "not yet good for a minute")
	b.play(126, 138, at60)
	require.Equal(t, "noise resolved", b.last().Rule+" "+b.last().State.String())
	b.notifications = nil
	b.pass(time.Second)
	require.Len(t, b.notifications, 1, "what is still open is told of now")
	require.Equal(t, "count", b.notifications[0].Alert.Rule)
}

// Windows and events are not read in step: one may be far ahead of the other.
func TestWindowsEndNoAlertOfEvents(t *testing.T) {
	b := newBench(t, countRule+`
		name: slow, priority: medium, rate: {below: 40, for: 1m}, resolve_after: 1m`)
	b.events(beats("a", 1, 2, 3))
	b.play(0, 600, func(t float64) *holterv1.Window { return window(t, 30) })
	require.Equal(t, []string{"triggered count p 1-3", "triggered slow p 0-48"}, b.log())
	b.events(beats("b", 30, 31, 32), beats("c", 1e5))
	require.Equal(t, []string{"triggered count p 1-3", "triggered slow p 0-48", "resolved count p 1-32"}, b.log())
	b.pass(time.Minute)
	require.Equal(t, "resolved slow p 0-600", b.log()[3], "no window any more, by the clock on the wall")
}

func TestWindowsThatMakeNoSense(t *testing.T) {
	for name, spoil := range map[string]func(*holterv1.Window){
		"no patient":     func(w *holterv1.Window) { w.Patient = "" },
		"ends early":     func(w *holterv1.Window) { w.EndTimeNs = w.StartTimeNs },
		"before 1970":    func(w *holterv1.Window) { w.StartTimeNs = 0 },
		"beat far after": func(w *holterv1.Window) { w.BeatOffsetsMs = []uint32{1 << 31} },
	} {
		b := newBench(t, burdens)
		b.do(func(s *engine.Step) error {
			w := window(0, 60)
			spoil(w)
			require.ErrorIs(t, s.Window(w, engine.Arrival{Received: b.now}), engine.ErrRefused, name)
			return nil
		})
	}
}

// records is a journal that remembers what it was given.
type records map[string][]byte

func (r records) Write(_ context.Context, _ int, changes []state.Change) error {
	for _, c := range changes {
		if c.Value == nil {
			delete(r, c.Key)
		} else {
			r[c.Key] = c.Value
		}
	}
	return nil
}

// Another alerter goes on with the burdens, and windows that it reads again count
// once. What is kept stays small.
func TestBurdensMoveToAnotherAlerter(t *testing.T) {
	const hour = 3600
	make := func(t float64) *holterv1.Window { return found(minute(t), uint32(10+int(t)/60%2*10), 10) }
	one := newBench(t, burdens)
	one.minutes(0, 12*hour, make)

	journal := records{}
	other := newBench(t, burdens)
	other.store = state.New(journal)
	require.NoError(t, other.store.Load(0, nil))
	for begin := 0.0; begin < 12*hour; begin += hour {
		next := state.New(journal)
		require.NoError(t, next.Load(0, journal))
		other.store = next
		other.minutes(max(0, begin-600), begin+hour, make)
	}
	require.Equal(t, one.told(), other.told())
	require.NotEmpty(t, one.alerts)
	require.Equal(t, 11*10, other.repeated)
	for key, value := range journal {
		require.Less(t, len(value), 4096, key)
	}
}
