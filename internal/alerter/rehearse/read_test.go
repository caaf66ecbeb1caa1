package rehearse_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter/rehearse"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const tried = `
version: 1
rules:
  - {name: run, priority: high, run: {kinds: [V], at_least: 3}}
  - {name: couplet, priority: low, pattern: {of: couplet, kinds: [V]}}
  - {name: pvc-burden, priority: low, burden: {kinds: [V], above: 10, within: 10m}}
  - {name: slow, priority: medium, rate: {below: 40, for: 1m}}
`

// past is a Kafka with ten minutes of each of three patients.
func past(t *testing.T) (*kafka.Client, config.Kafka) {
	t.Helper()
	cluster, err := kfake.NewCluster()
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	cfg := config.Default().Kafka
	cfg.Brokers, cfg.Partitions = cluster.ListenAddrs(), 2
	client, err := kafka.NewClient(cfg, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.EnsureTopics(t.Context()))
	writer := client.NewWriter()
	put := func(topic, patient string, at time.Time, m proto.Message) {
		value, err := proto.Marshal(m)
		require.NoError(t, err)
		message := kafka.PatientMessage(patient, value)
		message.Time = at
		require.NoError(t, writer.Write(context.Background(), topic, message))
	}
	for i, patient := range []string{"anna", "bela", "cleo"} {
		for k := range 10 {
			at := began.Add(time.Duration(k) * time.Minute)
			w := &holterv1.Window{
				Patient: patient, Device: "d" + patient, Recording: "r", Id: fmt.Sprint(k), Quality: 1,
				StartTimeNs: at.UnixNano(), EndTimeNs: at.Add(time.Minute).UnixNano(), Found: []*holterv1.Found{{Kind: "V", Beats: uint32(6 * i), Confidence: 1}},
			}
			for b := range 30 + 15*i {
				w.BeatOffsetsMs = append(w.BeatOffsetsMs, uint32(b*1000))
			}
			put(kafka.TopicWindows, patient, at.Add(time.Minute), w)
		}
	}
	ev := &holterv1.Event{Id: "e", Patient: "anna", Device: "danna", Recording: "r", Kind: "V", Confidence: 1,
		StartTimeNs: began.UnixNano(), EndTimeNs: began.Add(2 * time.Second).UnixNano()}
	for i := range 2 {
		ev.NewBeatTimesNs = append(ev.NewBeatTimesNs, began.Add(time.Duration(i)*500*time.Millisecond).UnixNano())
	}
	put(kafka.TopicEvents, "anna", began.Add(10*time.Second), ev)
	put(kafka.TopicEvents, "bela", began.Add(11*time.Second), &holterv1.Event{Id: "no patient"})
	return client, cfg
}

var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestRead(t *testing.T) {
	set, err := rule.Parse("r", []byte(tried))
	require.NoError(t, err)
	client, cfg := past(t)
	var done []int
	days, refused, err := rehearse.Read(t.Context(), client, cfg.Partitions, set, time.Time{}, func(n int) { done = append(done, n) })
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, done)
	require.Equal(t, 1, refused)
	byPatient := map[string]map[string]int{}
	for _, d := range days {
		require.Equal(t, "2026-03-01", d.Date)
		byPatient[d.Patient] = d.Rules
	}
	require.Equal(t, map[string]map[string]int{
		"anna": {"couplet": 1, "slow": 1}, "bela": {"pvc-burden": 1}, "cleo": {"pvc-burden": 1},
	}, byPatient)

	days, refused, err = rehearse.Read(t.Context(), client, cfg.Partitions, set, began.Add(6*time.Minute), func(int) {})
	require.NoError(t, err)
	require.Zero(t, refused)
	alarms := 0
	for _, d := range days {
		alarms += d.Alarms()
	}
	require.Equal(t, 3, alarms, "the couplet is older; half of the burden's time is left")

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = rehearse.Read(ended, client, cfg.Partitions, set, time.Time{}, func(int) {})
	require.Error(t, err)
}
