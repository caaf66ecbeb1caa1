package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/engine"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const silentRule = `name: silent, priority: medium, silent: {for: 5m, last_will: 1m}`

// heard is what ingest says of a device whose newest sample is so many seconds
// old in the signal's time.
func heard(sample float64) *holterv1.DeviceStatus {
	return &holterv1.DeviceStatus{Device: "d", Patient: "p", Online: true, LastSampleTimeNs: proto.Int64(at(sample))}
}

func lastWill(sample float64) *holterv1.DeviceStatus {
	s := heard(sample)
	s.Online = false
	return s
}

func states(alerts []alert.Alert) []string {
	all := []string{}
	for _, a := range alerts {
		all = append(all, a.State.String())
	}
	return all
}

func TestSilentDevice(t *testing.T) {
	b := newBench(t, silentRule, "hook")
	b.status(heard(1))
	b.pass(5*time.Minute - time.Second)
	require.Empty(t, b.alerts)
	b.pass(time.Second)
	require.Equal(t, []string{"triggered"}, states(b.alerts))
	a := b.alerts[0]
	require.Equal(t, noon, a.Start)
	require.Equal(t, alert.Technical, a.Class)
	require.Equal(t, "silent/p/d", a.Key)
	b.pass(24 * time.Hour)
	require.Len(t, b.alerts, 1, "told once")

	b.status(heard(1))
	require.Len(t, b.alerts, 1, "a heartbeat without newer signal is not signal")
	b.status(heard(2))
	require.Equal(t, []string{"triggered", "resolved"}, states(b.alerts))
	require.Equal(t, b.now, b.alerts[1].Updated)
	b.pass(5 * time.Minute)
	require.Equal(t, []string{"triggered", "resolved", "triggered"}, states(b.alerts))
	require.NotEqual(t, a.ID, b.alerts[2].ID, "silent again: a new alert")
	require.Len(t, b.notifications, 3)
}

func TestLastWillTellsSooner(t *testing.T) {
	b := newBench(t, silentRule)
	b.status(heard(1))
	b.pass(10 * time.Second)
	b.status(lastWill(1))
	b.pass(59 * time.Second)
	b.status(heard(2)) // connected again in time
	b.pass(2 * time.Minute)
	require.Empty(t, b.alerts)
	b.status(lastWill(2))
	b.pass(30 * time.Second)
	b.status(lastWill(2)) // said again: does not begin anew
	b.status(heard(2))    // connected again, no signal yet
	b.pass(30 * time.Second)
	require.Equal(t, []string{"triggered"}, states(b.alerts))
	require.Contains(t, b.alerts[0].Message, "its connection was lost at 2026-03-01 12:03:09 UTC")
	b.status(heard(3))
	require.Equal(t, []string{"triggered", "resolved"}, states(b.alerts))
}

func TestLastWillNeverTellsLaterThanSilence(t *testing.T) {
	b := newBench(t, silentRule)
	b.status(heard(1))
	b.pass(4*time.Minute + 30*time.Second)
	b.status(lastWill(1))
	b.pass(30 * time.Second)
	require.Equal(t, []string{"triggered"}, states(b.alerts))
}

func TestDeviceThatHasNotSentSignalYet(t *testing.T) {
	b := newBench(t, silentRule)
	says := &holterv1.DeviceStatus{Device: "d", Patient: "p", Online: true}
	b.status(says)
	b.pass(4 * time.Minute)
	b.status(says)
	b.pass(4 * time.Minute)
	require.Empty(t, b.alerts, "it says that it is there")
	b.status(heard(1))
	b.status(says)
	b.pass(time.Minute)
	b.status(says)
	b.pass(4 * time.Minute)
	require.Equal(t, []string{"triggered"}, states(b.alerts), "once there was signal, only signal counts")
}

func TestClockOfTheDeviceDoesNotMatter(t *testing.T) {
	b := newBench(t, silentRule)
	b.status(heard(1e9))
	for i := range 10 {
		b.pass(time.Minute)
		b.status(heard(float64(i + 1))) // the clock was set back, and runs on
	}
	require.Empty(t, b.alerts)
}

func TestNothingIsConcludedFromSilenceWhileBehind(t *testing.T) {
	b := newBench(t, silentRule)
	b.status(heard(1))
	b.health = engine.Health{Owned: true, Current: false}
	b.pass(time.Hour)
	require.Empty(t, b.alerts, "a backlog is being read")
	b.health = engine.Health{Owned: true, Current: true, Blind: 4 * time.Minute}
	b.pass(time.Second)
	require.Empty(t, b.alerts, "the broker is away")
	b.health = engine.Health{Owned: false, Current: true}
	b.pass(time.Second)
	require.Empty(t, b.alerts, "another alerter watches over it")
	b.health = engine.Health{Owned: true, Blind: 5 * time.Minute}
	b.pass(time.Second)
	require.Equal(t, []string{"triggered"}, states(b.alerts), "absence alarms in the end")
	require.Contains(t, b.alerts[0].Message, "has not reached Kafka")
}

func TestDeviceThatIsGivenToAnotherPatient(t *testing.T) {
	b := newBench(t, silentRule)
	b.status(heard(1))
	b.pass(5 * time.Minute)
	moved := heard(2)
	moved.Patient = "q"
	b.status(moved)
	require.Equal(t, []string{"triggered", "resolved"}, states(b.alerts))
	require.Equal(t, "The device was given to patient q.", b.alerts[1].Message)
	b.pass(5 * time.Minute)
	require.Equal(t, "q", b.alerts[2].Patient)
}

func TestSilenceIsOnlyOfWatchedPatients(t *testing.T) {
	b := newBench(t, silentRule+", except: [p]")
	b.status(heard(1))
	b.pass(time.Hour)
	require.Empty(t, b.alerts)
}

func TestDevicesOfOnePatientAreApart(t *testing.T) {
	b := newBench(t, silentRule)
	other := heard(1)
	other.Device = "e"
	b.status(heard(1), other)
	b.pass(5 * time.Minute)
	require.Equal(t, []string{"triggered", "triggered"}, states(b.alerts))
	b.status(heard(2))
	require.Equal(t, []string{"triggered", "triggered", "resolved"}, states(b.alerts))
	require.Equal(t, "d", b.alerts[2].Device)

	b = newBench(t, silentRule+`, key: "{{.Rule}}/{{.Patient}}"`)
	b.status(heard(1), other)
	b.pass(5 * time.Minute)
	require.Len(t, b.alerts, 1, "one key, one alert")
}

func TestButtonPressIsNoSignal(t *testing.T) {
	b := newBench(t, silentRule)
	b.status(heard(1))
	b.pass(4 * time.Minute)
	b.do(func(s *engine.Step) error {
		press := &holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Button{Button: &holterv1.ButtonPress{Device: "d", Patient: "p", TimeNs: 1}}}
		return s.Signal(press, engine.Arrival{Received: b.now})
	})
	b.pass(time.Minute)
	require.Len(t, b.alerts, 1)
}
