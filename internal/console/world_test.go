package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/config"
	embeddedinflux "github.com/holterd/holter/internal/embedded/influx"
	embeddedkafka "github.com/holterd/holter/internal/embedded/kafka"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/testport"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// patience is for a busy machine.
const patience = 5 * time.Minute

// world is a console on an embedded Kafka, InfluxDB and archive.
type world struct {
	t       testing.TB
	cfg     config.Config
	client  *kafka.Client
	store   *influx.Store
	service *Service
	router  routers.Router
	doc     *openapi3.T
	called  map[string]bool // operations of the document that have succeeded
}

func newWorld(t testing.TB, page http.Handler) *world {
	t.Helper()
	if _, err := embeddedinflux.Find(); err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
	log := zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.WarnLevel)
	cfg := config.Default()
	cfg.Console.Addr, cfg.Kafka.Partitions, cfg.Archive.Folder = "127.0.0.1:0", 3, t.TempDir()
	broker, err := embeddedkafka.Start(embeddedkafka.Options{Addr: testport.Addr(t), Dir: t.TempDir(), Retention: cfg.Kafka.Retention}, log)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, broker.Close()) })
	cfg.Kafka.Brokers = []string{broker.Addr()}
	starting, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	server, err := embeddedinflux.Start(starting, embeddedinflux.Options{Addr: testport.Addr(t), Dir: t.TempDir()}, log)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	cfg.Influx.URL = server.URL()

	w := &world{t: t, cfg: cfg, called: make(map[string]bool)}
	w.store, err = influx.Open(influx.Options{URL: cfg.Influx.URL, Org: cfg.Influx.Org, Bucket: cfg.Influx.Bucket, Log: log})
	require.NoError(t, err)
	t.Cleanup(w.store.Close)
	require.NoError(t, w.store.Init(starting))
	w.client, err = kafka.NewClient(cfg.Kafka, log)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.client.Close()) })
	require.NoError(t, w.client.EnsureTopics(starting))

	w.silent(30 * time.Hour)
	w.service, err = New(cfg, page, log, prometheus.NewRegistry())
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.service.Run(ctx) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
	require.Eventually(t, w.service.Ready, patience, 10*time.Millisecond)

	text, err := os.ReadFile("../../schemas/openapi.yaml")
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	doc.Servers = openapi3.Servers{{URL: w.url("")}}
	w.doc = doc
	w.router, err = legacy.NewRouter(doc)
	require.NoError(t, err)
	return w
}

func (w *world) url(path string) string { return "http://" + w.service.Addr() + path }

// do sends a request and holds both, it and the answer, against the document.
func (w *world) do(method, path, body string, status int) []byte {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.url(path), strings.NewReader(body))
	require.NoError(w.t, err)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	route, params, err := w.router.FindRoute(request)
	require.NoError(w.t, err, "%s %s", method, path)
	input := &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route}
	if status < 300 {
		require.NoError(w.t, openapi3filter.ValidateRequest(w.t.Context(), input), "%s %s", method, path)
	}
	request.Body = io.NopCloser(strings.NewReader(body))
	answer, err := http.DefaultClient.Do(request)
	require.NoError(w.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(w.t, err)
	require.Equal(w.t, status, answer.StatusCode, "%s %s: %s", method, path, text)
	output := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: answer.StatusCode, Header: answer.Header, Body: io.NopCloser(bytes.NewReader(text)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, ExcludeResponseBody: answer.Header.Get("Content-Type") != "application/json"},
	}
	require.NoError(w.t, openapi3filter.ValidateResponse(w.t.Context(), output), "%s %s: %s", method, path, text)
	if status < 300 {
		w.called[route.Operation.OperationID] = true
	}
	return text
}

// get reads an answer into a value.
func (w *world) get(path string, into any) {
	w.t.Helper()
	require.NoError(w.t, json.Unmarshal(w.do(http.MethodGet, path, "", http.StatusOK), into))
}

