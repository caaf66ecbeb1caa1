package eval

import (
	"math"

	"github.com/holterd/holter/pkg/localize"
)

// CalibrationBins is how many bins of equal width the confidences fall into.
const CalibrationBins = 15

// RightIoU is the least IoU of a localization answer that counts as right when
// its confidence is judged. A "No … Found" is right when the expert says it too.
const RightIoU = 0.5

// Calibration sets the confidence of answers beside how often they are right.
//
// An answer has one confidence (see model.Answer): of spans, their mean by
// length; of "No … Found", that of the decision. It is judged as the probability
// that the answer as a whole is right.
type Calibration struct {
	Task Task `json:"task"`
	// Kind is empty for all the task's answers together.
	Kind      string `json:"kind,omitempty"`
	Questions int    `json:"questions"`
	// Error is the expected calibration error: the mean over the answers of the
	// distance between their bin's share of right ones and its mean confidence
	// (Guo et al., On Calibration of Modern Neural Networks, 2017).
	Error float64 `json:"expected_calibration_error"`
	// Confidence and Right are means over all the answers.
	Confidence float64 `json:"confidence"`
	Right      float64 `json:"right"`
	Bins       []Bin   `json:"bins"`
}

// Bin holds the answers with a confidence above From and up to To; the first
// also those with 0.
type Bin struct {
	From       float64 `json:"from"`
	To         float64 `json:"to"`
	Questions  int     `json:"questions"`
	Confidence float64 `json:"confidence"` // the mean; 0 when empty
	Right      float64 `json:"right"`      // share of right answers; 0 when empty
}

// right tells whether an answer is; reports are neither right nor wrong.
func right(a Answer) bool {
	if a.Task == Localization {
		return localize.IoU(a.Truth, a.Prediction) >= RightIoU
	}
	return same(a.Truth, a.Prediction)
}

// calibrations judges the answers whose confidence is known: of localization also
// kind by kind.
func calibrations(byTask map[Task][]Answer) []Calibration {
	var out []Calibration
	add := func(task Task, kind string, answers []Answer) {
		if c := calibrate(answers); c.Questions > 0 {
			c.Task, c.Kind = task, kind
			out = append(out, c)
		}
	}
	kinds, byKind := group(byTask[Localization])
	for _, kind := range kinds {
		add(Localization, kind, byKind[kind])
	}
	for _, task := range []Task{Localization, QA, Comparison} {
		add(task, "", byTask[task])
	}
	return out
}

func calibrate(answers []Answer) Calibration {
	c := Calibration{Bins: make([]Bin, CalibrationBins)}
	for _, a := range answers {
		if a.Confidence == nil {
			continue
		}
		sum := 0.0
		if right(a) {
			sum = 1
		}
		i := int(math.Ceil(*a.Confidence*CalibrationBins)) - 1
		bin := &c.Bins[min(max(i, 0), CalibrationBins-1)]
		bin.Questions, bin.Confidence, bin.Right = bin.Questions+1, bin.Confidence+*a.Confidence, bin.Right+sum
		c.Questions, c.Confidence, c.Right = c.Questions+1, c.Confidence+*a.Confidence, c.Right+sum
	}
	n := float64(c.Questions)
	for i := range c.Bins {
		bin := &c.Bins[i]
		bin.From, bin.To = float64(i)/CalibrationBins, float64(i+1)/CalibrationBins
		c.Error += math.Abs(bin.Right-bin.Confidence) / max(n, 1)
		bin.Right /= max(float64(bin.Questions), 1)
		bin.Confidence /= max(float64(bin.Questions), 1)
	}
	c.Confidence /= max(n, 1)
	c.Right /= max(n, 1)
	return c
}
