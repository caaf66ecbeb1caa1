package mqtt

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		filter, topic string
		want          bool
	}{
		{"ecg/v1/+/samples", "ecg/v1/d1/samples", true},
		{"ecg/v1/+/samples", "ecg/v1/d1/status", false},
		{"ecg/v1/+/samples", "ecg/v1/d1/x/samples", false},
		{"ecg/v1/+/samples", "ecg/v1/samples", false},
		{"ecg/#", "ecg/v1/d1/samples", true},
		{"ecg/#", "ecg", true},
		{"ecg/#", "eck/v1", false},
		{"ecg/+", "ecg", false},
		{"#", "a/b", true},
		{"#", "$SYS/broker", false},
		{"a/b", "a/b", true},
		{"a/b", "a/b/c", false},
		{"a/b/c", "a/b", false},
		{"+/+", "/x", true},
	} {
		require.Equal(t, c.want, matches(c.filter, c.topic), "%s against %s", c.topic, c.filter)
	}
}
