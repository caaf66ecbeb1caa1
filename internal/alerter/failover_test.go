package alerter_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/desk"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/webhook"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const escalating = `
version: 1
policy: two
policies: [{name: two, steps: [{tell: [ann]}, {after: 8s, tell: [ben]}]}]
people: [{name: ann, channels: [ann]}, {name: ben, channels: [ben]}]
rules: [{name: run, priority: high, run: {kinds: [V], at_least: 3}}]
`

// people gives the system two people, each with a receiver, and returns these.
func (s *system) people() (ann, ben *receiver) {
	ann, ben = newReceiver(s.t), newReceiver(s.t)
	s.cfg.Alerter.Webhooks = nil
	s.cfg.Alerter.Channels = []config.Channel{
		{Name: "ann", URL: ann.server.URL, Secret: "secret"}, {Name: "ben", URL: ben.server.URL, Secret: "secret"},
	}
	require.NoError(s.t, os.WriteFile(s.cfg.Alerter.Rules, []byte(escalating), 0o600))
	return ann, ben
}

func statesOf(all []webhook.Message) (states []string) {
	for _, m := range all {
		states = append(states, m.Alert.Patient+" "+m.Alert.State.String())
	}
	return states
}

// An alerter is killed in the middle of an escalation. Another, which holds
// nothing but its place in the group, goes on with it: nobody is told twice, and
// whoever was still to be told is.
func TestAnotherAlerterGoesOnWithAnEscalation(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for a killed member of the group to be missed, six seconds")
	}
	s := newSystem(t)
	ann, ben := s.people()
	text, err := json.Marshal(s.cfg)
	require.NoError(t, err)
	first := exec.CommandContext(t.Context(), os.Args[0])
	first.Env = append(os.Environ(), childConfig+"="+string(text))
	first.Stderr = os.Stderr
	require.NoError(t, first.Start())
	s.runOf("p", 1, 3)
	s.runOf("q", 1, 3)
	s.eventually("the first step", func() bool { return len(ann.messages()) == 2 })
	time.Sleep(100 * time.Millisecond) // its outcome is in Kafka
	require.NoError(t, first.Process.Kill())
	_ = first.Wait() // says that it was killed
	require.Empty(t, ben.messages())

	killed := time.Now()
	second, stop := s.start()
	defer stop()
	s.eventually("the second step", func() bool { return len(ben.messages()) == 2 })
	t.Logf("taken over %.1f s after the kill", time.Since(killed).Seconds())
	require.ElementsMatch(t, []string{"p triggered", "q triggered"}, statesOf(ben.messages()))
	require.ElementsMatch(t, []string{"p triggered", "q triggered"}, statesOf(ann.messages()), "nobody is told twice")
	require.True(t, second.Ready())
}

// Whoever decides does so through Kafka.
func TestCommandsReachTheAlerter(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ann, ben := s.people()
	_, stop := s.start()
	defer stop()
	s.runOf("p", 1, 3)
	s.eventually("the first step", func() bool { return len(ann.messages()) == 1 })
	d := desk.New(s.client, s.cfg.Kafka.Partitions)
	id := ann.messages()[0].Alert.ID
	require.NoError(t, d.Send(t.Context(), &holterv1.AlertCommand{
		Patient: "p", Alert: id, By: "chris", Reason: "on my way",
		Action: &holterv1.AlertCommand_Acknowledge_{Acknowledge: &holterv1.AlertCommand_Acknowledge{}},
	}))
	s.eventually("ann hears that chris is on it", func() bool { return len(ann.messages()) == 2 })
	require.Equal(t, alert.Acknowledged, ann.messages()[1].Alert.State)
	s.eventually("it is published", func() bool {
		a, found, err := d.Find(t.Context(), "p", id)
		return err == nil && found && a.State == alert.Acknowledged
	})
	all, err := d.List(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	last := all[0].History[len(all[0].History)-1]
	require.Equal(t, "acknowledged chris on my way", last.What+" "+last.By+" "+last.Why)
	time.Sleep(8500 * time.Millisecond) // past the second step, which is not to come
	require.Empty(t, ben.messages(), "the escalation has stopped")
}
