package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

var begin = time.Date(2026, 1, 31, 8, 30, 0, 250e6, time.UTC)

// send archives seconds of a ramp in MLII and V1 at 250 Hz, in one chunk; the first
// sample of every second is missing.
func send(t *testing.T, folder string, at time.Duration, sequence uint64, seconds int) {
	t.Helper()
	row := make([]int32, seconds*250)
	for i := range row {
		row[i] = int32(i) - 500
		if i%250 == 0 {
			row[i] = ecg.InvalidSample
		}
	}
	value, err := proto.Marshal(&holterv1.SampleChunk{
		Device: "chest-1", Recording: "rec", Sequence: sequence, SamplingRateHz: 250, StartTimeNs: begin.Add(at).UnixNano(),
		Leads: []*holterv1.LeadSamples{{Name: "MLII", Gain: 204.8, Samples: row}, {Name: "V1", Gain: 200, Samples: row}},
	})
	require.NoError(t, err)
	require.NoError(t, archive.Put(folder, kafka.SampleMessage("anna", "chest-1", value)))
}

func event(id, kind string, from, to time.Duration, confidence float64) localize.Event {
	at := func(d time.Duration) time.Time { return begin.Add(d).Truncate(time.Millisecond) }
	return localize.Event{
		ID: id, Patient: "anna", Device: "chest-1", Recording: "rec", Kind: kind, Start: at(from), End: at(to),
		Confidence: confidence, Model: "default 3", Question: "Q?", Answer: "A.",
	}
}

// known is 60 s, a gap of 5 s, and 40 s, with events, some reviewed.
func known(t *testing.T) *Study {
	t.Helper()
	folder := t.TempDir()
	send(t, folder, 0, 0, 60)
	send(t, folder, 65*time.Second, 1, 40)
	a, err := archive.Open(folder)
	require.NoError(t, err)
	s := &Study{
		Patient: "anna", PatientSystem: PatientSystem, From: begin, To: begin.Add(2 * time.Minute), Made: begin.Add(time.Hour), Summary: numbered(),
		Reviews: map[string]influx.Review{
			"ok":  {Event: "ok", Verdict: influx.VerdictConfirmed, By: "reviewer 1", At: begin.Add(30 * time.Minute), Note: "clear"},
			"no":  {Event: "no", Verdict: influx.VerdictRejected, By: "reviewer 1", At: begin.Add(31 * time.Minute)},
			"not": {Event: "not", Verdict: influx.VerdictRelabelled, Kind: "A", By: "reviewer 2", At: begin.Add(32 * time.Minute)},
		},
	}
	s.Stretches, err = a.Read("anna", s.From, s.To)
	require.NoError(t, err)
	require.Len(t, s.Stretches, 2)
	run := event("run", "V", 30*time.Second, 33*time.Second, .7)
	run.Beats = 4
	st := event("st", "STD", 70*time.Second, 100*time.Second, .5)
	st.Evidence, st.STPeak, st.STLead = localize.BySignal, -210, "V1"
	st.Model = ""
	s.Events = []localize.Event{
		event("first", "V", time.Second, 2*time.Second, .6), event("ok", "V", 3*time.Second, 4*time.Second, .6),
		event("no", "V", 20*time.Second, 21*time.Second, .99), run, event("sure", "V", 40*time.Second, 41*time.Second, .95),
		event("not", "V", 50*time.Second, 51*time.Second, .5), st, event("words", "NOTE", 71*time.Second, 75*time.Second, .9),
		event("late", "P", 110*time.Second, 114*time.Second, .8), // no signal there
	}
	return s
}

func noProgress(int, int) error { return nil }

func written(t *testing.T, s *Study) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, s.Write(&out, noProgress))
	return out.Bytes()
}

// read is what is in a bundle, by its URN.
type read struct {
	bundle       r4.Bundle
	observations map[string]r4.Observation
	order        []string // of the types
	report       r4.DiagnosticReport
}

