package console

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func TestConsole(t *testing.T) {
	w := newWorld(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<title>Holter</title>")
	}))
	t.Run("patients", w.patients)
	t.Run("events and reviews", w.eventsAndReviews)
	t.Run("timeline", w.timeline)
	t.Run("signal and export", w.signalAndExport)
	t.Run("alerts", w.alerts)
	t.Run("live", w.liveEvents)
	t.Run("other parts", w.otherParts)
	t.Run("errors", w.errors)
	for _, path := range w.doc.Paths.Map() {
		for method, operation := range path.Operations() {
			require.True(t, w.called[operation.OperationID], "%s %s was not called", method, operation.OperationID)
		}
	}
}

// now is when the patients' minute is; whole, so that bins are known.
var now = time.Now().UTC().Truncate(time.Hour).Add(-time.Hour)

func (w *world) patients(t *testing.T) {
	w.t = t
	battery, newest, heard := 83.0, now.UnixNano(), time.Now()
	w.status("anna", heard, &holterv1.DeviceStatus{Device: "chest-1", TimeNs: heard.Add(-3 * time.Second).UnixNano(), Online: true, BatteryPercent: &battery, LeadsOff: []string{"V1"}})
	w.status("anna", heard, &holterv1.DeviceStatus{Device: "chest-1", TimeNs: newest, Online: true, Heartbeat: true, LastSampleTimeNs: &newest})
	w.status("ben", heard, &holterv1.DeviceStatus{Device: "belt", Online: false})
	w.sendProto(kafka.TopicProgress, "anna", kafka.ProgressKey("anna", "chest-1", "rec"), &holterv1.Progress{Patient: "anna", Device: "chest-1", Recording: "rec", AnalysedUntilNs: newest - 2e9})
	w.sendProto(kafka.TopicProgress, "carl", kafka.ProgressKey("carl", "watch", "rec"), &holterv1.Progress{Patient: "carl", Device: "watch", Recording: "rec"})
	a := alert.Alert{ID: "a1", Key: "run/anna", Rule: "run", Priority: alert.Medium, Class: alert.Physiological, State: alert.Acknowledged, Patient: "anna", Title: "Run", Start: now, Updated: now, Raised: now, History: []alert.Change{{At: now, What: "triggered", By: alert.Self}}}
	w.alert(a)
	a.ID, a.Priority, a.State, a.Title, a.WithoutPolicy = "a2", alert.Low, alert.Triggered, "Frequent", true
	w.alert(a)
	w.windowsOf("anna", "chest-1", 1, 7, 8)
	w.windowsOf("ben", "belt", .2, 3)
	w.alert(alert.Alert{ID: "b1", Key: "noise/belt", Rule: "noise", Priority: alert.High, Class: alert.Technical, State: alert.Triggered, Patient: "ben", Device: "belt", Title: "Noise", Start: now, Updated: now, Raised: now})
	var list struct{ Patients []wire.Patient }
	require.Eventually(t, func() bool {
		w.get("/v1/patients", &list)
		return len(list.Patients) == 4 && list.Patients[3].Devices[0].Battery != nil && list.Patients[0].OpenAlerts == 1 && list.Patients[1].OpenAlerts == 2 && len(list.Patients[1].Devices) == 1 && !time.Time(list.Patients[1].AnalysedUntil).IsZero() &&
			list.Patients[1].HeartRate != nil && *list.Patients[1].HeartRate == 75 && list.Patients[0].Devices[0].Noisy
	}, patience, 50*time.Millisecond)
	require.Equal(t, []string{"ben", "anna", "carl", "dora"}, []string{list.Patients[0].ID, list.Patients[1].ID, list.Patients[2].ID, list.Patients[3].ID})
	require.Equal(t, 42., *list.Patients[3].Devices[0].Battery, "told 30 hours before the start")
	require.Equal(t, "high", list.Patients[0].Urgency)
	require.False(t, list.Patients[1].Devices[0].Noisy)
	require.Nil(t, list.Patients[2].HeartRate)
	require.False(t, *list.Patients[0].Devices[0].Connected)
	require.Nil(t, list.Patients[2].Devices[0].Connected)
	var anna wire.Patient
	w.get("/v1/patients/anna", &anna)
	require.Equal(t, "medium Run 2 1", fmt.Sprint(anna.Urgency, " ", anna.Title, " ", anna.OpenAlerts, anna.Unacknowledged))
	require.Equal(t, 75., *anna.HeartRate)
	require.Equal(t, now, time.Time(anna.LastSignal))
	d := anna.Devices[0]
	require.Equal(t, battery, *d.Battery)
	require.Equal(t, []string{"V1"}, d.LeadsOff)
	require.InDelta(t, -3000, *d.ClockOffMS, 1)
	require.True(t, *d.Connected)
}

