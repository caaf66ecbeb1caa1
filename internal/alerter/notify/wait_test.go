package notify

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
)

func TestWait(t *testing.T) {
	d := rule.Delivery{FirstRetry: time.Second, LongestWait: 5 * time.Minute}
	for attempts, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 9: 256 * time.Second, 10: 5 * time.Minute, 1 << 40: 5 * time.Minute} {
		require.Equal(t, want, wait(d, attempts, 0), "after %d tries", attempts)
		require.Equal(t, want/2, wait(d, attempts, 1), "after %d tries", attempts)
	}
	rapid.Check(t, func(t *rapid.T) {
		w := wait(d, rapid.IntRange(1, 1000000).Draw(t, "attempts"), rapid.Float64Range(0, 1).Draw(t, "jitter"))
		require.GreaterOrEqual(t, w, d.FirstRetry/2)
		require.LessOrEqual(t, w, d.LongestWait)
	})
}

func of(a alert.Alert) Message { return Message{Notification: state.Notification{Alert: a}} }

func TestTitleIsOneLine(t *testing.T) {
	l := compose(of(alert.Alert{
		Patient: "p\r\nBcc: all@example.org", Device: "d", Title: "T\x00", Rule: "r",
		Message: "M.", Priority: alert.High, Class: alert.Technical, State: alert.Triggered,
	}))
	require.Equal(t, "[HIGH] p  Bcc: all@example.org: T ", l.Title)
	require.Contains(t, l.text(), "M.\n")
	l = compose(of(alert.Alert{Patient: "p", Title: "T", State: alert.Resolved, Priority: alert.High}))
	require.Equal(t, "[OVER] p: T", l.Title)
}
