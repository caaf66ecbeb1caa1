package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/internal/questions"
	"github.com/holterd/holter/internal/summary"
	"github.com/holterd/holter/pkg/ecg"
)

// ask sends a request to the console's API; body nil is a GET.
func (s *services) ask(ctx context.Context, t *testing.T, path string, query url.Values, body any) (status int, answer []byte) {
	t.Helper()
	method, reader := http.MethodGet, io.Reader(http.NoBody)
	if body != nil {
		text, err := json.Marshal(body)
		require.NoError(t, err)
		method, reader = http.MethodPost, bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+s.page+path+"?"+query.Encode(), reader)
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, answer
}

// shown reads what the console knows.
func (s *services) shown(ctx context.Context, t *testing.T, path string, query url.Values, into any) {
	t.Helper()
	status, answer := s.ask(ctx, t, path, query, nil)
	require.Equal(t, http.StatusOK, status, "%s: %s", path, answer)
	require.NoError(t, json.Unmarshal(answer, into), "%s: %s", path, answer)
}

// alert is the one alert of a patient, as the console shows it; the zero alert
// while there is none.
func (s *services) alert(ctx context.Context, t *testing.T, patient string) wire.Alert {
	t.Helper()
	var list struct{ Alerts []wire.Alert }
	s.shown(ctx, t, "/v1/alerts", url.Values{"patient": {patient}, "state": {"all"}}, &list)
	if len(list.Alerts) == 0 {
		return wire.Alert{}
	}
	require.Len(t, list.Alerts, 1, "more alerts than the rules can raise")
	return list.Alerts[0]
}

func between(from, to time.Time) url.Values {
	return url.Values{"from": {from.Format(time.RFC3339Nano)}, "to": {to.Format(time.RFC3339Nano)}}
}

// requireShown requires that the console shows a replayed recording: patient,
// events, alert, and every sample of the signal as it was recorded.
func (s *services) requireShown(ctx context.Context, t *testing.T, patient, path string, all []event) {
	t.Helper()
	s.console.await(ctx, t, "the console shows "+patient+"'s alert", func() bool { return s.alert(ctx, t, patient).ID != "" })
	var list struct{ Patients []wire.Patient }
	s.shown(ctx, t, "/v1/patients", nil, &list)
	found := false
	for _, p := range list.Patients {
		if p.ID == patient {
			found = true
			require.Equal(t, "high", p.Urgency)
			require.Equal(t, 1, p.OpenAlerts)
			require.Len(t, p.Devices, 1)
			require.Equal(t, patient, p.Devices[0].ID)
		}
	}
	require.True(t, found, "%+v", list.Patients)

	var page struct{ Events []wire.Event }
	s.shown(ctx, t, "/v1/patients/"+patient+"/events", url.Values{"limit": {"1000"}}, &page)
	var want, got []string
	for _, e := range all {
		want = append(want, e.ID)
	}
	for _, e := range page.Events {
		got = append(got, e.ID)
	}
	require.ElementsMatch(t, want, got)

	rec, err := ecg.ReadRecord(path)
	require.NoError(t, err)
	length := time.Duration(float64(rec.Len()) / rec.Rate * float64(time.Second))
	var signal struct{ Stretches []wire.Stretch }
	query := between(start, start.Add(length))
	query.Set("points", "600000")
	s.archiver.await(ctx, t, "all of "+patient+"'s signal is in the archive", func() bool {
		status, answer := s.ask(ctx, t, "/v1/patients/"+patient+"/signal", query, nil)
		if status == http.StatusNotFound {
			return false
		}
		require.Equal(t, http.StatusOK, status, "%s", answer)
		signal.Stretches = nil
		require.NoError(t, json.Unmarshal(answer, &signal))
		return len(signal.Stretches[len(signal.Stretches)-1].UV[0]) == rec.Len()
	})
	require.Len(t, signal.Stretches, 1, "there are gaps")
	stretch := signal.Stretches[0]
	require.Equal(t, rec.Rate, stretch.Rate)
	require.Len(t, stretch.Leads, len(rec.Leads))
	for i, lead := range rec.Leads {
		require.Equal(t, lead.Name, stretch.Leads[i])
		for n, mv := range lead.Samples {
			if uv := stretch.UV[i][n]; math.Abs(float64(mv)*1000-float64(uv)) > 0.51 { // rounded to whole µV
				require.FailNow(t, "the signal is another", "lead %s, sample %d: %v mV are shown as %d µV", lead.Name, n, mv, uv)
			}
		}
	}
}

