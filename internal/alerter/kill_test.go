package alerter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/webhook"
)

// childConfig is the variable that makes the test binary an alerter.
const childConfig = "ALERTER_TEST_CHILD"

func TestMain(m *testing.M) {
	text, ok := os.LookupEnv(childConfig)
	if !ok {
		os.Exit(m.Run())
	}
	if err := child([]byte(text)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(text []byte) error {
	cfg := config.Default()
	if err := json.Unmarshal(text, &cfg); err != nil {
		return err
	}
	service, err := alerter.New(cfg, zerolog.Nop(), prometheus.NewRegistry())
	if err != nil {
		return err
	}
	return service.Run(context.Background())
}

// An alerter that is killed again and again, at any moment, neither loses an
// alert nor raises one twice.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts and kills processes for half a minute")
	}
	s := newSystem(t)
	text, err := json.Marshal(s.cfg)
	require.NoError(t, err)
	spawn := func() *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childConfig+"="+string(text))
		cmd.Stderr = os.Stderr
		require.NoError(t, cmd.Start())
		return cmd
	}
	kill := func(cmd *exec.Cmd) {
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait() // says that it was killed
	}
	// The broker gives a killed member's partitions to the next after six
	// seconds, so there are few kills, each with much under way.
	const kills, patientsEach = 2, 30
	patients := 0
	for range kills {
		cmd := spawn()
		first := fmt.Sprint("p", patients)
		for range patientsEach {
			name := fmt.Sprint("p", patients)
			patients++
			s.runOf(name, 1, 2)
			s.runOf(name, 1, 2) // repeated
			s.runOf(name, 2, 3)
		}
		s.eventually("the first is told of", func() bool {
			return slices.ContainsFunc(s.receiver.messages(), func(m webhook.Message) bool { return m.Alert.Patient == first })
		})
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond) // any moment, while more is under way
		kill(cmd)
	}
	cmd := spawn()
	s.eventually("everything is told", func() bool { return len(s.receiver.messages()) >= patients })
	s.eventually("everything is published", func() bool { return len(s.published()) >= patients })
	kill(cmd)
	said := map[string]int{}
	for _, m := range s.receiver.messages() {
		said[m.Alert.Patient]++
	}
	require.Len(t, said, patients)
	for patient, times := range said {
		require.Equal(t, 1, times, patient)
	}
	require.Len(t, s.published(), patients)
	t.Logf("%d alerts over %d kills, %d requests", patients, kills, s.receiver.requests())
}
