package scene

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/notify"
)

// The worst part of an ST episode is its peak; of one that an older version
// measured, when that was is not known.
func TestThePeakOfAnSTEpisodeIsShown(t *testing.T) {
	start := time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)
	st := &alert.ST{Kind: "STD", PeakUV: -210, Lead: "II", PeakAt: start.Add(3 * time.Minute)}
	m := maker{Subject: notify.Subject{Alert: alert.Alert{Start: start, Updated: start.Add(10 * time.Minute), ST: st}}}
	parts, err := m.parts(t.Context())
	require.NoError(t, err)
	require.Equal(t, []part{
		{"Onset", start.Add(-2 * time.Second), start.Add(8 * time.Second)},
		{"Largest deviation", start.Add(175 * time.Second), start.Add(185 * time.Second)},
	}, parts)

	st.PeakAt = time.Time{}
	parts, err = m.parts(t.Context())
	require.NoError(t, err)
	require.Equal(t, partFrom("Latest part", start.Add(590*time.Second)), parts[1])
}
