package fhir

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// A minute of a recording: the strips of its premature ventricular beats have
// the recording's millivolts.
func TestStripsOfARealRecording(t *testing.T) {
	if os.Getenv("HOLTER_DATA") == "" {
		t.Skip("SKIPPED: set HOLTER_DATA to the folder with the recordings (mitdb) to run this test")
	}
	path := filepath.Join(os.Getenv("HOLTER_DATA"), "mitdb", "119")
	rec, err := ecg.ReadRecord(path)
	require.NoError(t, err)
	raw, err := ecg.ReadSignals(path)
	require.NoError(t, err)
	annotations, err := ecg.ReadAnnotations(path + ".atr")
	require.NoError(t, err)

	n := int(60 * rec.Rate)
	chunk := &holterv1.SampleChunk{Device: "119", Recording: "rec", SamplingRateHz: rec.Rate, StartTimeNs: begin.UnixNano()}
	for i, s := range raw.Signals {
		row := make([]int32, n)
		for j := range row {
			row[j] = raw.ADC[i][j] - int32(s.Baseline)
		}
		chunk.Leads = append(chunk.Leads, &holterv1.LeadSamples{Name: s.Name(), Gain: s.Gain, Samples: row})
	}
	value, err := proto.Marshal(chunk)
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, archive.Put(folder, kafka.SampleMessage("p119", "119", value)))
	a, err := archive.Open(folder)
	require.NoError(t, err)

	s := &Study{Patient: "p119", PatientSystem: PatientSystem, From: begin, To: begin.Add(time.Minute), Made: begin, Show: ShowEvents}
	s.Stretches, err = a.Read(s.Patient, s.From, s.To)
	require.NoError(t, err)
	for _, x := range annotations {
		at := begin.Add(time.Duration(float64(x.Sample) / rec.Rate * 1e9)).Truncate(time.Millisecond)
		if x.Symbol == "V" && at.Before(s.To) {
			s.Events = append(s.Events, localize.Event{
				ID: strconv.FormatInt(x.Sample, 10), Patient: s.Patient, Device: "119", Recording: "rec", Kind: "V", Confidence: 1, Beats: 1,
				Start: at.Add(-500 * time.Millisecond), End: at.Add(500 * time.Millisecond),
			})
		}
	}
	require.Greater(t, len(s.Events), 10)
	r := readBundle(t, written(t, s))
	for _, e := range s.Events {
		strip := r.observations[*r.finding(t, s, e.ID).DerivedFrom[0].Reference]
		requireMillivolts(t, rec, strip, e)
	}
}

// requireMillivolts requires that a strip has the recording's signal, and the event.
func requireMillivolts(t *testing.T, rec *ecg.Recording, strip r4.Observation, e localize.Event) {
	t.Helper()
	start, err := time.Parse(time.RFC3339, *strip.EffectivePeriod.Start)
	require.NoError(t, err)
	end, err := time.Parse(time.RFC3339, *strip.EffectivePeriod.End)
	require.NoError(t, err)
	require.False(t, start.After(e.Start) || end.Before(e.End))
	first := int(start.Sub(begin).Seconds()*rec.Rate + .5) // the time is to the millisecond
	require.Len(t, strip.Component, len(rec.Leads))
	for i, c := range strip.Component {
		require.Equal(t, rec.Leads[i].Name, *c.Code.Text)
		factor, err := c.ValueSampledData.Factor.Float64()
		require.NoError(t, err)
		values := strings.Fields(*c.ValueSampledData.Data)
		require.Len(t, values, int(10*rec.Rate))
		for j, text := range values {
			x, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			require.InDelta(t, rec.Leads[i].Samples[first+j], x*factor, 1e-5, "lead %d, sample %d", i, j)
		}
	}
}
