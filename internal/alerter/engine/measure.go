package engine

import (
	"math"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/pkg/rhythm"
)

// measure notes what was measured of a condition that is met.
func measure(r *rule.Rule, a *alert.Alert, h hit) {
	switch {
	case (r.Run != nil || r.Pattern != nil && r.Pattern.Kind() == rhythm.Run) && h.rate > a.Value:
		a.Value, a.Unit = tenth(h.rate), "/min"
	case r.Pattern != nil && r.Pattern.Alternates(), r.Rate != nil:
		a.Value, a.Unit = tenth(h.rate), "/min"
	case r.Burden != nil:
		a.Value, a.Unit, a.Confidence = tenth(h.share), "%", h.sure
	case r.Pause != nil:
		if length := tenth(time.Duration(h.last - h.first).Seconds()); length > a.Value {
			a.Value, a.Unit = length, "s"
		}
	}
}

func tenth(x float64) float64 { return math.Round(10*x) / 10 }
