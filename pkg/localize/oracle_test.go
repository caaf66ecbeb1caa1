package localize

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var epoch = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func wall(seconds float64) time.Time {
	return epoch.Add(time.Duration(seconds * float64(time.Second)))
}

// patient is a random beat sequence with ectopic beats of one kind among others.
type patient struct {
	beats []BeatAt
	until float64 // the segment's end, seconds
	kind  Condition
}

// newPatient makes beats from 0.15 s after the segment's start to 0.15 s before its
// end (nearer, a border cannot be told from a beat without heat): normal beats at bpm with singles, couplets, runs, bigeminy
// of the kind, and a few early beats of another.
func newPatient(random *rand.Rand, kind Condition, until, bpm, density float64) patient {
	p := patient{until: until, kind: kind}
	rr := 60 / bpm
	at := random.Float64() * rr
	beat := func(symbol string, after float64) {
		at += after * rr * (1 + 0.06*(random.Float64()-0.5))
		p.beats = append(p.beats, BeatAt{at, symbol})
	}
	other := "A"
	if kind.Code == "A" {
		other = "V"
	}
	at -= rr
	for at < until {
		symbol, early, pause := kind.Symbols[0], 0.6+0.1*random.Float64(), 1.3+0.1*random.Float64()
		switch {
		case random.Float64() > density:
			beat("N", 1)
		case random.Float64() < 0.15:
			beat(other, 0.7)
			beat("N", 1.1)
		default:
			switch random.IntN(5) {
			case 0, 1: // single
				beat(symbol, early)
				beat("N", pause)
			case 2: // couplet
				beat(symbol, early)
				beat(symbol, 0.65)
				beat("N", pause)
			case 3: // run
				for range 3 + random.IntN(12) {
					beat(symbol, 0.62)
				}
				beat("N", pause)
			case 4: // bigeminy
				for range 2 + random.IntN(30) {
					beat(symbol, early)
					beat("N", pause)
				}
			}
		}
	}
	p.beats = slices.DeleteFunc(p.beats, func(b BeatAt) bool { return b.Time < 0.15 || b.Time > until-0.15 })
	return p
}

// part is a window of the segment, in seconds.
type part struct{ from, to, coreFrom, coreTo float64 }

// cut cuts the segment as pkg/window does.
func (p patient) cut(length, overlap float64) []part {
	var parts []part
	from, core := 0.0, 0.0
	for from+length <= p.until {
		parts = append(parts, part{from, from + length, core, from + length - overlap/2})
		core = from + length - overlap/2
		from += length - overlap
	}
	return append(parts, part{max(0, min(from, p.until-10)), p.until, core, p.until})
}

// oracle answers a window as a model would that never errs, with QRS complexes
// that are up to jitter (s) off, otherwise in each window.
func (p patient) oracle(random *rand.Rand, w part, last bool, jitter, noise float64, heat bool) Seen {
	spans := Spans{}
	for _, s := range p.rule(w.from, w.to) {
		border := func(t float64) float64 { // rounding, and noise where it is no window's end
			if t > 0 && t < w.to-w.from {
				t += noise * (2*random.Float64() - 1)
			}
			return round(min(max(t, 0), w.to-w.from))
		}
		spans = append(spans, Span{border(s.Start), border(s.End), 0.9})
	}
	seen := Seen{
		Window: "w", Start: wall(w.from), End: wall(w.to), CoreFrom: wall(w.coreFrom), CoreTo: wall(w.coreTo),
		EndsSegment: last, Spans: spans, Question: Question(p.kind), Answer: Format(p.kind, spans),
	}
	if heat {
		seen.Heat = make([]float32, int(math.Ceil((w.to-w.from)/HeatStep)))
	}
	for _, b := range p.beats {
		if b.Time < w.from || b.Time >= w.to {
			continue
		}
		if heat && p.kind.HasSymbol(b.Symbol) {
			seen.Heat[int((b.Time-w.from)/HeatStep)] = 0.8
		}
		found := b.Time + jitter*(2*random.Float64()-1)
		seen.Beats = append(seen.Beats, wall(min(max(found, w.from), w.to-0.01)))
	}
	return seen
}

// rule is the interval rule without rounding: the truth.
func (p patient) rule(from, to float64) Spans {
	var spans Spans
	for i, b := range p.beats {
		if b.Time < from || b.Time >= to || !p.kind.HasSymbol(b.Symbol) {
			continue
		}
		s := Span{from, to, 0}
		if i > 0 {
			s.Start = max(from, p.beats[i-1].Time)
		}
		if i+1 < len(p.beats) {
			s.End = min(to, p.beats[i+1].Time)
		}
		spans = append(spans, s)
	}
	return spans.Merge().Shift(-from)
}