type page struct {
	Events []wire.Event
	Next   string
}

func ids(p page) string {
	var all []string
	for _, e := range p.Events {
		all = append(all, strings.TrimLeft(e.ID, "0"))
	}
	return strings.Join(all, " ")
}

func (w *world) eventsAndReviews(t *testing.T) {
	w.t = t
	minute := func(n int) time.Time { return now.Add(time.Duration(n) * time.Minute) }
	st := event("5", "STD", minute(5), 70*time.Second)
	st.Evidence, st.STPeak, st.STLead = localize.ByBoth, -210, "II"
	other := event("6", "V", minute(6), time.Second)
	other.Patient = "ben"
	require.NoError(t, w.store.WriteEvents(t.Context(), []localize.Event{
		event("1", "V", minute(1), time.Second, 300*time.Millisecond),
		event("2", "V", minute(2).Add(59*time.Second), 2*time.Second, 500*time.Millisecond, 1500*time.Millisecond),
		event("3", "A", minute(3), time.Second, 300*time.Millisecond),
		event("4", "AFIB", minute(4).Add(30*time.Second), 60*time.Second), st, other,
	}))
	var p page
	w.get("/v1/patients/anna/events?limit=2", &p)
	require.Equal(t, "5 4", ids(p))
	require.Nil(t, p.Events[0].Pattern)
	require.Equal(t, wire.ST{PeakUV: -210, Lead: "II", Evidence: "both"}, *p.Events[0].ST)
	w.get("/v1/patients/anna/events?limit=3&after="+p.Next, &p)
	require.Equal(t, "3 2 1", ids(p))
	require.Empty(t, p.Next)
	require.Equal(t, wire.Pattern{Kind: "couplet", Beats: 2, Rate: 60}, *p.Events[1].Pattern)
	require.Equal(t, wire.Pattern{Kind: "single", Beats: 1}, *p.Events[2].Pattern)
	w.get("/v1/patients/anna/events?kind=V,A&to="+minute(3).Format(wire.Layout), &p)
	require.Equal(t, "2 1", ids(p))

	path := "/v1/patients/anna/events/" + p.Events[0].ID
	var e wire.Event
	w.get(path, &e)
	require.Equal(t, []wire.Instant{wire.Instant(minute(3).Add(-500 * time.Millisecond)), wire.Instant(minute(3).Add(500 * time.Millisecond))}, e.BeatTimes)
	require.Empty(t, e.Reviews)
	require.Equal(t, "couplet", e.Pattern.Kind)
	w.do(http.MethodPost, path+"/review", `{"verdict":"confirmed","by":"ann","note":"clear"}`, 200)
	require.NoError(t, json.Unmarshal(w.do(http.MethodPost, path+"/review", `{"verdict":"relabelled","kind":"A","by":"ben"}`, 200), &e))
	require.Equal(t, "A", e.Review.Kind)
	require.Equal(t, "ann", e.Reviews[0].By)
	require.Len(t, e.Reviews, 2)
	w.do(http.MethodPost, "/v1/patients/anna/events/"+p.Events[1].ID+"/review", `{"verdict":"rejected","by":"ann"}`, 200)
	for filter, want := range map[string]string{"open": "5 4 3", "rejected": "1", "relabelled": "2", "confirmed": "", "any": "5 4 3 2 1"} {
		w.get("/v1/patients/anna/events?review="+filter, &p)
		require.Equal(t, want, ids(p), filter)
	}
	w.get("/v1/patients/anna/events?review=open&limit=2", &p)
	require.Equal(t, "5 4", ids(p))
	w.get("/v1/patients/anna/events?review=open&after="+p.Next, &p)
	require.Equal(t, "3", ids(p))
	for body, want := range map[string]string{
		`{"verdict":"maybe","by":"ann"}`:                 "is not one of",
		`{"verdict":"confirmed"}`:                        "who decides",
		`{"verdict":"relabelled","by":"ann","kind":"X"}`: "not the code",
	} {
		require.Contains(t, string(w.do(http.MethodPost, path+"/review", body, 400)), want)
	}
	w.do(http.MethodPost, "/v1/patients/ben/events/"+e.ID+"/review", `{"verdict":"confirmed","by":"ann"}`, 404)
	var kinds struct{ Kinds []wire.Kind }
	w.get("/v1/kinds", &kinds)
	require.Equal(t, wire.Kind{Code: "V", Name: "Premature ventricular contraction", Beat: true}, kinds.Kinds[0])
}

