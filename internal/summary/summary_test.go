package summary

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/rhythm"
)

// heart beats 75 times a minute, but for what a test says.
type heart struct {
	in Input
}

const second = time.Second

func newHeart(p Period) *heart {
	return &heart{in: Input{Period: p, Coverage: archive.Coverage{Recorded: p.To.Sub(p.From), Analysable: p.To.Sub(p.From)}}}
}

// analyse adds windows of 6 s with the beats of the runs in them.
func (h *heart) analyse(device string, from, to time.Time, asked string) {
	for at := from; at.Before(to); at = at.Add(6 * second) {
		w := influx.Window{
			Patient: h.in.Patient, Device: device, Recording: "rec", From: at, To: earliest(at.Add(6*second), to),
			Questions: 2, Asked: asked, Model: "m 1",
		}
		for _, r := range h.in.Runs {
			for _, b := range r.Beats {
				if r.Device == device && !b.Before(w.From) && b.Before(w.To) {
					w.Beats++
				}
			}
		}
		h.in.Windows = append(h.in.Windows, w)
	}
}

// beat adds a run of beats, one for each letter, each 0.8 s after the one before;
// a "-" is a beat that is missing. N is a normal one.
func (h *heart) beat(device string, from time.Time, letters string) {
	run := Run{Device: device, Recording: "rec"}
	for i, letter := range letters {
		at := from.Add(time.Duration(i) * 800 * time.Millisecond)
		if letter == '-' {
			continue
		}
		run.Beats = append(run.Beats, at)
		if letter != 'N' {
			h.event(device, string(letter), at, at.Add(second), at.Add(40*time.Millisecond)) // another window found it a little off
		}
	}
	h.in.Runs = append(h.in.Runs, run)
}

func (h *heart) event(device, kind string, from, to time.Time, beats ...time.Time) string {
	id := kind + from.UTC().Format("150405.000")
	h.in.Events = append(h.in.Events, localize.Event{
		ID: id, Patient: h.in.Patient, Device: device, Recording: "rec", Kind: kind, Start: from, End: to, Beats: len(beats), Confidence: 0.9,
	})
	for _, at := range beats {
		h.in.Beats = append(h.in.Beats, influx.Beat{Event: id, Patient: h.in.Patient, Device: device, Recording: "rec", Kind: kind, Time: at, Between: rhythm.Unknown})
	}
	return id
}

func (h *heart) review(id string, verdict influx.Verdict, kind string) {
	h.in.Reviews = append(h.in.Reviews, influx.Review{
		Patient: "p1", Event: id, Verdict: verdict, Kind: kind, By: "reviewer", At: h.in.To.Add(time.Duration(len(h.in.Reviews)) * time.Minute),
	})
}

var midnight = time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)

func (p Patterns) count(pattern string) int {
	for _, r := range p.Rows {
		if r.Pattern == pattern {
			return r.Count
		}
	}
	return -1
}

func TestPatternsAreThoseThatTheBeatsMake(t *testing.T) {
	h := newHeart(Day("p1", midnight, time.UTC))
	h.beat("d1", midnight, "NNVNNNNVVNNNNVVVNNNNVVVVVNNNNVNVNVNNNNVNNVNNVNNNNANNNNAANNN")
	h.analyse("d1", midnight, midnight.Add(48*second), "V,A")
	s := h.in.Summary()

	require.Len(t, s.Patterns, 2)
	v := s.Patterns[0]
	for _, pattern := range []string{"single", "couplet", "triplet", "run", "bigeminy", "trigeminy"} {
		require.Equal(t, 1, v.count(pattern), pattern)
	}
	require.Equal(t, 5, v.Longest.Beats)
	require.InDelta(t, 75, v.Longest.Rate, 0.1)
	require.Equal(t, "d1", v.Longest.Device)
	require.Zero(t, v.NonSustained, "not faster than 100")
	require.Equal(t, 1, s.Patterns[1].count("single"))
	require.Equal(t, 1, s.Patterns[1].count("couplet"))
	total := 0
	for _, r := range v.Rows {
		total += r.Beats
	}
	require.Equal(t, s.Kinds[0].Beats, total, "every beat is in one pattern")
	require.Equal(t, s.Coverage.Beats, len(h.in.Runs[0].Beats))
	require.InDelta(t, float64(total)/float64(s.Coverage.Beats), s.Kinds[0].Share, 1e-9)
	require.InDelta(t, 75, s.HeartRate.Max.Rate, 0.1)
}

