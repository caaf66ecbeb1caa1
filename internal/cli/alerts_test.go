package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"google.golang.org/protobuf/proto"
	"gotest.tools/v3/golden"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// ward is a Kafka with alerts, and a command line that reaches it.
type ward struct {
	t      *testing.T
	client *kafka.Client
	config string
}

var eight = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func newWard(t *testing.T) *ward {
	t.Helper()
	cluster, err := kfake.NewCluster()
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	w := &ward{t: t, config: filepath.Join(t.TempDir(), "holter.yaml")}
	text := fmt.Sprintf("kafka: {brokers: [%q], partitions: 2}\n", cluster.ListenAddrs()[0])
	require.NoError(t, os.WriteFile(w.config, []byte(text), 0o600))
	cfg := config.Default().Kafka
	cfg.Brokers, cfg.Partitions = cluster.ListenAddrs(), 2
	w.client, err = kafka.NewClient(cfg, zerolog.Nop())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.client.Close()) })
	require.NoError(t, w.client.EnsureTopics(t.Context()))

	base := alert.Alert{Priority: alert.Medium, Class: alert.Physiological, State: alert.Triggered, Device: "belt", Start: eight, Updated: eight}
	for i, change := range []func(*alert.Alert){
		func(a *alert.Alert) {
			a.ID, a.Patient, a.Rule, a.Title, a.Priority = "4f1c00000000", "anna", "run", "Run: Premature ventricular contraction", alert.High
		},
		func(a *alert.Alert) {
			a.ID, a.Patient, a.Rule, a.Title = "4f1d00000000", "ben", "slow", "Slow heart: 38 per minute"
			a.State, a.Assignee, a.HeldBy = alert.Acknowledged, "night-shift", "noise/ben/belt"
		},
		func(a *alert.Alert) {
			a.ID, a.Patient, a.Rule, a.Title = "aa0000000000", "anna", "pause", "Pause of 3.4 s"
			a.SilencedUntil, a.WithoutPolicy = eight.Add(time.Hour), true
		},
		func(a *alert.Alert) {
			a.ID, a.Patient, a.Rule, a.Title = "aa1000000000", "anna", "pause", "Pause of 3.1 s"
			a.State, a.Resolved = alert.Resolved, eight.Add(time.Minute)
		},
	} {
		a := base
		change(&a)
		a.Key, a.Raised = a.Rule+"/"+a.Patient, eight.Add(time.Duration(i)*time.Minute)
		w.put(kafka.TopicAlerts, a.Patient, kafka.AlertKey(a.Patient, a.ID), time.Time{}, a.Proto())
	}
	return w
}

func (w *ward) put(topic, patient string, key []byte, at time.Time, m proto.Message) {
	w.t.Helper()
	value, err := proto.Marshal(m)
	require.NoError(w.t, err)
	message := kafka.Message{Key: key, Value: value, Time: at}
	require.NoError(w.t, w.client.NewWriter().WriteTo(w.t.Context(), topic, kafka.PartitionFor(patient, 2), message))
}

// run carries out a command line; what is printed comes back.
func (w *ward) run(want int, line ...string) (out, errs string) {
	w.t.Helper()
	a := newTestApp()
	a.Clock = stopped{eight}
	code := a.run(w.t, append(append([]string{"alerts"}, line...), "--config", w.config)...)
	require.Equal(w.t, want, code, a.err.String())
	return a.out.String(), a.err.String()
}

// stopped is a clock that stands.
type stopped struct{ now time.Time }

func (s stopped) Now() time.Time { return s.now }

func (s stopped) After(time.Duration) <-chan time.Time { return nil }

// commands are what was decided so far about a patient.
func (w *ward) commands(patient string) (all []*holterv1.AlertCommand) {
	w.t.Helper()
	err := w.client.ReadAll(w.t.Context(), kafka.TopicCommands, kafka.PartitionFor(patient, 2), func(m kafka.Message) error {
		var c holterv1.AlertCommand
		require.NoError(w.t, proto.Unmarshal(m.Value, &c))
		if c.Patient == patient {
			all = append(all, &c)
		}
		return nil
	})
	require.NoError(w.t, err)
	return all
}

func TestAlertsList(t *testing.T) {
	w := newWard(t)
	out, _ := w.run(exitOK, "list")
	golden.Assert(t, out, "alerts.txt")
	out, _ = w.run(exitOK, "list", "--all", "--patient", "anna")
	require.Equal(t, 4, strings.Count(out, "\n"), "a header and three")
	require.NotContains(t, out, "ben")
	out, _ = w.run(exitOK, "list", "--patient", "ben", "--json")
	require.Equal(t, 1, strings.Count(out, "\n"))
	require.Contains(t, out, `"held_by":"noise/ben/belt"`)
}

