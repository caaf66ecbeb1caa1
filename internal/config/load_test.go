package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"
)

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestDefaultsAreValid(t *testing.T) {
	require.NoError(t, Default().Validate())
	cfg, err := load("", nil)
	require.NoError(t, err)
	require.Equal(t, Default(), cfg)
}

// The example shows every key, with its default.
func TestExampleFile(t *testing.T) {
	path := filepath.Join("..", "..", "deploy", "holter.yaml")
	cfg, err := load(path, nil)
	require.NoError(t, err)
	if len(cfg.Alerter.Webhooks) == 0 && len(cfg.Alerter.URLs) == 0 && len(cfg.Alerter.Channels) == 0 {
		cfg.Alerter.Webhooks, cfg.Alerter.URLs, cfg.Alerter.Channels = nil, nil, nil // an empty list is none
	}
	if len(cfg.Console.Hosts) == 0 {
		cfg.Console.Hosts = nil
	}
	require.Equal(t, Default(), cfg)

	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for section, value := range fieldsOf(reflect.ValueOf(&cfg).Elem()) {
		_, rest, found := strings.Cut("\n"+string(text), "\n"+section+":")
		require.True(t, found, section)
		for key := range fieldsOf(value) {
			require.Contains(t, rest, "\n  "+key+":", section)
		}
	}
}

func TestEnvironmentWinsOverTheFile(t *testing.T) {
	file := write(t, "kafka:\n  partitions: 6\n  retention: 24h\nmqtt: {max_payload: 64KiB}\nlog:\n")
	cfg, err := load(file, []string{
		"HOLTER_KAFKA_PARTITIONS=3",
		"HOLTER_KAFKA_BROKERS=a:1, b:2,",
		"HOLTER_KAFKA_TLS=true",
		"HOLTER_ANALYZER_QUESTIONS=[V, 'Where, if at all, is the X?']",
		"HOLTER_ALERTER_WEBHOOKS=[{url: 'https://x/', secret: s}, {url: http://y}]",
		"HOLTER_MODEL_BATCH_DELAY=1ms",
		"HOLTER_DATA=/somewhere", "HOLTER_ONNXRUNTIME=lib.so", "OTHER_KAFKA_PARTITIONS=9", // not configuration
	})
	require.NoError(t, err)
	want := Default()
	want.Kafka.Partitions, want.Kafka.Retention, want.Kafka.TLS = 3, 24*time.Hour, true
	want.Kafka.Brokers = []string{"a:1", "b:2"}
	want.MQTT.MaxPayload = 64 << 10
	want.Analyzer.Questions = []string{"V", "Where, if at all, is the X?"}
	want.Alerter.Webhooks = []Webhook{{URL: "https://x/", Secret: "s"}, {URL: "http://y"}}
	want.Model.BatchDelay = time.Millisecond
	require.Equal(t, want, cfg)
}

// Each key of each section can be set by its variable.
func TestEveryKeyIsAVariable(t *testing.T) {
	var environ []string
	cfg := Default()
	for section, value := range fieldsOf(reflect.ValueOf(&cfg).Elem()) {
		for key, field := range fieldsOf(value) {
			if !isScalar(field) {
				continue
			}
			text := map[reflect.Kind]string{reflect.String: "text", reflect.Bool: "true", reflect.Int: "7", reflect.Int64: "7s"}[field.Kind()]
			if field.Type() == bytesType {
				text = "7KiB"
			}
			environ = append(environ, "HOLTER_"+strings.ToUpper(section+"_"+key)+"="+text)
		}
	}
	require.Empty(t, decodeEnvironment(environ, &cfg))
	for section, value := range fieldsOf(reflect.ValueOf(&cfg).Elem()) {
		for key, field := range fieldsOf(value) {
			if isScalar(field) {
				require.Contains(t, []any{"text", true, 7, 7 * time.Second, Bytes(7 << 10)}, field.Interface(), section+"."+key)
			}
		}
	}
}

func TestSecretsComeFromFiles(t *testing.T) {
	cfg, err := load("", []string{
		"HOLTER_MQTT_USERNAME=m", "HOLTER_MQTT_PASSWORD_FILE=" + write(t, "mqtt secret\n"),
		"HOLTER_KAFKA_USERNAME=k", "HOLTER_KAFKA_PASSWORD_FILE=" + write(t, "kafka secret\r\n"),
		"HOLTER_INFLUX_TOKEN_FILE=" + write(t, "token"),
		"HOLTER_ALERTER_WEBHOOKS=[{url: http://x, secret_file: '" + write(t, "hook") + "'}]",
	})
	require.NoError(t, err)
	require.Equal(t, []string{"mqtt secret", "kafka secret", "token", "hook"},
		[]string{cfg.MQTT.Password, cfg.Kafka.Password, cfg.Influx.Token, cfg.Alerter.Webhooks[0].Secret})
}

func TestNotificationURLsComeFromAFile(t *testing.T) {
	file := write(t, "# the ward\nntfy://u:p@host/topic\r\n\n  smtp://u:p@host/?to=a#b\n")
	cfg, err := load("", []string{"HOLTER_ALERTER_URLS_FILE=" + file})
	require.NoError(t, err)
	require.Equal(t, []string{"ntfy://u:p@host/topic", "smtp://u:p@host/?to=a#b"}, cfg.Alerter.URLs)

	_, err = load("", []string{"HOLTER_ALERTER_URLS_FILE=" + file, "HOLTER_ALERTER_URLS=ntfy://other/topic"})
	require.ErrorContains(t, err, "leave out either alerter.urls or alerter.urls_file")
	_, err = load("", []string{"HOLTER_ALERTER_URLS_FILE=" + write(t, "# none\n")})
	require.ErrorContains(t, err, "holds no URL; put each on a line of its own")
	_, err = load("", []string{"HOLTER_ALERTER_URLS_FILE=/nowhere/urls"})
	require.ErrorContains(t, err, "alerter.urls_file: cannot be read")
}

// Everything that is wrong is said at once, in words that tell what to do.
func TestProblems(t *testing.T) {
	t.Chdir("testdata")
	_, err := load("wrong.yaml", []string{
		"HOLTER_KAFKA_PARTITION=3", "HOLTER_LOG_LEVEL=loud", "HOLTER_MODEL_THREADS=many",
		"HOLTER_ALERTER_WEBHOOKS=[{ulr: http://x}]", "HOLTER_ANALYZER_QUESTIONS=[unclosed",
	})
	require.ErrorAs(t, err, new(Problems))
	t.Chdir("..")
	golden.Assert(t, err.Error()+"\n", "wrong.txt")
}

func TestSyntaxErrorsNameTheLine(t *testing.T) {
	_, err := load(write(t, "log:\n  level: info\n  level: warn\n"), nil)
	require.ErrorContains(t, err, "line 3")
	_, err = load(write(t, "- a\n- b\n"), nil)
	require.ErrorContains(t, err, "line 1: YAML: is not a group of keys")
}

func TestMissingFile(t *testing.T) {
	_, err := load(filepath.Join(t.TempDir(), "none.yaml"), nil)
	require.ErrorContains(t, err, "--config")
}
