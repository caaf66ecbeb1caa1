package localize

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var pvc, _ = ByCode("V")

// seen is a window of ten seconds from a time on, beats in seconds of wall time.
func seen(from float64, spans Spans, beats ...float64) Seen {
	s := Seen{
		Window: "w", Start: wall(from), End: wall(from + 10), CoreFrom: wall(from + 2), CoreTo: wall(from + 8),
		Spans: spans, Question: Question(pvc), Answer: Format(pvc, spans),
	}
	for _, b := range beats {
		s.Beats = append(s.Beats, wall(b))
	}
	return s
}

func TestOneBeat(t *testing.T) {
	s := NewStitcher("p1", "d1", "r1", "m 1")
	events := s.Add(pvc, seen(0, Spans{{2.6, 4.4, 0.75}}, 0.8, 1.7, 2.61, 3.2, 4.44, 5.3, 6.2, 7.1, 8, 8.9))
	require.Len(t, events, 1)
	e := events[0]
	require.Len(t, e.ID, 32)
	require.Equal(t, Event{
		ID: e.ID, Kind: "V", Patient: "p1", Device: "d1", Recording: "r1", Model: "m 1",
		Start: wall(2.61), End: wall(4.44), Confidence: 0.75, Beats: 1, NewBeats: []time.Time{wall(3.2)}, Before: []time.Time{wall(2.61)}, Between: []int{-1},
		Question: Question(pvc), Answer: "Duration: 2.6s-4.4s", Window: "w",
	}, e)

	other := NewStitcher("p2", "d1", "r1", "m 1").Add(pvc, seen(0, Spans{{2.6, 4.4, 0.75}}, 2.61, 3.2, 4.44))
	require.NotEqual(t, e.ID, other[0].ID)
	again := NewStitcher("p1", "d1", "r1", "m 2").Add(pvc, seen(0, Spans{{2.6, 4.4, 0.75}}, 2.61, 3.2, 4.44))
	require.Equal(t, e.ID, again[0].ID, "another model finds the same event")
}

// A slow heart: neither window sees both neighbours of the beat.
func TestNeighboursBeyondTheWindow(t *testing.T) {
	s := NewStitcher("p", "d", "r", "m")
	first := s.Add(pvc, seen(0, Spans{{7.1, 10, 0.9}}, 7.1, 7.9)) // the next one is at 10.3
	require.Len(t, first, 1)
	require.True(t, first[0].Open)
	require.Equal(t, wall(10), first[0].End)
	second := s.Add(pvc, seen(6, Spans{{1.1, 4.3, 0.9}}, 7.1, 7.92, 10.3, 11.6))
	require.Len(t, second, 1)
	require.Equal(t, first[0].ID, second[0].ID)
	require.Equal(t, wall(10.3), second[0].End)
	require.Empty(t, second[0].NewBeats)
	require.False(t, second[0].Open)

	s = NewStitcher("p", "d", "r", "m")
	require.Empty(t, s.Add(pvc, seen(0, nil, 3, 5.7)))
	late := s.Add(pvc, seen(6, Spans{{0, 5, 0.9}}, 8.3, 11))
	require.Len(t, late, 1)
	require.Equal(t, wall(5.7), late[0].Start, "the beat before is older than the window")
	require.Equal(t, []time.Time{wall(5.7)}, late[0].Before)
}

func TestEventEndsOpenlyOnce(t *testing.T) {
	s := NewStitcher("p", "d", "r", "m")
	events := s.Add(pvc, seen(0, Spans{{6.5, 8.3, 0.9}}, 5.6, 6.5, 7.1, 8.3, 9.2))
	require.True(t, events[0].Open, "a beat of the next window may touch it")
	events = s.Add(pvc, seen(6, nil, 6.5, 7.1, 8.3, 9.2, 10.1))
	require.Len(t, events, 1)
	require.False(t, events[0].Open)
	require.Empty(t, events[0].NewBeats)
	require.Equal(t, "Duration: 6.5s-8.3s", events[0].Answer, "that of the window that saw it")
	require.Empty(t, s.Add(pvc, seen(12, nil, 13, 14)))
}

func TestSegmentsAreApart(t *testing.T) {
	s := NewStitcher("p", "d", "r", "m")
	require.Len(t, s.Add(pvc, seen(0, Spans{{6.5, 8.3, 0.9}}, 5.6, 6.5, 7.1, 8.3)), 1)
	next := seen(8, Spans{{0, 1, 0.9}}, 8.3, 9)
	next.Segment, next.CoreFrom = 1, next.Start
	events := s.Add(pvc, next)
	require.Len(t, events, 2)
	require.False(t, events[0].Open)
	require.Equal(t, 1, events[1].Beats)
	require.NotEqual(t, events[0].ID, events[1].ID)
}