func (w *world) timeline(t *testing.T) {
	w.t = t
	w.keep("anna", now, 90)
	var windows []influx.Window
	for i := range 20 {
		from, beats := now.Add(time.Duration(i)*6*time.Second), 7+i/10
		if i >= 17 {
			beats = 11
		}
		windows = append(windows, influx.Window{Patient: "anna", Device: "chest-1", Recording: "rec", Index: 10 + i, From: from, To: from.Add(6 * time.Second), Beats: beats})
	}
	require.NoError(t, w.store.WriteWindows(t.Context(), windows))
	type bin struct {
		At                                           wire.Instant
		Mean, Min, Max, Recorded, Analysed, AFSecond float64
		Beats, V, A                                  int
		AF                                           float64 `json:"af_seconds"`
	}
	var day struct {
		From, To   wire.Instant
		BinSeconds int   `json:"bin_seconds"`
		HeartRate  []bin `json:"heart_rate"`
		Coverage   []bin
		Burden     []bin
		ST         []struct{ UV int }
		Counts     map[string]int
	}
	span := func(from, to time.Time) string {
		return fmt.Sprintf("/v1/patients/anna/day?from=%s&to=%s", from.Format(wire.Layout), to.Format(wire.Layout))
	}
	w.get(span(now, now.Add(10*time.Minute)), &day)
	require.Equal(t, 60, day.BinSeconds)
	require.Len(t, day.HeartRate, 2)
	require.Equal(t, 70., day.HeartRate[0].Mean)
	require.Equal(t, []float64{70, 70}, []float64{day.HeartRate[0].Min, day.HeartRate[0].Max})
	require.Equal(t, []float64{89, 80, 110}, []float64{day.HeartRate[1].Mean, day.HeartRate[1].Min, day.HeartRate[1].Max}, "the last 20 s were faster")
	require.Len(t, day.Coverage, 10)
	require.Equal(t, []float64{1, .5, 0}, []float64{day.Coverage[0].Recorded, day.Coverage[1].Recorded, day.Coverage[2].Recorded})
	require.Equal(t, []float64{1, 1, 0}, []float64{day.Coverage[0].Analysed, day.Coverage[1].Analysed, day.Coverage[2].Analysed})
	byMinute := map[int]string{}
	for _, b := range day.Burden {
		byMinute[time.Time(b.At).Minute()] = fmt.Sprintf("%d beats %d V %d A %g s", b.Beats, b.V, b.A, b.AF)
	}
	require.Equal(t, map[int]string{
		0: "70 beats 0 V 0 A 0 s", 1: "89 beats 0 V 0 A 0 s", // the V of minute 1 was rejected
		2: "0 beats 0 V 1 A 0 s", 3: "0 beats 0 V 2 A 0 s", // the couplet over the minute was relabelled A
		4: "0 beats 0 V 0 A 30 s", 5: "0 beats 0 V 0 A 30 s",
	}, byMinute)
	require.Equal(t, map[string]int{"A": 2, "AFIB": 1, "STD": 1}, day.Counts)
	require.Equal(t, -210, day.ST[0].UV)

	w.get(span(now.Add(-48*time.Hour), now.Add(time.Hour)), &day)
	require.Equal(t, 3600, day.BinSeconds)
	last := day.HeartRate[len(day.HeartRate)-1]
	require.Equal(t, 79.5, last.Mean)
	require.Len(t, day.Coverage, 49)
	require.InDelta(t, 90./3600, day.Coverage[48].Recorded, 1e-4)
	w.do(http.MethodGet, span(now.Add(-40*24*time.Hour), now), "", 400)
}

