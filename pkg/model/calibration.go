package model

import "math"

// Calibration turns the confidences of answers about one condition into the
// shares of such answers that are right: those with spans, and those that
// nothing was found.
type Calibration struct {
	Found   Logistic `json:"found"`
	Nothing Logistic `json:"nothing"`
	// Error is the expected calibration error that was measured on people whom
	// neither the model nor the calibration had seen. It changes nothing.
	Error float64 `json:"error,omitempty"`
}

// Logistic is 1 / (1 + exp(−(slope · log(p/(1−p)) + offset))) of a probability
// p (Platt scaling).
type Logistic struct {
	Slope  float64 `json:"slope"`
	Offset float64 `json:"offset"`
}

// barely keeps probabilities where their log odds are numbers.
const barely = 1e-6

func (l Logistic) of(p float64) float64 {
	p = min(max(p, barely), 1-barely)
	return 1 / (1 + math.Exp(-(l.Slope*logit(p) + l.Offset)))
}

// calibrated gives an answer's confidences as the manifest says; as they are
// where it says nothing.
func (l Localization) calibrated(a Answer) Answer {
	c, ok := l.Calibration[a.Condition.Code]
	if !ok {
		return a
	}
	total := a.Spans.Total()
	if total == 0 {
		a.Confidence = c.Nothing.of(a.Confidence)
		return a
	}
	a.Confidence = 0
	for i, s := range a.Spans {
		a.Spans[i].Confidence = c.Found.of(s.Confidence)
		a.Confidence += a.Spans[i].Confidence * s.Len() / total
	}
	return a
}

func (l Localization) checkCalibration(p *problems) {
	for code, c := range l.Calibration {
		p.conditions("localization.calibration", []string{code})
		p.need(c.Error >= 0 && c.Error <= 1, "localization.calibration.%s.error: %g, want 0 to 1", code, c.Error)
		for name, part := range map[string]Logistic{"found": c.Found, "nothing": c.Nothing} {
			p.need(part.Slope >= 0 && part.Slope <= 100 && math.Abs(part.Offset) <= 100,
				"localization.calibration.%s.%s: slope %g and offset %g, want 0 to 100 and -100 to 100", code, name, part.Slope, part.Offset)
		}
	}
}