// follow plays an event log as a reader of ecg.events would see it.
type follow struct {
	order   []string
	events  map[string]Event
	beats   []time.Time
	before  []time.Time // the beat before each
	between []int       // others since the one of the kind before each
}

func (f *follow) take(t require.TestingT, events []Event) {
	for _, e := range events {
		before, known := f.events[e.ID]
		if !known {
			f.order = append(f.order, e.ID)
			before = Event{Start: e.Start, End: e.Start, Open: true}
		}
		require.Equal(t, before.Start, e.Start, "the start stays")
		require.False(t, e.End.Before(before.End), "the end grows")
		require.Equal(t, before.Beats+len(e.NewBeats), e.Beats)
		require.True(t, e.End.After(e.Start))
		require.True(t, e.Confidence > 0 && e.Confidence <= 1)
		require.NotEmpty(t, e.Answer)
		f.events[e.ID] = e
		require.Len(t, e.Before, len(e.NewBeats))
		f.beats, f.before = append(f.beats, e.NewBeats...), append(f.before, e.Before...)
		require.Len(t, e.Between, len(e.NewBeats))
		f.between = append(f.between, e.Between...)
	}
}

// run stitches all windows; with resume, from a state that was saved as JSON
// after each window.
func (p patient) run(t require.TestingT, random *rand.Rand, length, overlap, jitter, noise float64, heat, resume bool) ([]Event, *follow) {
	s := NewStitcher("p", "d", "r", "m")
	f := &follow{events: map[string]Event{}}
	var all []Event
	parts := p.cut(length, overlap)
	for i, w := range parts {
		if resume {
			text, err := json.Marshal(s.State())
			require.NoError(t, err)
			require.Less(t, len(text), 1500, "%s", text)
			var state StitchState
			require.NoError(t, json.Unmarshal(text, &state))
			s = ResumeStitcher("p", "d", "r", "m", state)
		}
		events := s.Add(p.kind, p.oracle(random, w, i == len(parts)-1, jitter, noise, heat))
		f.take(t, events)
		all = append(all, events...)
	}
	require.Empty(t, s.State().Kinds, "nothing is open after the segment")
	return all, f
}

// requireTruth compares with what the interval rule makes of the whole segment.
func (p patient) requireTruth(t require.TestingT, f *follow, tolerance time.Duration) {
	var want []float64
	var before []time.Time
	var between []int
	last := -1
	for i, b := range p.beats {
		if !p.kind.HasSymbol(b.Symbol) {
			continue
		}
		want = append(want, b.Time)
		if last < 0 {
			between = append(between, -1)
		} else {
			between = append(between, i-last-1)
		}
		last = i
		if i == 0 {
			before = append(before, time.Time{})
		} else {
			before = append(before, wall(p.beats[i-1].Time))
		}
	}
	require.Equal(t, len(want), len(f.beats), "every beat in one event, once")
	for i, at := range f.beats {
		require.WithinDuration(t, wall(want[i]), at, 50*time.Millisecond)
		require.WithinDuration(t, before[i], f.before[i], 50*time.Millisecond, "the beat before")
	}
	require.Equal(t, between, f.between, "the beats between")
	spans := p.rule(0, p.until)
	require.Len(t, f.order, len(spans), "as many events as the rule has spans")
	for i, id := range f.order {
		e := f.events[id]
		require.WithinDuration(t, wall(spans[i].Start), e.Start, tolerance)
		require.WithinDuration(t, wall(spans[i].End), e.End, tolerance)
		require.False(t, e.Open)
	}
}

func TestStitchedEventsAreTheRulesOwn(t *testing.T) {
	for _, heat := range []bool{true, false} {
		name, fastest, noise := "with heat", 200.0, 0.05
		if !heat {
			// Timing alone tells beats apart while jitter is small against RR.
			name, fastest, noise = "without heat", 100.0, 0.03
		}
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				seed := rapid.Uint64().Draw(t, "seed")
				kind := rapid.SampledFrom(Conditions[:3]).Draw(t, "kind")
				until := rapid.Float64Range(0.5, 200).Draw(t, "segment")
				bpm := rapid.Float64Range(40, fastest).Draw(t, "bpm")
				density := rapid.Float64Range(0.02, 0.7).Draw(t, "density")
				window := rapid.SampledFrom([][2]float64{{10, 4}, {10, 4}, {10, 1}, {30, 4}, {60, 10}}).Draw(t, "window")
				p := newPatient(rand.New(rand.NewPCG(seed, 1)), kind, until, bpm, density)
				all, f := p.run(t, rand.New(rand.NewPCG(seed, 2)), window[0], window[1], 0.03, noise, heat, false)
				p.requireTruth(t, f, 150*time.Millisecond)

				again, _ := p.run(t, rand.New(rand.NewPCG(seed, 2)), window[0], window[1], 0.03, noise, heat, true)
				require.Equal(t, all, again, "as if never stopped")
			})
		})
	}
}
