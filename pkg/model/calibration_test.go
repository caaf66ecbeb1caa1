package model

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/localize"
)

func TestConfidencesAreCalibratedByCondition(t *testing.T) {
	v, _ := localize.ByCode("V")
	a, _ := localize.ByCode("A")
	l := Localization{Calibration: map[string]Calibration{
		"V": {Found: Logistic{Slope: 1, Offset: 0}, Nothing: Logistic{Slope: 0, Offset: 0}},
		"A": {Found: Logistic{Slope: 2, Offset: -1}, Nothing: Logistic{Slope: 1, Offset: 1}},
	}}
	spans := func(confidences ...float64) (out localize.Spans) {
		for i, c := range confidences {
			out = append(out, localize.Span{Start: float64(2 * i), End: float64(2*i + 1), Confidence: c})
		}
		return out
	}
	got := l.calibrated(Answer{Condition: v, Spans: spans(0.9, 0.5), Confidence: 0.7})
	require.InDelta(t, 0.9, got.Spans[0].Confidence, 1e-9)
	require.InDelta(t, 0.5, got.Spans[1].Confidence, 1e-9)
	require.InDelta(t, 0.7, got.Confidence, 1e-9)
	require.InDelta(t, 0.5, l.calibrated(Answer{Condition: v, Confidence: 0.99}).Confidence, 1e-9)

	got = l.calibrated(Answer{Condition: a, Spans: spans(0.5)})
	require.InDelta(t, 0.2689414, got.Confidence, 1e-6)
	require.InDelta(t, 0.7310586, l.calibrated(Answer{Condition: a, Confidence: 0.5}).Confidence, 1e-6)
	require.Less(t, l.calibrated(Answer{Condition: a, Confidence: 1}).Confidence, 1.0)

	unknown := Answer{Condition: localize.Condition{Code: "R"}, Confidence: 0.123}
	require.Equal(t, unknown, l.calibrated(unknown))
}