// A span too short to hold a beat, and one after it: both begin at the beat
// before them, and two events of one identity would overwrite each other.
func TestSpansThatBeginAtOneBeatAreOneEvent(t *testing.T) {
	s := NewStitcher("p", "d", "r", "m")
	events := s.Add(pvc, seen(0, Spans{{2.7, 2.71, 0.9}, {2.8, 4.6, 0.9}}, 1.7, 2.6, 3.2, 3.9, 4.6, 5.4, 6.3, 7.2, 8.1))
	require.Len(t, events, 1)
	require.Equal(t, wall(2.6), events[0].Start)
	require.Equal(t, wall(4.6), events[0].End)
	require.Equal(t, []time.Time{wall(2.705), wall(3.2), wall(3.9)}, events[0].NewBeats)
}

func TestSpanWithoutDetectedBeat(t *testing.T) {
	s := NewStitcher("p", "d", "r", "m")
	first := s.Add(pvc, seen(0, Spans{{7.2, 8.4, 0.9}}))
	require.Equal(t, 1, first[0].Beats)
	require.Equal(t, []time.Time{wall(7.8)}, first[0].NewBeats)
	require.Equal(t, []time.Time{{}}, first[0].Before, "not known")
	for _, e := range s.Add(pvc, seen(6, Spans{{1.3, 2.5, 0.9}})) { // a little later this time
		require.Equal(t, 1, e.Beats, "not twice")
	}
}

func TestEpisodes(t *testing.T) {
	for _, code := range []string{"AFIB", "STE"} {
		rapid.Check(t, func(t *rapid.T) {
			c, _ := ByCode(code)
			until := rapid.Float64Range(1, 120).Draw(t, "segment")
			var truth Spans
			for at := rapid.Float64Range(0, 20).Draw(t, "from"); at < until; {
				end := min(until, at+rapid.Float64Range(0.5, 60).Draw(t, "for"))
				truth = append(truth, Span{round(at), round(end), 0.8})
				at = end + rapid.Float64Range(0.5, 30).Draw(t, "pause")
			}
			truth = truth.Merge()
			p, s, f := patient{until: until}, NewStitcher("p", "d", "r", "m"), &follow{events: map[string]Event{}}
			parts := p.cut(10, 4)
			for i, w := range parts {
				spans := truth.Clip(w.from, w.to).Shift(-w.from).round()
				f.take(t, s.Add(c, Seen{
					Start: wall(w.from), End: wall(w.to), CoreFrom: wall(w.coreFrom), CoreTo: wall(w.coreTo),
					EndsSegment: i == len(parts)-1, Spans: spans, Answer: Format(c, spans),
				}))
			}
			kept := 0
			for _, span := range truth {
				if span.Len() < 0.3 {
					return // at the rounding's mercy
				}
				e := f.events[f.order[min(kept, len(f.order)-1)]]
				require.WithinDuration(t, wall(span.Start), e.Start, 120*time.Millisecond)
				require.WithinDuration(t, wall(min(span.End, until)), e.End, 120*time.Millisecond)
				require.InDelta(t, 0.8, e.Confidence, 1e-9)
				require.Zero(t, e.Beats)
				require.False(t, e.Open)
				kept++
			}
			require.Len(t, f.order, kept)
		})
	}
}

// However a model contradicts itself: no beat twice, no event that changes its
// start or shrinks, nothing left open, and the same after a restart.
func TestAnyAnswerKeepsTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		until := rapid.Float64Range(0.5, 60).Draw(t, "segment")
		heated := rapid.Bool().Draw(t, "heat")
		c := rapid.SampledFrom(Conditions).Draw(t, "condition")
		play := func(resume bool) []Event {
			random := rand.New(rand.NewPCG(seed, 3))
			p, s, f := patient{until: until}, NewStitcher("p", "d", "r", "m"), &follow{events: map[string]Event{}}
			var all []Event
			parts := p.cut(10, 4)
			for i, w := range parts {
				o := Seen{Start: wall(w.from), End: wall(w.to), CoreFrom: wall(w.coreFrom), CoreTo: wall(w.coreTo), EndsSegment: i == len(parts)-1, Answer: "a"}
				for at := w.from + random.Float64(); at < w.to; at += 0.25 + random.Float64() {
					if random.IntN(5) > 0 {
						o.Beats = append(o.Beats, wall(at))
					}
				}
				for range random.IntN(6) {
					from, to := random.Float64()*11-0.5, random.Float64()*11-0.5
					o.Spans = append(o.Spans, Span{from, to, 0.1 + 0.9*random.Float64()})
				}
				if heated {
					o.Heat = make([]float32, random.IntN(210))
					for i := range o.Heat {
						o.Heat[i] = random.Float32()
					}
				}
				if resume {
					text, err := json.Marshal(s.State())
					require.NoError(t, err)
					var state StitchState
					require.NoError(t, json.Unmarshal(text, &state))
					s = ResumeStitcher("p", "d", "r", "m", state)
				}
				events := s.Add(c, o)
				f.take(t, events)
				all = append(all, events...)
			}
			require.Empty(t, s.State().Kinds)
			for _, e := range f.events {
				require.False(t, e.Open)
			}
			return all
		}
		require.Equal(t, play(false), play(true))
	})
}

