package config

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestBytesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Bytes(rapid.Int64Min(0).Draw(t, "bytes"))
		got, err := ParseBytes(want.String())
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
	for _, text := range []string{"", "MiB", "-1", "1MB", "1.5MiB", "9999999999GiB"} {
		_, err := ParseBytes(text)
		require.Error(t, err, text)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"brokers", "broker", 1}, {"ulr", "url", 2}, {"same", "same", 0}, {"addr", "level", 5}} {
		require.Equal(t, c.want, distance(c.a, c.b))
		require.Equal(t, c.want, distance(c.b, c.a))
	}
}

func FuzzDecodeYAML(f *testing.F) {
	f.Add([]byte("kafka:\n  brokers: [a:1]\n"))
	f.Add([]byte("alerter:\n  webhooks:\n    - {url: x}\n"))
	f.Add([]byte("mqtt: &a {url: 1}\nkafka: *a\n"))
	f.Add([]byte("? [a]\n: b\n"))
	f.Fuzz(func(_ *testing.T, document []byte) {
		cfg := Default()
		if DecodeYAML(document, &cfg) == nil {
			_ = cfg.Validate()
		}
	})
}