func TestARunOverMidnightIsOneRunOfTheDayInWhichItBegins(t *testing.T) {
	count := func(day time.Time) Summary {
		h := newHeart(Day("p1", day, time.UTC))
		begin := midnight.Add(-20 * second)
		h.beat("d1", begin, "NNNNNNNNNNNNNNNNNNNNVVVVVVVVVVVVVVNNNNNN")
		h.analyse("d1", begin, begin.Add(36*second), "V,A")
		return h.in.Summary()
	}
	before, after := count(midnight.Add(-time.Hour)), count(midnight)
	require.Equal(t, 1, before.Patterns[0].count("run"))
	require.Equal(t, 14, before.Patterns[0].Longest.Beats, "whole")
	require.Zero(t, after.Patterns[0].count("run"))
	require.Equal(t, 14, before.Kinds[0].Beats+after.Kinds[0].Beats, "each beat is of the day of its own time")
	require.Equal(t, 9, after.Kinds[0].Beats)
	require.Equal(t, 40, before.Coverage.Beats+after.Coverage.Beats)
}

func TestDaysOfSummerTimeHaveTheirHours(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	for date, want := range map[time.Time]int{
		time.Date(2026, 3, 29, 12, 0, 0, 0, berlin):  23,
		time.Date(2026, 10, 25, 12, 0, 0, 0, berlin): 25,
		time.Date(2026, 1, 31, 12, 0, 0, 0, berlin):  24,
	} {
		h := newHeart(Day("p1", date, berlin))
		for at := h.in.From; at.Before(h.in.To); at = at.Add(time.Hour) {
			h.in.Windows = append(h.in.Windows, influx.Window{Device: "d1", Recording: "rec", From: at, To: at.Add(time.Minute), Beats: 70})
		}
		s := h.in.Summary()
		require.Len(t, s.Hours, want)
		for _, hour := range s.Hours {
			require.Equal(t, 3600., hour.Seconds())
			require.Equal(t, 70, hour.Beats)
			require.InDelta(t, 70, hour.Mean, 1e-9)
		}
		require.Equal(t, float64(want*3600), s.Coverage.Period)
	}
}

func TestHoursBeginOnTheClock(t *testing.T) {
	kathmandu := time.FixedZone("+05:45", 5*3600+45*60)
	h := newHeart(Period{"p1", midnight, midnight.Add(2 * time.Hour), kathmandu})
	h.in.Coverage.Gaps = []archive.Gap{{From: midnight.Add(10 * time.Minute), To: midnight.Add(20 * time.Minute)}}
	s := h.in.Summary()
	require.Len(t, s.Hours, 3)
	require.Equal(t, []float64{900, 3600, 2700}, []float64{s.Hours[0].Seconds(), s.Hours[1].Seconds(), s.Hours[2].Seconds()})
	require.Equal(t, []float64{600, 3300, 2700}, []float64{s.Hours[0].Recorded, s.Hours[1].Recorded, s.Hours[2].Recorded})
	require.Equal(t, 600., s.Coverage.LongestGap)
}

func TestRejectedEventsDoNotCountAndRelabelledOnesCountAsTheirNewKind(t *testing.T) {
	h := newHeart(Day("p1", midnight, time.UTC))
	h.beat("d1", midnight, "NNNNVNNNNNVNNNNNVNNNNN")
	h.analyse("d1", midnight, midnight.Add(18*second), "V,A")
	ids := []string{h.in.Events[0].ID, h.in.Events[1].ID, h.in.Events[2].ID}
	fibrillation := h.event("d1", "AFIB", midnight, midnight.Add(10*second))
	h.review(ids[0], influx.VerdictConfirmed, "")
	h.review(ids[0], influx.VerdictRejected, "")
	h.review(ids[1], influx.VerdictRelabelled, "A")
	h.review(ids[2], influx.VerdictConfirmed, "")
	h.review(fibrillation, influx.VerdictRejected, "")
	s := h.in.Summary()

	require.Equal(t, []int{1, 1}, []int{s.Kinds[0].Beats, s.Kinds[1].Beats})
	require.Equal(t, "A", s.Kinds[1].Code)
	require.Equal(t, 1, s.Patterns[1].count("single"))
	require.Empty(t, s.Rhythms)
	require.Equal(t, 22, s.Coverage.Beats, "the beats are still beats")
	require.Equal(t, ReviewCount{Events: 4, Confirmed: 1, Rejected: 2, Relabelled: 1}, s.Reviewed)
	require.Len(t, s.Reviews, 5)
	require.False(t, s.Reviews[0].Holds)
	require.Equal(t, "A", s.Reviews[2].Kind)
}