// requireAnswers requires that a question about a minute of the past is answered
// as the annotations say, to the console and to `holter ask`.
func (s *services) requireAnswers(ctx context.Context, t *testing.T, patient, path string) {
	t.Helper()
	from, to := 40*time.Second, 100*time.Second // the run and the bigeminy
	beats := truth(t, path, start.Add(from), from, to)
	status, answer := s.ask(ctx, t, "/v1/patients/"+patient+"/questions", nil, map[string]any{
		"question": "Where is the Premature ventricular contraction located in this ECG?", "by": "chris",
		"strips": []map[string]time.Time{{"from": start.Add(from), "to": start.Add(to)}},
	})
	require.Equal(t, http.StatusOK, status, "%s", answer)
	lines := bytes.Split(bytes.TrimSpace(answer), []byte("\n"))
	var last questions.Line
	require.NoError(t, json.Unmarshal(lines[len(lines)-1], &last), "%s", answer)
	require.True(t, last.Done, "%s", answer)
	located := spans(t, last)
	text, again := asked(ctx, t, os.Getenv("HOLTER_REAL_KAFKA"), patient, "V", "--config", s.config,
		"--from", start.Add(from).Format(time.RFC3339), "--to", start.Add(to).Format(time.RFC3339))
	require.Equal(t, last.Answer, text)
	require.Equal(t, located, again)
	a := compare(beats, located)
	require.GreaterOrEqual(t, float64(a.Found), 0.8*float64(a.Beats), "PVCs are missing in the answer %q", text)
	require.GreaterOrEqual(t, float64(a.Proven), 0.8*float64(a.Events), "spans without a PVC in the answer %q", text)
}

// requireReport requires that the console's report has all of the recording, and
// counts what the events say.
func (s *services) requireReport(ctx context.Context, t *testing.T, patient string, length time.Duration, all []event) {
	t.Helper()
	query := between(start, start.Add(length))
	query.Set("format", "json")
	var report summary.Summary
	s.shown(ctx, t, "/v1/patients/"+patient+"/report", query, &report)
	require.InDelta(t, length.Seconds(), report.Coverage.Recorded, 0.1)
	require.InDelta(t, length.Seconds(), report.Coverage.Analysed, 10)
	want, got := map[string]int{}, map[string]int{}
	for _, e := range all {
		want[e.Kind] += e.Beats
	}
	for _, k := range report.Kinds {
		if k.Beats > 0 {
			got[k.Code] = k.Beats
		}
	}
	require.Equal(t, want, got)
	require.Len(t, report.Alerts, 1)

	query.Set("format", "pdf")
	status, pdf := s.ask(ctx, t, "/v1/patients/"+patient+"/report", query, nil)
	require.Equal(t, http.StatusOK, status, "%s", pdf)
	require.Equal(t, "%PDF-", string(pdf[:5]))
}

// requireReviews decides about three events, in different words and in none, and
// requires that the console shows of each what was decided about it.
func (s *services) requireReviews(ctx context.Context, t *testing.T, patient string, all []event) {
	t.Helper()
	require.GreaterOrEqual(t, len(all), 3)
	reviews := []map[string]any{
		{"verdict": "relabelled", "kind": "A", "by": "chris", "note": "narrow"},
		{"verdict": "confirmed", "kind": "", "by": "dana", "note": ""},
		{"verdict": "rejected", "kind": "", "by": "chris", "note": "noise"},
	}
	for i, r := range reviews {
		status, answer := s.ask(ctx, t, "/v1/patients/"+patient+"/events/"+all[i].ID+"/review", nil, r)
		require.Equal(t, http.StatusOK, status, "%s", answer)
	}
	for i, r := range reviews {
		var e wire.Event
		s.shown(ctx, t, "/v1/patients/"+patient+"/events/"+all[i].ID, nil, &e)
		require.NotNil(t, e.Review)
		require.Equal(t, r, map[string]any{"verdict": e.Review.Verdict, "kind": e.Review.Kind, "by": e.Review.By, "note": e.Review.Note})
	}
}
