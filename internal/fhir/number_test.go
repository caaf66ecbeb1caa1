package fhir

import (
	"encoding/json"
	"testing"
	"time"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/summary"
)

// numbered is a summary of the known study.
func numbered() *summary.Summary {
	span := func(from, to time.Duration) summary.Span {
		return summary.Span{From: begin.Add(from), To: begin.Add(to)}
	}
	fastest := &summary.Pattern{Span: span(30*time.Second, 33*time.Second), Pattern: "run", Device: "chest-1", Beats: 4, Rate: 142}
	hour := &summary.Hour{Span: span(0, time.Hour), Kinds: map[string]int{"V": 6}}
	return &summary.Summary{
		Coverage:  summary.Coverage{Period: 120, Recorded: 100, Analysable: 99, Analysed: 90, Beats: 100, LongestGap: 15},
		HeartRate: summary.HeartRate{Mean: 66.7, Max: &summary.Extreme{Span: span(30*time.Second, 34*time.Second), Rate: 142, Device: "chest-1"}},
		Kinds:     []summary.Kind{{Code: "V", Name: "Premature ventricular contraction", Asked: 90, Beats: 8, Share: .08, MaxHour: hour}},
		Patterns:  []summary.Patterns{{Kind: "V", Name: "Premature ventricular contraction", Rows: []summary.PatternRow{{Pattern: "single", Count: 4}, {Pattern: "run", Count: 1}}, Longest: fastest, Fastest: fastest, NonSustained: 1}},
		Pauses:    summary.Pauses{Two: 2, Three: 1, Longest: []summary.Pause{{Span: span(80*time.Second, 83500*time.Millisecond), Device: "chest-1"}}},
		Rhythms: []summary.Rhythm{
			{Code: "AFIB", Name: "Atrial fibrillation", Asked: 90},
			{Code: "SVTA", Name: "Supraventricular tachyarrhythmia", Seconds: 9},
		},
		ST:       []summary.STEpisode{{Episode: summary.Episode{Span: span(70*time.Second, 100*time.Second)}, Kind: "STD", PeakUV: -210, Lead: "V1"}},
		Symptoms: []summary.Symptom{{At: begin.Add(52 * time.Second), Device: "chest-1", Note: "dizzy", Analysed: true, HeartRate: 71, Beats: map[string]int{"V": 2}, Rhythms: []string{"AFIB"}}},
		Models:   []summary.Model{{Name: "default 3", Seconds: 60}, {Name: "default 4", Seconds: 30}},
	}
}

func TestNumbersOfThePeriod(t *testing.T) {
	s := known(t)
	r := readBundle(t, written(t, s))
	number := func(words ...string) r4.Observation {
		t.Helper()
		o, ok := r.observations[s.numberURN(words...)]
		require.True(t, ok, "no number %s", words)
		return o
	}
	value := func(x string, o *r4.Quantity, unit string) {
		t.Helper()
		require.Equal(t, json.Number(x), *o.Value)
		require.Equal(t, unit, *o.Code)
	}
	value("0.025", number("coverage").ValueQuantity, "h")
	require.Equal(t, 100, *number("coverage").Component[3].ValueInteger)

	mean := number("rate", "mean")
	value("66.7", mean.ValueQuantity, "/min")
	require.Equal(t, "vital-signs", *mean.Category[0].Coding[0].Code)
	require.Equal(t, "8867-4", *mean.Code.Coding[0].Code)
	require.Len(t, mean.Code.Coding, 2, "two minutes are not 24 hours")
	require.Equal(t, "2026-01-31T08:30:30.250Z", *number("rate", "highest").EffectivePeriod.Start)

	v := number("kind", "V")
	require.Equal(t, r4.ObservationStatusPreliminary, v.Status)
	value("8", v.ValueQuantity, "%")
	require.Equal(t, 8, *v.Component[1].ValueInteger)
	value("5.33333333333", v.Component[3].ValueQuantity, "/min")
	require.Equal(t, "148066", *v.Component[3].Code.Coding[0].Code)
	require.Equal(t, 6, *v.Component[4].ValueInteger)

	patterns := number("patterns", "V")
	require.Len(t, patterns.Component, 6)
	require.Equal(t, "single", *patterns.Component[0].Code.Text)
	require.Equal(t, 4, *patterns.Component[0].ValueInteger)
	value("142", patterns.Component[5].ValueQuantity, "/min")
	require.Equal(t, r.finding(t, s, "run").DerivedFrom, patterns.DerivedFrom, "the strip of the run, once")

	require.Equal(t, 2, *number("pauses").ValueInteger)
	value("3.5", number("pauses").Component[1].ValueQuantity, "s")
	require.Len(t, number("pauses").DerivedFrom, 1)

	value("0", number("rhythm", "AFIB").ValueQuantity, "%")
	require.Nil(t, number("rhythm", "SVTA").ValueQuantity)
	require.NotNil(t, number("rhythm", "SVTA").DataAbsentReason)

	require.Equal(t, 1, *number("st").ValueInteger)
	value("-210", number("st").Component[1].ValueQuantity, "uV")

	press := number("symptom", "chest-1", "2026-01-31T08:30:52.25Z")
	require.Equal(t, "dizzy", *press.ValueString)
	require.Equal(t, "2026-01-31T08:30:52.250Z", *press.EffectiveDateTime)
	require.Len(t, press.DerivedFrom, 1)

	var models int
	for _, e := range r.bundle.Entry {
		if *e.FullUrl == s.urn("model", "default 3") || *e.FullUrl == s.urn("model", "default 4") {
			models++
		}
	}
	require.Equal(t, 2, models, "also the one that found nothing")
}

func TestADayHasTheCodesOf24Hours(t *testing.T) {
	s := known(t)
	s.To = s.From.Add(24 * time.Hour)
	r := readBundle(t, written(t, s))
	require.Equal(t, "41924-2", *r.observations[s.numberURN("rate", "mean")].Code.Coding[2].Code)
	require.Equal(t, "8873-2", *r.observations[s.numberURN("rate", "highest")].Code.Coding[2].Code)
}

func TestNothingAnalysedIsNoBurden(t *testing.T) {
	s := known(t)
	s.Summary.Coverage.Beats, s.Summary.HeartRate = 0, summary.HeartRate{}
	r := readBundle(t, written(t, s))
	v := r.observations[s.numberURN("kind", "V")]
	require.Nil(t, v.ValueQuantity)
	require.NotNil(t, v.DataAbsentReason)
	require.NotContains(t, r.observations, s.numberURN("rate", "mean"))
}

func TestTheReportForPeopleIsAttached(t *testing.T) {
	s := known(t)
	require.Empty(t, readBundle(t, written(t, s)).report.PresentedForm)
	s.Form = &Form{ContentType: "application/pdf", Title: "day.pdf", Data: []byte("%PDF-1.4")}
	form := readBundle(t, written(t, s)).report.PresentedForm[0]
	require.Equal(t, []string{"application/pdf", "day.pdf", "JVBERi0xLjQ="}, []string{*form.ContentType, *form.Title, *form.Data})
}
