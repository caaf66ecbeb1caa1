package ingest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/testport"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// withRegistry configures one registered device, "watch" of patient "anna".
func withRegistry(t *testing.T, unknown string) func(*config.Config) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "devices.yaml")
	require.NoError(t, os.WriteFile(file, []byte("devices:\n  - {device: watch, patient: anna, leads: [MLII, V1]}\n"), 0o600))
	return func(cfg *config.Config) {
		cfg.Devices = config.Devices{File: file, Unknown: unknown}
		cfg.MQTT.MaxPayload = 4 << 10
	}
}

func TestRefusesIntoTheDeadLetters(t *testing.T) {
	_, address := startMochi(t, "127.0.0.1:0")
	b := newBench(t, "tcp://"+address, withRegistry(t, config.UnknownRefuse)).run()
	device := connect(t, address, "watch")

	lead := chunk("watch", 1)
	lead.Leads[0].Name = "V6"
	rate := chunk("watch", 2)
	rate.SamplingRateHz = 20
	other := chunk("someone", 3)
	sent := []struct {
		topic   string
		payload []byte
		reason  holterv1.Reason
		patient string
	}{
		{"ecg/v1/watch/samples", []byte("no protobuf"), holterv1.Reason_REASON_MALFORMED, "anna"},
		{"ecg/v1/watch/samples", make([]byte, 4<<10+1), holterv1.Reason_REASON_OVERSIZED, "anna"},
		{"ecg/v1/watch/samples", encode(t, lead), holterv1.Reason_REASON_UNKNOWN_LEAD, "anna"},
		{"ecg/v1/watch/samples", encode(t, rate), holterv1.Reason_REASON_IMPOSSIBLE_RATE, "anna"},
		{"ecg/v1/watch/samples", encode(t, other), holterv1.Reason_REASON_INVALID, "anna"},
		{"ecg/v1/someone/samples", encode(t, other), holterv1.Reason_REASON_UNKNOWN_DEVICE, ""},
		{"ecg/v1/wa\tch/status", nil, holterv1.Reason_REASON_TOPIC, ""},
	}
	for _, s := range sent {
		done(t, device.Publish(s.topic, 1, false, s.payload))
	}
	letters := make(map[holterv1.Reason]*holterv1.DeadLetter)
	for _, r := range b.read(kafka.TopicDeadLetter, count(len(sent))) {
		letter := &holterv1.DeadLetter{}
		require.NoError(t, proto.Unmarshal(r.Value, letter))
		letters[letter.Reason] = letter
	}
	for _, s := range sent {
		letter := letters[s.reason]
		require.NotNil(t, letter, s.reason)
		require.Equal(t, s.topic, letter.Topic)
		require.Equal(t, s.patient, letter.Patient)
		require.Equal(t, string(s.payload), string(letter.Payload))
		require.NotEmpty(t, letter.Detail)
	}
	b.eventually(func() bool { return b.Counts().DeadLettered() == uint64(len(sent)) })
	require.Zero(t, b.Counts().Forwarded)

	require.InDelta(t, 1, metric(t, b, "holter_ingest_dead_lettered_total", "unknown_lead"), 0)
	require.InDelta(t, 0, metric(t, b, "holter_ingest_in_flight", ""), 0)
	problems, err := testutil.GatherAndLint(b.metrics)
	require.NoError(t, err)
	require.Empty(t, problems)
}

