package alerter_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter"
	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func TestFromEventToWebhook(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.receiver.fail(3)
	watched := &seen{}
	service, stop := s.start(watched)
	s.eventually("ready", service.Ready)
	s.runOf("p", 1, 2)
	s.runOf("p", 2, 4)
	s.eventually("received", func() bool { return len(s.receiver.messages()) == 1 })
	got := s.receiver.messages()[0]
	require.Equal(t, "run/p", got.Alert.Key)
	require.Equal(t, alert.High, got.Alert.Priority)
	require.Equal(t, 4, got.Alert.Beats)
	require.Equal(t, []string{"p-2"}, got.Alert.Events)
	require.Contains(t, got.Alert.Message, "4 beats in a row at 120 per minute")
	s.eventually("published", func() bool { return len(s.published()) == 1 })
	require.Equal(t, got.Alert.ID, s.published()[0].Id)
	require.Equal(t, holterv1.AlertState_ALERT_STATE_TRIGGERED, s.published()[0].State)
	s.eventually("told", func() bool { return len(watched.outcomesSoFar()) == 4 })
	require.Equal(t, []notify.Outcome{notify.Failed, notify.Failed, notify.Failed, notify.Sent}, watched.outcomesSoFar())
	require.Len(t, watched.alertsSoFar(), 1)
	stop()
	require.False(t, service.Ready())
}

func TestMessagesThatAreNoneArePassedOver(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ctx := t.Context()
	require.NoError(t, s.writer.Write(ctx, kafka.TopicEvents, kafka.PatientMessage("p", []byte("no protobuf"))))
	require.NoError(t, s.writer.Write(ctx, kafka.TopicStatus, kafka.PatientMessage("p", []byte("no protobuf"))))
	s.write(kafka.TopicEvents, "p", &holterv1.Event{Id: "x"})
	s.runOf("p", 1, 3)
	_, stop := s.start()
	defer stop()
	s.eventually("received", func() bool { return len(s.receiver.messages()) == 1 })
}

// While the alerter is away, and whenever it is started again, nothing is lost
// and nothing is said twice.
func TestStartsInBetween(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	patients := []string{"a", "b", "c", "d", "e", "f"}
	for i, patient := range patients {
		s.runOf(patient, 1, 3)
		if i%2 == 0 {
			s.runOf(patient, 1, 3) // once more, as an analyzer may
		}
		s.receiver.fail(1)
		watched := &seen{}
		_, stop := s.start(watched)
		s.eventually("alerted", func() bool { return len(watched.alertsSoFar()) == 1 })
		stop()
	}
	_, stop := s.start()
	s.eventually("received", func() bool { return len(s.receiver.messages()) == len(patients) })
	stop()
	said := map[string]int{}
	for _, m := range s.receiver.messages() {
		said[m.Alert.Patient]++
	}
	require.Equal(t, map[string]int{"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1}, said)
	s.eventually("published", func() bool { return len(s.published()) == len(patients) })
}

func TestDeviceHeardLongAgo(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	value, err := proto.Marshal(&holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Status{Status: &holterv1.DeviceStatus{
		Device: "d", Patient: "p", Online: true, LastSampleTimeNs: proto.Int64(1),
	}}})
	require.NoError(t, err)
	written := kafka.PatientMessage("p", value)
	written.Time = time.Now().Add(-2 * time.Hour)
	require.NoError(t, s.writer.Write(t.Context(), kafka.TopicStatus, written))
	_, stop := s.start()
	s.eventually("silence is told", func() bool { return len(s.receiver.messages()) == 1 })
	require.Equal(t, "silent/p/d", s.receiver.messages()[0].Alert.Key)
	stop()

	_, stop = s.start()
	s.write(kafka.TopicStatus, "p", &holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Status{Status: &holterv1.DeviceStatus{
		Device: "d", Patient: "p", Online: true, LastSampleTimeNs: proto.Int64(2),
	}}})
	s.eventually("its end is told", func() bool { return len(s.receiver.messages()) == 2 })
	require.Equal(t, alert.Resolved, s.receiver.messages()[1].Alert.State)
	stop()
}

func TestCheck(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	require.NoError(t, alerter.Check(cfg))
	cfg.Alerter.Rules = t.TempDir() + "/rules.yaml"
	require.NoError(t, os.WriteFile(cfg.Alerter.Rules, []byte("version: 1\nrules:\n  - {name: a, priority: high}\n"), 0o600))
	cfg.Alerter.URLs = []string{"nothing"}
	err := alerter.Check(cfg)
	require.ErrorContains(t, err, `rules.yaml:3: rule "a": needs exactly one of count, run, pattern, duration`)
	require.ErrorContains(t, err, "alerter.urls[0]: is no service URL")
}