func (w *world) signalAndExport(t *testing.T) {
	w.t = t
	path := func(what string, seconds int, more string) string {
		return fmt.Sprintf("/v1/patients/anna/%s?from=%s&to=%s%s", what, now.Format(wire.Layout), now.Add(time.Duration(seconds)*time.Second).Format(wire.Layout), more)
	}
	var signal struct {
		Stretches []struct {
			Device, Recording string
			Rate              float64
			Leads             []string
			UV                [][]*int
		}
		Envelope bool
	}
	w.get(path("signal", 2, ""), &signal)
	require.False(t, signal.Envelope)
	s := signal.Stretches[0]
	require.Equal(t, []string{"MLII", "V1"}, s.Leads)
	require.Len(t, s.UV[0], 500)
	require.Equal(t, 10, *s.UV[0][1])
	require.Nil(t, s.UV[1][0])
	w.get(path("signal", 60, "&points=300&leads=II"), &signal)
	require.True(t, signal.Envelope)
	s = signal.Stretches[0]
	require.Equal(t, []string{"MLII"}, s.Leads)
	require.Equal(t, 5., s.Rate, "150 parts in 60 s")
	require.Len(t, s.UV[0], 300)
	require.Equal(t, []int{0, 990}, []int{*s.UV[0][0], *s.UV[0][1]})
	w.do(http.MethodGet, path("signal", 60, "&leads=V6"), "", 404)
	w.do(http.MethodGet, strings.Replace(path("signal", 60, ""), "anna", "ben", 1), "", 404)
	w.do(http.MethodGet, "/v1/patients/anna/signal", "", 400)

	for format, want := range map[string]string{"wfdb": ".hea .dat .hol", "edf": ".edf"} {
		file := w.do(http.MethodGet, path("export", 80, "&format="+format), "", 200)
		z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
		require.NoError(t, err)
		require.Len(t, z.File, len(strings.Fields(want)))
		for _, f := range z.File {
			require.Contains(t, want, f.Name[strings.LastIndex(f.Name, "."):])
			in, err := f.Open()
			require.NoError(t, err)
			content, err := io.ReadAll(in)
			require.NoError(t, err)
			if strings.HasSuffix(f.Name, ".hol") {
				require.Contains(t, string(content), "rejected by ann")
			}
		}
	}
	require.Contains(t, string(w.do(http.MethodGet, path("export", 80, "&format=fhir"), "", 200)), `"Bundle"`)
	w.do(http.MethodGet, path("export", 80, "&format=doc"), "", 400)
}

