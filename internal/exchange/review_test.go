package exchange

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/ecg"
)

func TestReviewsDecideWhatAnEventIs(t *testing.T) {
	_, track := gappy(t)
	known := someEvents()
	known.Events, known.Presses = known.Events[:5], nil
	review := func(v influx.Verdict, kind string) influx.Review {
		return influx.Review{Verdict: v, Kind: kind, By: "night shift", At: time.Date(2026, 2, 1, 9, 0, 0, 0, time.UTC)}
	}
	known.Reviews = map[string]influx.Review{
		"v":   review(influx.VerdictRelabelled, "A"),
		"af":  review(influx.VerdictRejected, ""),
		"st":  review(influx.VerdictRelabelled, "V"),
		"n":   review(influx.VerdictRejected, ""),
		"old": review(influx.VerdictConfirmed, ""),
	}
	by := " by night shift 2026-02-01 09:00 UTC"
	require.Equal(t, []ecg.Annotation{
		{Sample: 375, Symbol: "A", Aux: "Atrial premature beat, was Premature ventricular contraction, relabelled A" + by},
		{Sample: 500, Symbol: `"`, Aux: "Premature ventricular contraction, was ST segment depression, relabelled V" + by},
		{Sample: 750, Symbol: `"`, Aux: "Atrial premature beat, confirmed" + by},
		{Sample: 1250, Symbol: `"`, Aux: "Atrial fibrillation, rejected" + by},
		{Sample: 2250, Symbol: `"`, Aux: "NOTE, rejected" + by},
		{Sample: 2325, Symbol: "A", Aux: "Atrial premature beat, was Premature ventricular contraction, relabelled A" + by},
	}, Annotations(known.Marks(track)))
}
