package cli

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	broker "github.com/holterd/holter/internal/embedded/mqtt"
	"github.com/holterd/holter/pkg/ecg"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// hub is a broker with somebody who listens and reports progress.
type hub struct {
	url    string
	refuse uint64 // events of every recording
	mu     sync.Mutex
	chunks []*holterv1.SampleChunk
}

func startHub(t *testing.T) *hub {
	t.Helper()
	b, err := broker.Start(broker.Options{Addr: "127.0.0.1:0", Dir: t.TempDir(), Session: "hub"}, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { _ = b.Close() })
	h := &hub{url: "tcp://" + b.Addr()}
	client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(h.url).SetClientID("hub").SetCleanSession(false).SetOrderMatters(true))
	token := client.Connect()
	require.True(t, token.WaitTimeout(5*time.Second))
	require.NoError(t, token.Error())
	t.Cleanup(func() { client.Disconnect(0) })
	topics := map[string]byte{"ecg/v1/+/samples": 1, "ecg/v1/+/status": 1, "ecg/v1/+/button": 1}
	token = client.SubscribeMultiple(topics, func(c mqtt.Client, m mqtt.Message) { h.take(t, c, m) })
	require.True(t, token.WaitTimeout(5*time.Second))
	require.NoError(t, token.Error())
	return h
}

func (h *hub) take(t *testing.T, c mqtt.Client, m mqtt.Message) {
	if !strings.HasSuffix(m.Topic(), "/samples") {
		return
	}
	chunk := &holterv1.SampleChunk{}
	if err := proto.Unmarshal(m.Payload(), chunk); err != nil {
		t.Errorf("chunk: %v", err)
	}
	h.mu.Lock()
	h.chunks = append(h.chunks, chunk)
	h.mu.Unlock()
	if !chunk.EndOfRecording {
		return
	}
	report, err := proto.Marshal(&holterv1.Progress{Device: chunk.Device, Recording: chunk.Recording, Ended: true, Stored: true, RefusedEvents: h.refuse})
	if err != nil {
		t.Errorf("progress: %v", err)
	}
	c.Publish("ecg/v1/"+chunk.Device+"/progress", 1, true, report)
}

func (h *hub) taken() []*holterv1.SampleChunk {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]*holterv1.SampleChunk(nil), h.chunks...)
}

// writeRecord writes a minute of two leads and returns its path.
func writeRecord(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	rec := &ecg.Recording{Name: "r1", Rate: 250, Leads: []ecg.Lead{{Name: "MLII"}, {Name: "V1"}}}
	for i := range 60 * 250 {
		rec.Leads[0].Samples = append(rec.Leads[0].Samples, float32(i%250)/1000)
		rec.Leads[1].Samples = append(rec.Leads[1].Samples, -float32(i%250)/1000)
	}
	require.NoError(t, ecg.WriteRecord(dir, rec, 16))
	return filepath.Join(dir, "r1")
}

func TestReplayWaitsUntilAllIsStored(t *testing.T) {
	h, path := startHub(t), writeRecord(t)
	a := newTestApp()
	code := a.run(t, "replay", path, "--mqtt", h.url, "--from", "10", "--to", "40s", "--leads", "second",
		"--at", "2026-01-31T08:30:00Z", "--speed", "max", "--wait", "--patience", "10s")
	require.Equal(t, exitOK, code, a.err.String())
	require.Contains(t, a.err.String(), "analysed and stored")
	chunks := h.taken()
	require.Len(t, chunks, 30)
	require.Equal(t, "replay-r1", chunks[0].Device)
	require.Equal(t, "V1", chunks[0].Leads[0].Name)
	require.Equal(t, 1000.0, chunks[0].Leads[0].Gain)
	require.EqualValues(t, -9, chunks[0].Leads[0].Samples[9])
	require.Equal(t, time.Date(2026, 1, 31, 8, 30, 0, 0, time.UTC).UnixNano(), chunks[0].StartTimeNs)

	again := newTestApp()
	require.Equal(t, exitOK, again.run(t, "replay", path, "--mqtt", h.url, "--from", "10s", "--to", "40", "--leads", "V1",
		"--at", "2026-01-31T09:30:00+01:00", "--speed", "max", "--wait", "--patience", "10s"), again.err.String())
	require.Equal(t, chunks[0].Recording, h.taken()[30].Recording, "the same replay is the same recording")
}

func TestReplayTellsOfEventsThatAreNotStored(t *testing.T) {
	h, path := startHub(t), writeRecord(t)
	h.refuse = 3
	a := newTestApp()
	require.Equal(t, exitFailure, a.run(t, "replay", path, "--mqtt", h.url, "--speed", "max", "--wait", "--patience", "10s"))
	require.Contains(t, a.err.String(), "InfluxDB refused 3 of its events")
	require.Contains(t, a.err.String(), "influx.retention")
	require.NotContains(t, a.err.String(), "analysed and stored")
}

func TestReplayWithoutATimeEndsNow(t *testing.T) {
	h, path := startHub(t), writeRecord(t)
	a := newTestApp()
	a.Clock = &handClock{now: time.Unix(1_800_000_000, 0)}
	require.Equal(t, exitOK, a.run(t, "replay", path, "--mqtt", h.url, "--device", "belt", "--speed", "max"), a.err.String())
	require.Contains(t, a.err.String(), "all 60 chunks are with the broker")
	require.Eventually(t, func() bool { return len(h.taken()) == 60 }, time.Minute, time.Millisecond)
	require.Equal(t, int64(1_799_999_940), h.taken()[0].StartTimeNs/1e9)
	require.Equal(t, "belt", h.taken()[0].Device)
}

func TestReplayRefusesADeviceThatNoTopicCanName(t *testing.T) {
	a := newTestApp()
	require.Equal(t, exitUsage, a.run(t, "replay", writeRecord(t), "--device", "a/b"))
	require.Contains(t, a.err.String(), "--device")
}

func TestTheAddressOfTheBrokerMayHoldAPassword(t *testing.T) {
	a := newTestApp()
	cfg, err := a.config()
	require.NoError(t, err)
	b, err := brokerOf(cfg.MQTT, "tcp://anna:secret@broker:1883")
	require.NoError(t, err)
	require.Equal(t, "tcp://broker:1883 anna secret", b.URL+" "+b.Username+" "+b.Password)
	b, err = brokerOf(cfg.MQTT, "broker")
	require.NoError(t, err)
	require.Equal(t, "tcp://broker", b.URL)
	cfg.MQTT.CAFile = filepath.Join(t.TempDir(), "none")
	_, err = brokerOf(cfg.MQTT, "ssl://broker:8883")
	require.ErrorContains(t, err, "mqtt.ca_file")
}
