package alerter

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/kafka"
)

func TestWatch(t *testing.T) {
	begin := time.Now()
	after := func(seconds float64) time.Time { return begin.Add(time.Duration(seconds * float64(time.Second))) }
	w := newWatch(begin)
	health := func(seconds float64) engine.Health { return w.health(after(seconds), "t", 1) }

	require.False(t, w.ready(after(1)))
	w.pinged(after(59))
	require.Equal(t, engine.Health{Owned: true, Blind: time.Minute}, health(60), "before the first generation somebody has to notice")

	p := w.assign(after(60), "t", 1)
	require.True(t, w.ready(after(60)))
	require.Equal(t, engine.Health{Owned: true}, health(60))
	require.False(t, w.health(after(60), "t", 2).Owned, "another member's")
	require.False(t, p.read(after(61), false), "a backlog")
	require.False(t, health(61).Current)
	p.applied()
	require.False(t, health(62).Current)
	require.False(t, p.read(after(62), true))
	require.False(t, health(62).Current, "read, but not on disk")
	p.applied()
	require.True(t, health(62).Current, "the end of the backlog")
	require.True(t, p.read(after(63), false), "what comes now comes live")
	require.True(t, p.read(after(63), true))
	p.applied()
	p.applied()
	for s := 65.0; s <= 100; s += 5 {
		w.pinged(after(s))
	}
	require.Equal(t, engine.Health{Owned: true, Current: true}, health(100))

	require.Equal(t, engine.Health{Owned: true, Current: true, Blind: 20 * time.Second}, health(120))
	require.False(t, w.ready(after(120)))
	w.pinged(after(160)) // the broker is back, what it holds is not read yet
	require.Equal(t, engine.Health{Owned: true}, health(160))
	require.False(t, p.read(after(161), false))
	p.applied()
	w.pinged(after(165))
	require.False(t, health(165).Current)
	require.True(t, health(166).Current, "nothing more comes from a broker that answers")

	p.release()
	w.pinged(after(190))
	require.Equal(t, engine.Health{Owned: true, Blind: 35 * time.Second}, health(200), "between two generations")
	quiet := w.assign(after(200), "t", 1)
	require.False(t, health(204).Current)
	require.True(t, health(205).Current, "a partition to which nothing is written")
	require.True(t, quiet.read(after(206), true))
}

func TestReceived(t *testing.T) {
	now := time.Now()
	earlier := now.Add(-time.Hour)
	require.Equal(t, now.Round(0), received(kafka.Message{Time: earlier}, now, true), "live: the clock of another machine does not matter")
	require.Equal(t, earlier.Round(0), received(kafka.Message{Time: earlier}, now, false))
	require.Equal(t, now.Round(0), received(kafka.Message{Time: now.Add(time.Hour)}, now, false), "never in the future")
	require.Equal(t, now.Round(0), received(kafka.Message{}, now, false))
}
