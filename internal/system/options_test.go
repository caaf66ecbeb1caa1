package system

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/config"
)

func killPid(t *testing.T, text string) {
	t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(text))
	require.NoError(t, err)
	process, err := os.FindProcess(pid)
	require.NoError(t, err)
	require.NoError(t, process.Kill())
}

func TestResolveTakesAddressesFromTheConfiguration(t *testing.T) {
	o := Options{Dir: "data", Config: config.Default(), MQTT: "0.0.0.0:1884"}
	o.Config.Kafka.Brokers = []string{"127.0.0.1:9093", "other:9092"}
	o.Config.Kafka.Username, o.Config.Kafka.Replication = "user", 3
	require.NoError(t, o.resolve())
	require.Equal(t, "127.0.0.1:9100", o.HTTP)
	require.Equal(t, "0.0.0.0:1884", o.MQTT)
	require.Equal(t, "127.0.0.1:9093", o.Kafka)
	require.Equal(t, "127.0.0.1:8088", o.Console)
	require.Equal(t, "127.0.0.1:8086", o.Influx)
	require.Empty(t, o.Config.Kafka.Username)
	require.Equal(t, 1, o.Config.Kafka.Replication)
	require.True(t, filepath.IsAbs(o.Dir))
	require.Equal(t, filepath.Join(o.Dir, "archive"), o.Config.Archive.Folder)
}

func TestResolveRefusesTLS(t *testing.T) {
	o := Options{Dir: "data", Config: config.Default()}
	o.Config.MQTT.URL, o.Config.MQTT.CertFile, o.Config.Kafka.TLS = "ssl://127.0.0.1:8883", "c.pem", true
	require.ErrorContains(t, o.resolve(), "mqtt.url, mqtt.cert_file, kafka.tls ask for TLS, which the embedded servers do not have")
}

func TestReachable(t *testing.T) {
	require.Equal(t, "127.0.0.1:1", reachable("0.0.0.0:1"))
	require.Equal(t, "127.0.0.1:1", reachable("[::]:1"))
	require.Equal(t, "127.0.0.1:1", reachable(":1"))
	require.Equal(t, "192.0.2.1:1", reachable("192.0.2.1:1"))
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	_, err := New(Options{Config: config.Default()}, zerolog.Nop())
	require.ErrorContains(t, err, "no data folder")
	_, err = New(Options{Dir: "data", Config: config.Default(), MQTT: "1883"}, zerolog.Nop())
	require.ErrorContains(t, err, "give host:port")
	cfg := config.Default()
	cfg.Alerter.Rules = "no-such-file.yaml"
	cfg.Model.Dir = "../../models/default"
	_, err = New(Options{Dir: "data", Config: cfg}, zerolog.Nop())
	require.ErrorContains(t, err, "no-such-file.yaml")
}

func TestSequenceStopsInReverseAndTellsFailures(t *testing.T) {
	var stopped []string
	stops := func(name string, err error) part {
		return part{name: name, start: func(context.Context) (func() error, error) {
			return func() error { stopped = append(stopped, name); return err }, nil
		}}
	}
	fails := part{name: "broken", start: func(context.Context) (func() error, error) { return nil, errors.New("it is broken") }}

	s := &sequence{log: zerolog.Nop()}
	require.NoError(t, s.start(t.Context(), stops("a", nil)))
	require.NoError(t, s.start(t.Context(), stops("b", errors.New("b hangs")), stops("c", nil)))
	require.ErrorContains(t, s.start(t.Context(), stops("d", nil), fails), "it is broken")
	err := s.stop()
	require.ErrorContains(t, err, "stopping b: b hangs")
	require.Equal(t, []string{"d", "c", "b", "a"}, stopped)
	require.NoError(t, s.stop())
}
