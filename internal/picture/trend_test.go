package picture

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTrendHasItsBarsAndItsClock(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	from := time.Date(2026, 3, 29, 0, 0, 0, 0, berlin) // 23 hours
	trend := Trend{From: from, To: from.AddDate(0, 0, 1), Zone: berlin, Unit: "/min"}
	for at := trend.From; at.Before(trend.To); at = at.Add(time.Hour) {
		trend.Bins = append(trend.Bins, TrendBin{From: at, To: at.Add(time.Hour), Low: 50, High: 110, Mark: 70})
	}
	trend.Bins[5] = TrendBin{From: trend.Bins[5].From, To: trend.Bins[5].To, Low: math.NaN(), High: math.NaN(), Mark: math.NaN(), Missing: true}
	low, high, step := trend.scale()
	require.Equal(t, []float64{50, 110, 10}, []float64{low, high, step})
	var drawn bytes.Buffer
	require.NoError(t, SVG(&drawn, trend))
	for _, label := range []string{">/min<", ">50<", ">110<", ">04:00<", ">22:00<"} {
		require.Contains(t, drawn.String(), label)
	}
	require.NotContains(t, drawn.String(), "NaN")

	trend.To = from.AddDate(0, 0, 20)
	drawn.Reset()
	require.NoError(t, SVG(&drawn, trend))
	require.Contains(t, drawn.String(), ">03-31<")
}

func TestTrendOfNothing(t *testing.T) {
	from := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	require.NoError(t, SVG(&bytes.Buffer{}, Trend{From: from, To: from.Add(time.Hour), Zone: time.UTC}))
}