func TestGapsAndLossesOfContactAreNoPauses(t *testing.T) {
	h := newHeart(Day("p1", midnight, time.UTC))
	h.beat("d1", midnight, "NNNNNNNNNN---NNNNNNNNNN-NNNNNNNN") // 3.2 s, 1.6 s
	h.beat("d1", midnight.Add(60*second), "NNNNNNNNNN--NNNNNNN")
	h.beat("d1", midnight.Add(1000*second), "NNNNNN---NNNNNNN") // not analysed
	h.analyse("d1", midnight, midnight.Add(30*second), "V")
	h.analyse("d1", midnight.Add(60*second), midnight.Add(80*second), "V")
	s := h.in.Summary()
	require.Equal(t, 2, s.Pauses.Two)
	require.Equal(t, 1, s.Pauses.Three)
	require.InDelta(t, 3.2, s.Pauses.Longest[0].Seconds(), 1e-9)
	require.Equal(t, midnight.Add(7200*time.Millisecond), s.Pauses.Longest[0].From)
	require.Less(t, s.HeartRate.Min.Rate, 60.)
	require.InDelta(t, 50, s.Coverage.Analysed, 1e-9)
}

func TestEpisodesAreCutToThePeriodAndAskedTimeIsTheirDenominator(t *testing.T) {
	h := newHeart(Day("p1", midnight, time.UTC))
	h.event("d1", "AFIB", midnight.Add(-time.Hour), midnight.Add(100*second))
	h.event("d1", "AFIB", midnight.Add(50*second), midnight.Add(200*second)) // overlaps: counts once
	h.event("d1", "AFIB", midnight.Add(time.Hour-50*second), midnight.Add(time.Hour+50*second))
	h.analyse("d1", midnight, midnight.Add(600*second), "V,AFIB")
	h.analyse("d1", midnight.Add(600*second), midnight.Add(1200*second), "V")
	h.in.Windows[150].Asked = ""
	s := h.in.Summary()
	require.Len(t, s.Rhythms, 1)
	af := s.Rhythms[0]
	require.Equal(t, 300., af.Seconds)
	require.Equal(t, 600., af.Asked)
	require.Equal(t, 6., af.AskedUnknown)
	require.InDelta(t, 300./606, af.Share, 1e-9)
	require.True(t, af.Episodes[0].Before)
	require.Equal(t, 150., af.Longest.Seconds())
	require.Equal(t, []float64{250, 50}, []float64{s.Hours[0].Rhythms["AFIB"], s.Hours[1].Rhythms["AFIB"]})
}

func TestOfTwoDevicesAtOnceOneCounts(t *testing.T) {
	h := newHeart(Day("p1", midnight, time.UTC))
	h.beat("d1", midnight, "NNNNVNNNNN")
	h.beat("d2", midnight.Add(2*second), "NNVNNNNNVNNNNNNVNN")
	h.analyse("d1", midnight, midnight.Add(12*second), "V")
	h.analyse("d2", midnight.Add(2*second), midnight.Add(20*second), "V")
	s := h.in.Summary()
	require.InDelta(t, 18, s.Coverage.Analysed, 1e-9, "12 s of the first, the window of the second that begins after it")
	require.Equal(t, 2, s.Kinds[0].Beats)
	require.Equal(t, []string{"d1", "d2"}, s.Devices)
}