func readBundle(t *testing.T, data []byte) read {
	t.Helper()
	require.NoError(t, check(t, data))
	r := read{observations: make(map[string]r4.Observation)}
	require.NoError(t, json.Unmarshal(data, &r.bundle))
	urns := make(map[string]bool)
	for _, e := range r.bundle.Entry {
		var of struct{ ResourceType string }
		require.NoError(t, json.Unmarshal(e.Resource, &of))
		if n := len(r.order); n == 0 || r.order[n-1] != of.ResourceType {
			r.order = append(r.order, of.ResourceType)
		}
		require.False(t, urns[*e.FullUrl], "%s twice", *e.FullUrl)
		urns[*e.FullUrl] = true
		switch of.ResourceType {
		case "Observation":
			var o r4.Observation
			require.NoError(t, json.Unmarshal(e.Resource, &o))
			require.Equal(t, *e.FullUrl, *o.Identifier[0].Value)
			require.Equal(t, "Observation?identifier=urn%3Aietf%3Arfc%3A3986%7C"+strings.ReplaceAll(*e.FullUrl, ":", "%3A"), e.Request.Url)
			r.observations[*e.FullUrl] = o
		case "DiagnosticReport":
			require.NoError(t, json.Unmarshal(e.Resource, &r.report))
		}
	}
	// Every reference leads to an entry.
	for _, part := range strings.Split(string(data), `"reference":"`)[1:] {
		to, _, _ := strings.Cut(part, `"`)
		require.True(t, urns[to], "%s is not in the bundle", to)
	}
	return r
}

func (r read) finding(t *testing.T, s *Study, id string) r4.Observation {
	t.Helper()
	o, ok := r.observations[s.urn("event", id)]
	require.True(t, ok, "no finding %q", id)
	return o
}

func TestTheStripOfAFinding(t *testing.T) {
	s := known(t)
	r := readBundle(t, written(t, s))
	require.Equal(t, []string{"Patient", "Device", "Observation", "DiagnosticReport"}, r.order)
	sure := r.finding(t, s, "sure")
	require.Equal(t, r4.ObservationStatusPreliminary, sure.Status)
	require.Equal(t, "17338001", *sure.ValueCodeableConcept.Coding[0].Code)
	require.Equal(t, json.Number("0.95"), *sure.Component[0].ValueQuantity.Value)

	strip := r.observations[*sure.DerivedFrom[0].Reference]
	require.Equal(t, r4.ObservationStatusFinal, strip.Status)
	require.Equal(t, "131328", *strip.Code.Coding[0].Code)
	require.Equal(t, "2026-01-31T08:30:35.750Z", *strip.EffectivePeriod.Start) // 5 s before the middle
	require.Equal(t, "2026-01-31T08:30:45.750Z", *strip.EffectivePeriod.End)
	require.Len(t, strip.Component, 2)
	require.Equal(t, "MLII", *strip.Component[0].Code.Text)
	require.Equal(t, "131328", *strip.Component[0].Code.Coding[0].Code, "a modified lead is not the standard one")
	require.Equal(t, "131331", *strip.Component[1].Code.Coding[0].Code)
	data := strip.Component[0].ValueSampledData
	require.Equal(t, json.Number("4"), data.Period)
	require.Equal(t, json.Number("0.0048828125"), *data.Factor)
	require.Equal(t, json.Number("0"), *data.Origin.Value)
	require.Equal(t, "mV", *data.Origin.Code)
	values := strings.Split(*data.Data, " ")
	require.Len(t, values, 2500)
	require.Equal(t, []string{"8375", "8376", "8377"}, values[:3]) // 35.5 s in the ramp
	require.Equal(t, "E", values[125])
	require.Len(t, r.report.Result, len(r.observations))
}

func TestWhatReviewersDecidedIsTheStatus(t *testing.T) {
	s := known(t)
	r := readBundle(t, written(t, s))
	ok := r.finding(t, s, "ok")
	require.Equal(t, r4.ObservationStatusFinal, ok.Status)
	require.Equal(t, "reviewer 1", *ok.Performer[0].Display)
	require.Equal(t, "2026-01-31T09:00:00.250Z", *ok.Issued)
	require.Equal(t, "confirmed: clear", ok.Note[0].Text)
	require.Equal(t, r4.ObservationStatusEnteredInError, r.finding(t, s, "no").Status)
	not := r.finding(t, s, "not")
	require.Equal(t, r4.ObservationStatusFinal, not.Status)
	require.Equal(t, "284470004", *not.ValueCodeableConcept.Coding[0].Code)
	require.Equal(t, "relabelled; the model's answer was Premature ventricular contraction", not.Note[0].Text)
}

