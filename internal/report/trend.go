package report

import (
	"math"
	"time"

	"github.com/holterd/holter/internal/picture"
	"github.com/holterd/holter/internal/summary"
)

// rateTrend is the heart rate of each hour.
func rateTrend(s summary.Summary, zone *time.Location) picture.Trend {
	return trend(s, zone, "/min", false, func(h summary.Hour) (low, high, mark float64) {
		low, high = math.NaN(), math.NaN()
		if h.Min > 0 {
			low, high = h.Min, h.Max
		}
		return low, high, h.Mean
	})
}

// burdenTrend is the share of a kind of beat in each hour.
func burdenTrend(s summary.Summary, zone *time.Location, kind string) picture.Trend {
	return trend(s, zone, "% of beats", true, func(h summary.Hour) (low, high, mark float64) {
		share := 100 * float64(h.Kinds[kind]) / float64(max(h.Beats, 1))
		return 0, share, share
	})
}

func trend(s summary.Summary, zone *time.Location, unit string, zero bool, value func(summary.Hour) (low, high, mark float64)) picture.Trend {
	t := picture.Trend{From: s.From, To: s.To, Zone: zone, Unit: unit, Zero: zero}
	for _, h := range s.Hours {
		b := picture.TrendBin{From: h.From, To: h.To, Missing: h.Analysed == 0, Low: math.NaN(), High: math.NaN(), Mark: math.NaN()}
		if !b.Missing {
			b.Low, b.High, b.Mark = value(h)
		}
		t.Bins = append(t.Bins, b)
	}
	return t
}
