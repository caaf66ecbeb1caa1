package localize

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	elevation, _  = ByCode("STE")
	depression, _ = ByCode("STD")
	change, _     = ByCode("ST")
)

// stSeen is the nth window of ten seconds, six seconds apart; the model finds the
// condition in all of it, or not at all.
func stSeen(n int, c Condition, found bool, measured ...Measured) Seen {
	from := 6 * float64(n)
	s := Seen{Window: "w", Start: wall(from), End: wall(from + 10), CoreFrom: wall(from + 2), CoreTo: wall(from + 8), Measured: measured}
	if found {
		s.Spans = Spans{{0, 10, 0.8}}
	}
	s.Question, s.Answer = Question(c), Format(c, s.Spans)
	return s
}

func measured(from, to, uv float64, lead string, open bool) Measured {
	return Measured{Start: wall(from), End: wall(to), Peak: uv, Lead: lead, PeakAt: wall(to - 4), Open: open}
}

// last is the newest version of every event, in order of first appearance.
func last(versions []Event) (all []Event) {
	for _, e := range versions {
		known := false
		for i := range all {
			if all[i].ID == e.ID {
				all[i], known = e, true
			}
		}
		if !known {
			all = append(all, e)
		}
	}
	return all
}

func TestLocatedAndMeasuredAreOneCertainEvent(t *testing.T) {
	s := NewStitcher("p", "d", "r", "m")
	var versions []Event
	for n := range 20 {
		seen := stSeen(n, depression, n < 16)
		if n >= 11 && n < 17 { // known a minute after it began, up to two blocks before
			seen.Measured = []Measured{measured(4, 6*float64(n)-4, -150-float64(n), "V5", n < 16)}
		}
		versions = append(versions, s.Add(depression, seen)...)
	}
	require.Equal(t, ByModel, versions[0].Evidence)
	all := last(versions)
	require.Len(t, all, 1)
	e := all[0]
	require.Equal(t, ByBoth, e.Evidence)
	require.Equal(t, wall(2), e.Start)
	require.Equal(t, wall(98), e.End)
	require.Equal(t, -166, e.STPeak)
	require.Equal(t, "V5", e.STLead)
	require.Equal(t, wall(16*6-8), e.STPeakAt, "of the largest deviation, not of the newest")
	require.InDelta(t, 0.8, e.Confidence, 1e-9)
	require.Equal(t, "m", e.Model)
	require.False(t, e.Open)
}

func TestMeasuredOnlyIsAnEventToo(t *testing.T) {
	for name, question := range map[string]string{"not asked": "", "not found": Question(elevation)} {
		t.Run(name, func(t *testing.T) {
			s := NewStitcher("p", "d", "r", "m")
			var versions []Event
			for n := range 20 {
				seen := stSeen(n, elevation, false)
				seen.Question = question
				if n >= 12 {
					seen.Measured = []Measured{measured(10, min(6*float64(n)+2, 100), 120, "II", n < 19)}
				}
				versions = append(versions, s.Add(elevation, seen)...)
			}
			require.True(t, versions[0].Open)
			require.Equal(t, wall(10), versions[0].Start)
			require.Len(t, versions, 7, "one for each that makes it longer, and its end")
			e := versions[6]
			require.Equal(t, versions[0].ID, e.ID)
			require.Equal(t, wall(100), e.End)
			require.False(t, e.Open)
			require.Equal(t, BySignal, e.Evidence)
			require.Zero(t, e.Confidence)
			require.Equal(t, question != "", e.Model != "", "the model is named where it was asked")
		})
	}
}

func TestOppositeDirectionsDoNotAgree(t *testing.T) {
	s := NewStitcher("p", "d", "r", "m")
	down := measured(4, 80, -200, "II", true)
	seen := stSeen(13, elevation, true, down)
	seen.Levels = []Level{{From: wall(80), To: wall(86), Deviation: -190, Lead: "II"}, {From: wall(80), To: wall(86), Deviation: -20, Lead: "V1"}}
	up := s.Add(elevation, seen)
	require.Equal(t, ByModel, up[0].Evidence)
	require.Equal(t, -20, up[0].STPeak, "the furthest up")
	require.Equal(t, "V1", up[0].STLead)
	require.Equal(t, wall(83), up[0].STPeakAt)
	require.Equal(t, BySignal, s.Add(depression, stSeen(13, depression, false, down))[0].Evidence)
	either := s.Add(change, stSeen(13, change, true, down))
	require.Equal(t, ByBoth, either[0].Evidence)
	require.Equal(t, -200, either[0].STPeak)
}

func TestNothingMeasuredHasNoPeak(t *testing.T) {
	e := NewStitcher("p", "d", "r", "m").Add(change, stSeen(0, change, true))[0]
	require.Equal(t, ByModel, e.Evidence)
	require.Empty(t, e.STLead)
	require.Zero(t, e.STPeakAt)
	require.Equal(t, "not measured, the model's answer only", e.STText())
}

// Two episodes that were located and one around them that was measured: the newest
// grows into it, the older one stays what it was.
func TestMeasuredEpisodeJoinsTheNewestEvent(t *testing.T) {
	s := NewStitcher("p", "d", "r", "m")
	var versions []Event
	for n := range 14 {
		seen := stSeen(n, depression, n == 1 || n == 5)
		if n == 13 {
			seen.Measured = []Measured{measured(5, 80, -130, "II", false)}
		}
		versions = append(versions, s.Add(depression, seen)...)
	}
	all := last(versions)
	require.Len(t, all, 2)
	require.Equal(t, []Evidence{ByModel, ByBoth}, []Evidence{all[0].Evidence, all[1].Evidence})
	require.Equal(t, wall(80), all[1].End)
}

// An episode in a second lead that ended before the newest event began changes
// nothing.
func TestLateNewsOfAnOldEpisode(t *testing.T) {
	s := NewStitcher("p", "d", "r", "m")
	s.Add(depression, stSeen(0, depression, false, measured(1, 5, -120, "II", false)))
	s.Add(depression, stSeen(3, depression, true))
	for _, e := range s.Add(depression, stSeen(4, depression, true, measured(1, 5, -120, "II", false))) {
		require.Equal(t, ByModel, e.Evidence)
		require.Equal(t, wall(20), e.Start)
	}
}

// A stitcher that is taken up from its state in JSON goes on alike.
func TestSTSurvivesJSON(t *testing.T) {
	run := func(restart bool) (versions []Event) {
		s := NewStitcher("p", "d", "r", "m")
		for n := range 20 {
			var m []Measured
			if n > 8 {
				m = []Measured{measured(4, 6*float64(n)+2, -100-float64(n), "II", n < 19)}
			}
			versions = append(versions, s.Add(depression, stSeen(n, depression, n%3 == 0, m...))...)
			if restart {
				text, err := json.Marshal(s.State())
				require.NoError(t, err)
				var state StitchState
				require.NoError(t, json.Unmarshal(text, &state))
				s = ResumeStitcher("p", "d", "r", "m", state)
			}
		}
		return versions
	}
	require.Equal(t, run(false), run(true))
}

func TestEvidenceNames(t *testing.T) {
	for _, e := range []Evidence{NoEvidence, ByModel, BySignal, ByBoth} {
		require.Equal(t, e, ParseEvidence(e.String()))
	}
	require.Equal(t, NoEvidence, ParseEvidence("hearsay"))
	e := Event{Evidence: ByBoth, STPeak: -210, STLead: "II", Start: time.Unix(0, 0)}
	require.Equal(t, "−210 µV in lead II, certain", e.STText())
	require.Empty(t, Event{Kind: "V"}.STText())
}