func TestDecisionsAboutAlerts(t *testing.T) {
	w := newWard(t)
	out, _ := w.run(exitOK, "ack", "4f1c", "--by", "ann", "--reason", "on my way")
	require.Equal(t, "passed on: anna Run: Premature ventricular contraction, 4f1c00000000\n", out)
	_, errs := w.run(exitFailure, "escalate", "aa0", "--by", "ann")
	require.Contains(t, errs, "alert aa0000000000 cannot be escalated: its rule has no policy that says whom to tell; add a policy")
	w.run(exitOK, "assign", "4f1c", "--to", "night-shift", "--by", "ann")
	w.run(exitOK, "silence", "aa0", "--for", "30m", "--by", "ben", "--reason", "electrodes")
	w.run(exitOK, "resolve", "aa0", "--by", "ben", "--reason", "artefact")
	all := w.commands("anna")
	require.Len(t, all, 4)
	for i, c := range all {
		require.NotEmpty(t, c.Id)
		require.Equal(t, eight.UnixNano(), c.TimeNs)
		require.Equal(t, []string{"4f1c00000000", "4f1c00000000", "aa0000000000", "aa0000000000"}[i], c.Alert)
		require.Equal(t, []string{"ann", "ann", "ben", "ben"}[i], c.By)
		require.Equal(t, []string{"on my way", "", "electrodes", "artefact"}[i], c.Reason)
	}
	require.NotNil(t, all[0].GetAcknowledge())
	require.Equal(t, "night-shift", all[1].GetAssign().GetTo())
	require.Equal(t, eight.Add(30*time.Minute).UnixNano(), all[2].GetSilence().GetUntilNs())
	require.NotNil(t, all[3].GetResolve())

	for _, c := range []struct {
		want string
		code int
		line []string
	}{
		{"who decides that?", exitUsage, []string{"ack", "4f1c"}},
		{"--to is missing", exitUsage, []string{"assign", "4f1c", "--by", "ann"}},
		{"--reason is missing", exitUsage, []string{"resolve", "4f1c", "--by", "ann"}},
		{"--for is missing", exitUsage, []string{"silence", "4f1c", "--by", "ann", "--reason", "x"}},
		{`2 open alerts have an ID that begins with "4f1"`, exitFailure, []string{"ack", "4f1", "--by", "ann"}},
		{`0 open alerts have an ID that begins with "aa1"`, exitFailure, []string{"ack", "aa1", "--by", "ann"}},
	} {
		_, errs := w.run(c.code, c.line...)
		require.Contains(t, errs, c.want)
	}
	require.Len(t, w.commands("anna"), 4, "nothing was decided")
	require.Empty(t, w.commands("ben"))
}

func TestAlertsReplay(t *testing.T) {
	w := newWard(t)
	for k := range 10 {
		at := eight.Add(time.Duration(k) * time.Minute)
		m := &holterv1.Window{
			Patient: "anna", Device: "belt", Recording: "r", Id: fmt.Sprint(k), Quality: 1,
			StartTimeNs: at.UnixNano(), EndTimeNs: at.Add(time.Minute).UnixNano(), Found: []*holterv1.Found{{Kind: "V", Beats: 8, Confidence: 1}},
		}
		for b := range 35 {
			m.BeatOffsetsMs = append(m.BeatOffsetsMs, uint32(b*1700))
		}
		w.put(kafka.TopicWindows, "anna", []byte("anna"), at, m)
	}
	w.put(kafka.TopicEvents, "anna", []byte("anna"), eight, &holterv1.Event{Id: "no patient"})
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	require.NoError(t, os.WriteFile(rules, []byte(`
version: 1
rules:
  - {name: slow, priority: medium, rate: {below: 40, for: 1m}}
  - {name: burden, priority: low, burden: {kinds: [V], above: 20, within: 10m}}
`), 0o600))
	out, errs := w.run(exitOK, "replay", rules)
	golden.Assert(t, out, "alerts-replay.txt")
	require.Contains(t, errs, "1 messages made no sense")
	out, _ = w.run(exitOK, "replay", rules, "--since", "2027-01-01T00:00:00Z")
	require.Equal(t, "PATIENT  DAY  HOURS  HIGH  MEDIUM  LOW  MESSAGES\nKafka holds no event, window or device state of that time.\n", out)

	require.NoError(t, os.WriteFile(rules, []byte("version: 1\nrules:\n  - name: x\n    priority: low\n    burden: {kinds: [V]}\n"), 0o600))
	_, errs = w.run(exitFailure, "replay", rules)
	require.Contains(t, errs, "rules.yaml:5: ")
}
