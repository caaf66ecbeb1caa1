package rehearse_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter/rehearse"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Two days of one patient: a run on the first, a silent device and two runs on
// the second.
func TestAlarmsOfPatientDays(t *testing.T) {
	set, err := rule.Parse("r", []byte(`
version: 1
policy: all
policies: [{name: all, repeat: 10m, steps: [{tell: [ann]}]}]
people: [{name: ann, channels: [x]}]
rules:
  - {name: run, priority: high, run: {kinds: [V], at_least: 3}, resolve_after: 25m}
  - {name: silent, priority: medium, silent: {for: 2h}, policy: all}
`))
	require.NoError(t, err)
	r, err := rehearse.New(set)
	require.NoError(t, err)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	take := func(after time.Duration, topic string, m proto.Message) {
		value, err := proto.Marshal(m)
		require.NoError(t, err)
		require.NoError(t, r.Take(kafka.Message{Topic: topic, Time: noon.Add(after), Value: value}))
	}
	run := func(after time.Duration) {
		at := noon.Add(after)
		ev := &holterv1.Event{Id: fmt.Sprint(after), Patient: "p", Device: "d", Recording: "r", Kind: "V", Confidence: 1,
			StartTimeNs: at.UnixNano(), EndTimeNs: at.Add(3 * time.Second).UnixNano()}
		for i := range 3 {
			ev.NewBeatTimesNs = append(ev.NewBeatTimesNs, at.Add(time.Duration(i)*time.Second).UnixNano())
		}
		take(after, kafka.TopicEvents, ev)
	}
	heard := func(after time.Duration, sample int64) {
		take(after, kafka.TopicStatus, &holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Status{Status: &holterv1.DeviceStatus{
			Device: "d", Patient: "p", Online: true, Heartbeat: true, LastSampleTimeNs: &sample}}})
	}
	heard(0, 1)
	run(time.Minute)
	heard(time.Hour, 2)
	analysed := &holterv1.Window{Id: "w", Patient: "p", Device: "d", Recording: "r", Quality: 1,
		StartTimeNs: noon.UnixNano(), EndTimeNs: noon.Add(6 * time.Second).UnixNano()}
	take(time.Hour, kafka.TopicWindows, analysed)
	take(time.Hour, kafka.TopicWindows, analysed) // as after a restart
	for h := 2; h <= 20; h++ {
		heard(time.Duration(h)*time.Hour, int64(h)+1)
	}
	run(20 * time.Hour)
	run(21 * time.Hour)
	heard(23*time.Hour, 30)

	days := r.Days()
	require.Len(t, days, 2)
	require.Equal(t, rehearse.Day{Patient: "p", Date: "2026-03-01", High: 1, Messages: 3, Rules: map[string]int{"run": 1}, Analysed: 6 * time.Second}, days[0],
		"at once, after ten minutes and after twenty; then the alert is over")
	require.Equal(t, 2, days[1].High)
	require.Equal(t, 1, days[1].Medium)
	require.Equal(t, map[string]int{"run": 2, "silent": 1}, days[1].Rules)
}