func TestASymptomTellsWhatWasFoundAroundIt(t *testing.T) {
	h := newHeart(Day("p1", midnight, time.UTC))
	h.beat("d1", midnight, "NNNNNNNNNNNNNNNVNNNNNVVNNNNNNNNNNNNNN")
	h.analyse("d1", midnight, midnight.Add(30*second), "V,AFIB")
	h.event("d1", "AFIB", midnight.Add(20*second), midnight.Add(30*second))
	h.in.Presses = []archive.Press{{Device: "d1", Time: midnight.Add(15 * second), Note: "dizzy"}, {Device: "d1", Time: midnight.Add(time.Hour)}}
	s := h.in.Summary()
	require.Len(t, s.Symptoms, 2)
	require.True(t, s.Symptoms[0].Analysed)
	require.Equal(t, 3, s.Symptoms[0].Beats["V"])
	require.Equal(t, []string{"AFIB"}, s.Symptoms[0].Rhythms)
	require.InDelta(t, 75, s.Symptoms[0].HeartRate, 0.1)
	require.False(t, s.Symptoms[1].Analysed)
	require.Zero(t, s.Symptoms[1].HeartRate)
}

func TestBeatsWithoutTimesCountButMakeNoPattern(t *testing.T) {
	h := newHeart(Day("p1", midnight, time.UTC))
	h.beat("d1", midnight, "NNNNNNNN")
	h.analyse("d1", midnight, midnight.Add(6*second), "")
	h.in.Events = append(h.in.Events, localize.Event{ID: "old", Device: "d1", Recording: "rec", Kind: "V", Start: midnight, End: midnight.Add(second), Beats: 3})
	s := h.in.Summary()
	require.Equal(t, 3, s.Kinds[0].Beats)
	require.Equal(t, 3, s.Kinds[0].Untimed)
	require.Equal(t, 6., s.Kinds[0].AskedUnknown)
	require.Zero(t, s.Patterns[0].count("triplet"))
}

func TestAlertsOfThePeriodAndJSON(t *testing.T) {
	h := newHeart(Day("p1", midnight, time.UTC))
	add := func(id, patient string, state alert.State, from, to time.Time) {
		h.in.Alerts = append(h.in.Alerts, alert.Alert{
			ID: id, Patient: patient, State: state, Priority: alert.Low, Class: alert.Technical, Start: from, Updated: from, Resolved: to,
		})
	}
	add("over", "p1", alert.Resolved, midnight.Add(-2*time.Hour), midnight.Add(-time.Hour))
	add("within", "p1", alert.Resolved, midnight.Add(time.Hour), midnight.Add(2*time.Hour))
	add("into", "p1", alert.Resolved, midnight.Add(-time.Hour), midnight.Add(2*time.Hour))
	add("later", "p1", alert.Triggered, midnight.Add(25*time.Hour), time.Time{})
	add("other", "p2", alert.Triggered, midnight.Add(time.Hour), time.Time{})
	s := h.in.Summary()
	require.Len(t, s.Alerts, 2)
	require.Equal(t, "into", s.Alerts[0].ID)

	text, err := json.Marshal(s)
	require.NoError(t, err)
	require.NotContains(t, string(text), "NaN")
	var back Summary
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, s, back)
}

func TestWithoutTheSignalPatternsRestOnWhatIsStored(t *testing.T) {
	h := newHeart(Day("p1", midnight, time.UTC))
	h.beat("d1", midnight, "NNVNVNVNNNNNNVVNNNN")
	h.analyse("d1", midnight, midnight.Add(18*second), "V")
	for i, between := range []int{rhythm.Unknown, 1, 1, 6, 0} {
		h.in.Beats[i].Between = between
	}
	h.in.Runs = nil
	s := h.in.Summary()
	require.Equal(t, []int{1, 1}, []int{s.Patterns[0].count("bigeminy"), s.Patterns[0].count("couplet")})
	require.Nil(t, s.HeartRate.Min)
	require.InDelta(t, 19./18*60, s.HeartRate.Mean, 1e-9)

	h.review(h.in.Events[1].ID, influx.VerdictRejected, "")
	s = h.in.Summary()
	require.Zero(t, s.Patterns[0].count("bigeminy"), "it is not known any more how many lie between")
	require.Equal(t, 4, s.Kinds[0].Beats)
}