func TestMeasuredAndSpokenFindings(t *testing.T) {
	s := known(t)
	r := readBundle(t, written(t, s))
	st := r.finding(t, s, "st")
	require.Nil(t, st.Device, "no model has said so")
	require.Equal(t, "signal", *st.Component[1].ValueString)
	require.Equal(t, "131843", *st.Component[2].Code.Coding[0].Code)
	require.Equal(t, json.Number("-210"), *st.Component[2].ValueQuantity.Value)
	words := r.finding(t, s, "words")
	require.Equal(t, "Q?", *words.Code.Text)
	require.Equal(t, "A.", *words.ValueString)
	require.Equal(t, st.DerivedFrom, words.DerivedFrom, "they share a strip")
	late := r.finding(t, s, "late")
	require.Empty(t, late.DerivedFrom)
	require.Empty(t, late.ValueCodeableConcept.Coding, "no code is known for it")
	require.Equal(t, "Pause", *late.ValueCodeableConcept.Text)
	require.Equal(t, 4, *r.finding(t, s, "run").Component[1].ValueInteger)
}

func TestHowMuchIsShown(t *testing.T) {
	s := known(t)
	count := func(show Show) (findings, strips, samples int) {
		s.Show = show
		r := readBundle(t, written(t, s))
		for _, e := range s.Events {
			if _, ok := r.observations[s.findingURN(e)]; ok {
				findings++
			}
		}
		for _, o := range r.observations {
			if o.Code.Text == nil || *o.Code.Text != "ECG strip" {
				continue
			}
			strips++
			samples += len(strings.Fields(*o.Component[0].ValueSampledData.Data))
		}
		return findings, strips, samples
	}
	findings, strips, samples := count(ShowKey)
	require.Equal(t, []int{8, 7, 17500}, []int{findings, strips, samples}, "all but the first one")
	findings, strips, _ = count(ShowEvents)
	require.Equal(t, []int{9, 7}, []int{findings, strips}, "the first one shares a strip")
	findings, strips, samples = count(ShowAll)
	require.Equal(t, []int{9, 4, 25000}, []int{findings, strips, samples})
	s.Show = ShowAll
	r := readBundle(t, written(t, s))
	piece := r.observations[*r.finding(t, s, "sure").DerivedFrom[0].Reference]
	require.Equal(t, "2026-01-31T08:30:30.250Z", *piece.EffectivePeriod.Start)
}

func TestAnotherExportSaysTheSame(t *testing.T) {
	s := known(t)
	require.Equal(t, written(t, s), written(t, s))
	one, all := readBundle(t, written(t, s)), s.urn("event", "ok")
	s.Patient = "berta"
	require.NotEqual(t, all, s.urn("event", "ok"))
	require.Len(t, one.bundle.Entry, len(readBundle(t, written(t, s)).bundle.Entry))
	require.NotEqual(t, urn("a", "bc"), urn("ab", "c"))
}

// The patient of the server stays as it is; odd characters are escaped for the
// search, then for the URL.
func TestThePatientIsOnlyCreated(t *testing.T) {
	s := known(t)
	s.Patient = "a|b c,d"
	r := readBundle(t, written(t, s))
	require.Equal(t, r4.HTTPVerbPOST, r.bundle.Entry[0].Request.Method)
	require.Equal(t, `identifier=https%3A%2F%2Fgithub.com%2Fholterd%2Fholter%2Fpatient%7Ca%5C%7Cb+c%5C%2Cd`, *r.bundle.Entry[0].Request.IfNoneExist)
}

func TestAnEmptyPeriodIsABundle(t *testing.T) {
	s := &Study{Patient: "anna", PatientSystem: PatientSystem, From: begin, To: begin.Add(time.Hour), Made: begin}
	require.Len(t, readBundle(t, written(t, s)).bundle.Entry, 2)
}

func TestItEndsWhereItCannotGoOn(t *testing.T) {
	s := known(t)
	enough := errors.New("enough")
	require.ErrorIs(t, s.Write(&bytes.Buffer{}, func(int, int) error { return enough }), enough)
	require.ErrorIs(t, s.Write(full{enough}, noProgress), enough)
}

// full is a disk without space.
type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }
