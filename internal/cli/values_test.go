package cli

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "90": 90 * time.Second, "2.5": 2500 * time.Millisecond, "0.0000000014": 1,
		"90s": 90 * time.Second, "5m": 5 * time.Minute, "1m30.5s": 90500 * time.Millisecond, "24h": 24 * time.Hour,
	} {
		got, err := parseDuration(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "-1", "-1s", "x", "1x", "1e300", "NaN", "Inf", "5 m"} {
		_, err := parseDuration(text)
		require.ErrorContains(t, err, "is no duration", text)
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"90", "90s", "1m30.5s", "-1", "1e300", "9223372036.9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parseDuration(text)
		if err == nil && d < 0 {
			t.Fatalf("%q gave %v", text, d)
		}
	})
}

func TestParseInstant(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-01-31T08:30:00Z":         now.Add(-210 * time.Minute),
		"2026-01-31T08:30:00.25+01:00": now.Add(-270*time.Minute + 250*time.Millisecond),
		"2026-01-30":                   now.Add(-36 * time.Hour),
		"24h":                          now.Add(-24 * time.Hour),
		"90":                           now.Add(-90 * time.Second),
	} {
		got, err := parseInstant(text, now)
		require.NoError(t, err, text)
		require.True(t, want.Equal(got), "%s is %v", text, got)
	}
	for _, text := range []string{"", "yesterday", "-5m", "2026-01-31 08:30"} {
		_, err := parseInstant(text, now)
		require.ErrorContains(t, err, "neither a time", text)
	}
}

func TestParseSpeed(t *testing.T) {
	for text, want := range map[string]float64{"1": 1, "20": 20, "20x": 20, "0.5": 0.5, "max": 0, "MAX": 0} {
		got, err := parseSpeed(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "0", "-1", "fast", "Inf", "NaN"} {
		_, err := parseSpeed(text)
		require.ErrorContains(t, err, "is no speed", text)
	}
}

func TestWithScheme(t *testing.T) {
	require.Equal(t, "tcp://127.0.0.1:1883", withScheme("127.0.0.1:1883", "tcp"))
	require.Equal(t, "ssl://broker:8883", withScheme("ssl://broker:8883", "tcp"))
	require.Empty(t, withScheme("", "tcp"))
}