// metric reads a counter or gauge, of one reason when that is given.
func metric(t *testing.T, b *bench, name, reason string) float64 {
	t.Helper()
	families, err := b.metrics.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && (reason == "" || m.GetLabel()[0].GetValue() == reason) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

func signals(t *testing.T, records []*kgo.Record) (list []*holterv1.DeviceSignal) {
	t.Helper()
	for _, r := range records {
		s := &holterv1.DeviceSignal{}
		require.NoError(t, proto.Unmarshal(r.Value, s))
		list = append(list, s)
	}
	return list
}

func TestForwardsStatusAndButtons(t *testing.T) {
	_, address := startMochi(t, "127.0.0.1:0")
	b := newBench(t, "tcp://"+address, withRegistry(t, config.UnknownRefuse))
	b.now = func() time.Time { return start.Add(time.Hour) }
	b.run()
	device := connect(t, address, "watch")
	battery := 55.0
	done(t, device.Publish("ecg/v1/watch/samples", 1, false, encode(t, chunk("watch", 7))))
	b.eventually(func() bool { return b.Counts().Forwarded == 1 })
	done(t, device.Publish("ecg/v1/watch/status", 1, false, encode(t, &holterv1.DeviceStatus{
		Device: "watch", TimeNs: start.UnixNano(), Online: true, BatteryPercent: &battery, LeadsOff: []string{"V1"}, Patient: "mallory",
	})))
	done(t, device.Publish("ecg/v1/watch/button", 1, false, encode(t, &holterv1.ButtonPress{Device: "watch", Note: "dizzy"})))
	// A last will is dated by when it was written.
	done(t, device.Publish("ecg/v1/watch/status", 1, false, encode(t, &holterv1.DeviceStatus{Device: "watch", TimeNs: 5})))

	records := b.read(kafka.TopicStatus, count(4))
	require.Equal(t, "anna", string(records[0].Key))
	list := signals(t, records)
	last := start.Add(7*time.Second + 990*time.Millisecond).UnixNano()
	now := start.Add(time.Hour).UnixNano()
	for i, want := range []proto.Message{
		&holterv1.DeviceStatus{Device: "watch", Patient: "anna", TimeNs: now, Online: true, LastSampleTimeNs: &last, Heartbeat: true},
		&holterv1.DeviceStatus{
			Device: "watch", Patient: "anna", TimeNs: start.UnixNano(), Online: true,
			BatteryPercent: &battery, LeadsOff: []string{"V1"}, LastSampleTimeNs: &last,
		},
		&holterv1.ButtonPress{Device: "watch", Patient: "anna", TimeNs: now, Note: "dizzy"},
		&holterv1.DeviceStatus{Device: "watch", Patient: "anna", TimeNs: now, LastSampleTimeNs: &last},
	} {
		var got proto.Message = list[i].GetStatus()
		if b := list[i].GetButton(); b != nil {
			got = b
		}
		require.True(t, proto.Equal(want, got), "signal %d: %v", i, got)
	}
}

func TestHeartbeatsAreAtLeastTenSecondsApart(t *testing.T) {
	broker := newScriptedBroker(t, 1)
	b := newBench(t, broker.url(), nil)
	var clock ticking
	b.now = clock.now
	b.run()
	for i := range 31 {
		clock.set(start.Add(time.Duration(i) * time.Second))
		publishChunks(t, broker, []string{"x", "y"}, i, i+1)
		b.acknowledged(broker)
	}
	var times []time.Duration
	for _, s := range signals(t, b.read(kafka.TopicStatus, count(8))) {
		if st := s.GetStatus(); st.Device == "x" {
			require.True(t, st.Online)
			require.Equal(t, time.Unix(0, st.TimeNs).Add(990*time.Millisecond).UnixNano(), st.GetLastSampleTimeNs())
			times = append(times, time.Unix(0, st.TimeNs).Sub(start))
		}
	}
	require.Equal(t, []time.Duration{0, 10 * time.Second, 20 * time.Second, 30 * time.Second}, times)
}

func TestUnknownDevicesAreTheirOwnPatients(t *testing.T) {
	_, address := startMochi(t, "127.0.0.1:0")
	b := newBench(t, "tcp://"+address, withRegistry(t, config.UnknownOwnPatient)).run()
	device := connect(t, address, "x")
	done(t, device.Publish("ecg/v1/stranger/samples", 1, false, encode(t, chunk("stranger", 0))))
	done(t, device.Publish("ecg/v1/anna/samples", 1, false, encode(t, chunk("anna", 0)))) // would pass for a patient
	b.eventually(func() bool { c := b.Counts(); return c.Forwarded == 1 && c.DeadLettered() == 1 })
	require.Equal(t, "stranger", string(b.read(kafka.TopicSamples, count(1))[0].Key))
}

// A broker that has lost its sessions is subscribed to anew.
func TestSubscribesAgainAtARestartedBroker(t *testing.T) {
	stop, address := startMochi(t, testport.Addr(t))
	b := newBench(t, "tcp://"+address, nil).run()
	done(t, connect(t, address, "x").Publish("ecg/v1/d/samples", 1, false, encode(t, chunk("d", 0))))
	b.eventually(func() bool { return b.Counts().Forwarded == 1 })
	stop()
	b.eventually(func() bool { return !b.Ready() })

	startMochi(t, address)
	b.eventually(b.Ready)
	done(t, connect(t, address, "x").Publish("ecg/v1/d/samples", 1, false, encode(t, chunk("d", 1))))
	b.allComplete([]string{"d"}, 2)
}
