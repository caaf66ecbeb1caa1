package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/ecg"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func TestExportOfAWeekAgo(t *testing.T) {
	folder, out := t.TempDir(), t.TempDir()
	start := time.Date(2026, 1, 31, 8, 30, 0, 0, time.UTC)
	row := make([]int32, 2500)
	for i := range row {
		row[i] = int32(i)
	}
	value, err := proto.Marshal(&holterv1.SampleChunk{
		Device: "chest-1", Recording: "r", StartTimeNs: start.UnixNano(), SamplingRateHz: 250,
		Leads: []*holterv1.LeadSamples{{Name: "II", Gain: 200, Samples: row}},
	})
	require.NoError(t, err)
	require.NoError(t, archive.Put(folder, kafka.SampleMessage("anna", "chest-1", value)))

	a := newTestApp()
	a.Clock = &handClock{now: start.Add(7*24*time.Hour + 8*time.Second)}
	args := []string{"export", "--patient", "anna", "--from", "168h6s", "--to", "168h", "--archive", folder, "--out", out}
	require.Equal(t, exitFailure, a.Run(t.Context(), append(args, "--influx", "127.0.0.1:1")))
	require.Contains(t, a.err.String(), "--signal-only")
	require.Equal(t, exitOK, a.Run(t.Context(), append(args, "--signal-only")), a.err.String())
	record := filepath.Join(out, "chest-1_20260131_083002")
	require.Equal(t, record+".hea: 1 leads at 250 Hz, 2026-01-31T08:30:02.000Z to 2026-01-31T08:30:08.000Z, 0 gaps, 0 annotations\n", a.out.String())
	raw, err := ecg.ReadSignals(record)
	require.NoError(t, err)
	require.Equal(t, row[500:2000], raw.ADC[0])
	require.Equal(t, exitOK, a.Run(t.Context(), append(args, "--signal-only", "--format", "edf")), a.err.String())
	info, err := os.Stat(record + ".edf")
	require.NoError(t, err)
	require.NotZero(t, info.Size())

	strip := filepath.Join(out, "strip.svg")
	a.out.Reset()
	require.Equal(t, exitOK, a.run(t, "strip", "--patient", "anna", "--at", "2026-01-31T08:30:09Z", "--seconds", "4",
		"--archive", folder, "--out", strip, "--signal-only"), a.err.String())
	require.Equal(t, strip+": chest-1, 2026-01-31T08:30:07.000Z to 2026-01-31T08:30:10.000Z\n", a.out.String())
	drawn, err := os.ReadFile(strip)
	require.NoError(t, err)
	require.Contains(t, string(drawn), "<svg")

	args[2] = "berta"
	require.Equal(t, exitFailure, a.Run(t.Context(), append(args, "--signal-only")))
	require.Contains(t, a.err.String(), `no signal of patient "berta" from 2026-01-31T08:30:02Z`)
}

func TestExportAsFHIR(t *testing.T) {
	folder, out := t.TempDir(), t.TempDir()
	start := time.Date(2026, 1, 31, 8, 30, 0, 0, time.UTC)
	value, err := proto.Marshal(&holterv1.SampleChunk{
		Device: "chest-1", Recording: "r", StartTimeNs: start.UnixNano(), SamplingRateHz: 250,
		Leads: []*holterv1.LeadSamples{{Name: "II", Gain: 200, Samples: make([]int32, 8000)}},
	})
	require.NoError(t, err)
	require.NoError(t, archive.Put(folder, kafka.SampleMessage("anna", "chest-1", value)))
	a := newTestApp()
	a.Clock = &handClock{now: start.Add(time.Hour)}
	args := []string{"export", "--format", "fhir", "--patient", "anna", "--from", "2026-01-31T08:00:00Z", "--archive", folder, "--out", out}

	for flags, problem := range map[string]string{
		"--strips some":            `"some" is none of key, events and all`,
		"--signal-only":            "give --strips all with it",
		"--patient-system patient": `"patient" is no URI`,
		"--report day.txt":         `"day.txt" ends neither in .pdf nor in .html`,
		"--format xml":             `"xml" is none of wfdb, edf and fhir`,
	} {
		a.err.Reset()
		require.Equal(t, exitUsage, a.Run(t.Context(), append(slices.Clone(args), strings.Fields(flags)...)), flags)
		require.Contains(t, a.err.String(), problem)
	}
	require.Equal(t, exitFailure, a.Run(t.Context(), append(slices.Clone(args), "--influx", "127.0.0.1:1")))
	require.Contains(t, a.err.String(), "--signal-only")

	report := filepath.Join(out, "day.html")
	args = append(args, "--signal-only", "--strips", "all", "--patient-system", "urn:oid:1.2.3", "--report", report)
	require.Equal(t, exitFailure, a.Run(t.Context(), args))
	require.Contains(t, a.err.String(), "make one with holter report")
	require.NoError(t, os.WriteFile(report, []byte("<html></html>"), 0o600))
	require.Equal(t, exitOK, a.Run(t.Context(), args), a.err.String())
	path := filepath.Join(out, "anna_20260131_080000.fhir.json")
	require.Equal(t, path+": 2026-01-31T08:00:00.000Z to 2026-01-31T09:30:00.000Z, 0 of 0 findings, 2 strips\n", a.out.String())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	bundle, err := fhir.UnmarshalBundle(data)
	require.NoError(t, err)
	require.Len(t, bundle.Entry, 5) // patient, device, two strips, report
	require.Contains(t, string(bundle.Entry[0].Resource), `"system":"urn:oid:1.2.3"`)
	require.Contains(t, string(bundle.Entry[4].Resource), `"contentType":"text/html"`)

	args[4] = "berta"
	require.Equal(t, exitFailure, a.Run(t.Context(), args))
	require.Contains(t, a.err.String(), `neither signal nor an event of patient "berta"`)
}