// Hours of bigeminy are one event and a small state.
func TestStateStaysSmall(t *testing.T) {
	p := patient{until: 3600, kind: pvc}
	for at := 0.2; at < p.until-0.2; {
		p.beats = append(p.beats, BeatAt{at, "V"}, BeatAt{at + 1.1, "N"})
		at += 1.6
	}
	for len(p.beats) > 0 && p.beats[len(p.beats)-1].Time > p.until {
		p.beats = p.beats[:len(p.beats)-1]
	}
	random := rand.New(rand.NewPCG(5, 5))
	s, most, ids := NewStitcher("p", "d", "r", "m"), 0, map[string]bool{}
	parts := p.cut(60, 10)
	for i, w := range parts {
		for _, e := range s.Add(pvc, p.oracle(random, w, i == len(parts)-1, 0.03, 0, false)) {
			ids[e.ID] = true
			require.Less(t, len(e.NewBeats), 45)
		}
		text, err := json.Marshal(s.State())
		require.NoError(t, err)
		most = max(most, len(text))
	}
	require.Len(t, ids, 1)
	require.Less(t, most, 600)
}

func TestInsideBeats(t *testing.T) {
	qrs := []float64{0.5, 1.3, 2.1, 2.6, 3.9, 4.4, 5.7, 6.5, 7.0, 7.5, 8.0, 9.3}
	heat := make([]float32, 200)
	for name, c := range map[string]struct {
		code string
		span Span
		heat []float32
		want []float64
	}{
		"single":                   {"V", Span{2.1, 3.9, 0}, nil, []float64{2.6}},
		"borders off":              {"V", Span{2.25, 3.75, 0}, nil, []float64{2.6}},
		"bigeminy":                 {"V", Span{2.1, 5.7, 0}, nil, []float64{2.6, 4.4}},
		"run":                      {"V", Span{6.5, 9.3, 0}, nil, []float64{7.0, 7.5, 8.0}},
		"block among early beats":  {"L", Span{0.5, 5.7, 0}, nil, []float64{1.3, 2.1, 3.9, 4.4}},
		"any other":                {"F", Span{2.1, 5.7, 0}, nil, []float64{2.6, 3.9, 4.4}},
		"from the clip's start":    {"V", Span{0, 1.3, 0}, nil, []float64{0.5}},
		"to the clip's end":        {"V", Span{8.0, 10, 0}, nil, []float64{9.3}},
		"no beat between":          {"V", Span{7.05, 7.45, 0}, nil, []float64{7.25}},
		"one beat, borders missed": {"V", Span{9, 9.6, 0}, nil, []float64{9.3}},
		"no heat at all":           {"V", Span{2.1, 5.7, 0}, heat, []float64{2.6}},
	} {
		t.Run(name, func(t *testing.T) {
			condition, ok := ByCode(c.code)
			require.True(t, ok)
			require.Equal(t, c.want, InsideBeats(condition, c.span, 10, qrs, c.heat))
		})
	}
	heat[int(4.4/HeatStep)+1] = 0.6
	require.Equal(t, []float64{4.4}, InsideBeats(pvc, Span{2.1, 5.7, 0}, 10, qrs, heat))
	require.Equal(t, []float64{3}, InsideBeats(pvc, Span{2, 4, 0}, 10, nil, heat), "nothing detected")
}

func TestInsideBeatsNeverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		qrs := rapid.SliceOfN(rapid.Float64Range(0, 10), 0, 30).Draw(t, "qrs")
		span := Span{rapid.Float64Range(-1, 10).Draw(t, "start"), rapid.Float64Range(0, 11).Draw(t, "end"), 0}
		heat := rapid.SliceOfN(rapid.Float32Range(0, 1), 0, 200).Draw(t, "heat")
		c := rapid.SampledFrom(Conditions[:6]).Draw(t, "condition")
		sorted := append([]float64(nil), qrs...)
		for i := range sorted { // DetectQRS is in order and never doubles
			sorted[i] = float64(i)*0.3 + 0.2*math.Mod(sorted[i], 1)
		}
		require.NotEmpty(t, InsideBeats(c, span, 10, sorted, heat))
	})
}