func (w *world) alerts(t *testing.T) {
	w.t = t
	w.alert(alert.Alert{ID: "a0", Key: "old", Rule: "run", Priority: alert.High, Class: alert.Physiological, State: alert.Resolved, Patient: "anna", Raised: now.Add(-time.Hour)})
	var list struct{ Alerts []wire.Alert }
	require.Eventually(t, func() bool {
		w.get("/v1/alerts?state=all&patient=anna", &list)
		return len(list.Alerts) == 3
	}, patience, 20*time.Millisecond)
	w.get("/v1/alerts", &list)
	require.Len(t, list.Alerts, 3, "of all patients; one is over")

	path := "/v1/patients/anna/alerts/"
	for action, body := range map[string]string{
		"acknowledge": `{"by":"ann"}`, "assign": `{"by":"ann","assignee":"ben"}`, "escalate": `{"by":"ann"}`,
		"silence": fmt.Sprintf(`{"by":"ann","why":"new electrodes","until":%q}`, time.Now().Add(time.Hour).UTC().Format(wire.Layout)),
		"resolve": `{"by":"ann","why":"artefact"}`, "note": `{"by":"ann","why":"called"}`,
	} {
		var sent struct{ Command string }
		require.NoError(t, json.Unmarshal(w.do(http.MethodPost, path+"a1/"+action, body, 202), &sent))
		require.NotEmpty(t, sent.Command)
		require.Contains(t, string(w.do(http.MethodPost, path+"a1/"+action, `{}`, 400)), "by (who decides)")
	}
	for _, action := range []string{"assign", "silence", "resolve", "note"} {
		w.do(http.MethodPost, path+"a1/"+action, `{"by":"ann"}`, 400)
	}
	w.do(http.MethodPost, path+"a0/acknowledge", `{"by":"ann"}`, 409)
	require.Contains(t, string(w.do(http.MethodPost, path+"a2/escalate", `{"by":"ann"}`, 409)), "add a policy")
	w.do(http.MethodPost, path+"zz/acknowledge", `{"by":"ann"}`, 404)
	actions := map[string]bool{}
	require.NoError(t, w.client.ReadAll(t.Context(), kafka.TopicCommands, kafka.PartitionFor("anna", w.cfg.Kafka.Partitions), func(m kafka.Message) error {
		var c holterv1.AlertCommand
		require.NoError(t, proto.Unmarshal(m.Value, &c))
		require.Equal(t, "anna a1 ann", c.Patient+" "+c.Alert+" "+c.By)
		actions[fmt.Sprintf("%T", c.Action)] = true
		return nil
	}))
	require.Len(t, actions, 6)
}

// listen reads server-sent events: name and data.
func (w *world) listen(path string) <-chan [2]string {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w.t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url(path), nil)
	require.NoError(w.t, err)
	answer, err := http.DefaultClient.Do(request) //nolint:bodyclose // the goroutine below does
	require.NoError(w.t, err)
	require.Equal(w.t, "text/event-stream", answer.Header.Get("Content-Type"))
	events := make(chan [2]string, 100)
	go func() {
		defer answer.Body.Close()
		var name string
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if n, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = n
			}
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				events <- [2]string{name, data}
			}
		}
	}()
	return events
}