func (w *world) send(topic string, m kafka.Message, patient string) {
	w.t.Helper()
	require.NoError(w.t, w.client.NewWriter().WriteTo(w.t.Context(), topic, kafka.PartitionFor(patient, w.cfg.Kafka.Partitions), m))
}

func (w *world) sendProto(topic, patient string, key []byte, message proto.Message) {
	w.t.Helper()
	value, err := proto.Marshal(message)
	require.NoError(w.t, err)
	w.send(topic, kafka.Message{Key: key, Value: value}, patient)
}

// status is heard at a time.
func (w *world) status(patient string, at time.Time, s *holterv1.DeviceStatus) {
	w.t.Helper()
	s.Patient = patient
	value, err := proto.Marshal(&holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Status{Status: s}})
	require.NoError(w.t, err)
	w.send(kafka.TopicStatus, kafka.Message{Key: []byte(patient), Value: value, Time: at}, patient)
}

// silent is a device of dora's that was heard last so long ago.
func (w *world) silent(ago time.Duration) {
	w.t.Helper()
	battery, at := 42., time.Now().Add(-ago)
	w.status("dora", at, &holterv1.DeviceStatus{Device: "old-belt", Online: true, BatteryPercent: &battery, TimeNs: at.UnixNano()})
	w.sendProto(kafka.TopicProgress, "dora", kafka.ProgressKey("dora", "old-belt", "rec"), &holterv1.Progress{Patient: "dora", Device: "old-belt", Recording: "rec"})
}

// windowsOf tells of windows of six seconds that follow each other, of so many
// beats.
func (w *world) windowsOf(patient, device string, quality float64, beats ...uint32) {
	for i, n := range beats {
		start := now.Add(time.Duration(i-len(beats)) * 6 * time.Second)
		w.sendProto(kafka.TopicWindows, patient, []byte(patient), &holterv1.Window{
			Patient: patient, Device: device, Recording: "rec", Id: fmt.Sprintf("rec/0/%d", i), Quality: quality,
			StartTimeNs: start.UnixNano(), EndTimeNs: start.Add(6 * time.Second).UnixNano(), BeatOffsetsMs: make([]uint32, n),
		})
	}
}

func (w *world) alert(a alert.Alert) {
	w.sendProto(kafka.TopicAlerts, a.Patient, kafka.AlertKey(a.Patient, a.ID), a.Proto())
}

// chunk is a second of signal of two leads at 250 Hz; the first sample of V1 has
// no contact.
func chunk(start time.Time, sequence uint64) *holterv1.SampleChunk {
	c := &holterv1.SampleChunk{Device: "chest-1", Recording: "rec", Sequence: sequence, StartTimeNs: start.UnixNano(), SamplingRateHz: 250}
	for i, name := range []string{"MLII", "V1"} {
		row := make([]int32, 250)
		for j := range row {
			row[j] = int32(j) * 2
		}
		if i == 1 {
			row[0] = -1 << 31
		}
		c.Leads = append(c.Leads, &holterv1.LeadSamples{Name: name, Gain: 200, Samples: row})
	}
	return c
}

// keep puts seconds of signal into the archive.
func (w *world) keep(patient string, start time.Time, seconds int) {
	w.t.Helper()
	var records []kafka.Message
	for s := range seconds {
		value, err := proto.Marshal(chunk(start.Add(time.Duration(s)*time.Second), uint64(s)))
		require.NoError(w.t, err)
		records = append(records, kafka.SampleMessage(patient, "chest-1", value))
	}
	require.NoError(w.t, archive.Put(w.cfg.Archive.Folder, records...))
}

func event(id, kind string, start time.Time, length time.Duration, beats ...time.Duration) localize.Event {
	e := localize.Event{
		ID: fmt.Sprintf("%032s", id), Patient: "anna", Device: "chest-1", Recording: "rec", Kind: kind, Start: start, End: start.Add(length),
		Confidence: .75, Beats: len(beats), Question: "Where?", Answer: "There.", Model: "m 1",
	}
	for _, at := range beats {
		e.NewBeats = append(e.NewBeats, start.Add(at))
	}
	return e
}