func (w *world) liveEvents(t *testing.T) {
	w.t = t
	list := w.listen("/v1/live")
	require.Equal(t, "patients", (<-list)[0], "at once")
	anna, again := w.listen("/v1/patients/anna/live"), w.listen("/v1/patients/anna/live")
	w.called["livePatient"], w.called["liveList"] = true, true

	at := func(viewer <-chan [2]string, name string) string {
		t.Helper()
		for {
			select {
			case e := <-viewer:
				if e[0] == name {
					return e[1]
				}
			case <-time.After(patience):
				require.FailNow(t, "no "+name)
			}
		}
	}
	// The tail begins when somebody looks: chunks are sent until one arrives.
	stop := make(chan struct{})
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for i := uint64(0); ; i++ {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			value, _ := proto.Marshal(chunk(now, i))
			e, _ := proto.Marshal(&holterv1.Event{Id: "e", Patient: "anna", Kind: "V", StartTimeNs: now.UnixNano(), EndTimeNs: now.UnixNano()})
			p := kafka.PartitionFor("anna", w.cfg.Kafka.Partitions)
			_ = w.client.NewWriter().WriteTo(context.Background(), kafka.TopicSamples, p, kafka.SampleMessage("anna", "chest-1", value))
			_ = w.client.NewWriter().WriteTo(context.Background(), kafka.TopicEvents, p, kafka.PatientMessage("anna", e))
		}
	}()
	for _, viewer := range []<-chan [2]string{anna, again} {
		var s wire.Stretch
		require.Contains(t, at(viewer, "signal"), `"uv":[[0,10,`)
		require.NoError(t, json.Unmarshal([]byte(strings.ReplaceAll(at(viewer, "signal"), "null", "0")), &s))
		require.Equal(t, now, time.Time(s.Start))
		require.Contains(t, at(viewer, "event"), "Premature ventricular contraction")
	}
	close(stop)
	<-sent
	w.status("anna", time.Now(), &holterv1.DeviceStatus{Device: "chest-1", Online: false})
	require.Contains(t, at(anna, "device"), `"id":"chest-1"`)
	w.alert(alert.Alert{ID: "a9", Key: "x", Rule: "run", Priority: alert.High, Class: alert.Physiological, State: alert.Triggered, Patient: "anna", Title: "Run of nine", Raised: now})
	require.Contains(t, at(anna, "alert"), "Run of nine")
	for !strings.Contains(at(list, "patients"), "Run of nine") {
	}
	var p page
	w.get("/v1/patients/anna/events?kind=AFIB", &p)
	w.do(http.MethodPost, "/v1/patients/anna/events/"+p.Events[0].ID+"/review", `{"verdict":"confirmed","by":"eve"}`, 200)
	for !strings.Contains(at(again, "event"), `"by":"eve"`) {
	}
	grown, err := proto.Marshal(&holterv1.Event{Id: p.Events[0].ID, Patient: "anna", Kind: "AFIB", StartTimeNs: now.UnixNano(), EndTimeNs: now.UnixNano(), Answer: "longer"})
	require.NoError(t, err)
	w.send(kafka.TopicEvents, kafka.PatientMessage("anna", grown), "anna")
	var e wire.Event
	for e.Answer != "longer" {
		e = wire.Event{}
		require.NoError(t, json.Unmarshal([]byte(at(again, "event")), &e))
	}
	require.Equal(t, "eve", e.Review.By, "an event that grows keeps its review")
}

func (w *world) otherParts(t *testing.T) {
	w.t = t
	strip := fmt.Sprintf(`[{"from":%q,"to":%q}]`, now.Format(wire.Layout), now.Add(10*time.Second).Format(wire.Layout))
	asked := w.do(http.MethodPost, "/v1/patients/anna/questions", `{"question":"Where?","by":"ann","strips":`+strip+`}`, 503)
	require.Contains(t, string(asked), "no analyzer holds the signal")
	w.called["question"] = true // that there is an answer is tested where there is an analyzer
	made := w.do(http.MethodGet, fmt.Sprintf("/v1/patients/anna/report?from=%s&to=%s&format=html", now.Format(wire.Layout), now.Add(10*time.Minute).Format(wire.Layout)), "", 200)
	require.Contains(t, string(made), "anna")
	answer, err := http.Get(w.url("/patients/anna"))
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), "<title>Holter")
	require.Contains(t, answer.Header.Get("Content-Security-Policy"), "default-src 'self'")
}

func (w *world) errors(t *testing.T) {
	w.t = t
	w.do(http.MethodGet, "/v1/patients/nobody", "", 404)
	for _, query := range []string{"limit=0", "limit=x", "review=maybe", "after=x", "from=yesterday", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"} {
		w.do(http.MethodGet, "/v1/patients/anna/events?"+query, "", 400)
	}
	for path, status := range map[string]int{"/v1/nothing": 404, "/v1/patients/a%2Fb": 400} {
		answer, err := http.Get(w.url(path))
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, status, answer.StatusCode, path)
		require.Contains(t, string(body), `"remedy":"`)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url("/v1/patients"), nil)
	require.NoError(t, err)
	request.Host = "evil.example"
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusMisdirectedRequest, answer.StatusCode)
}
