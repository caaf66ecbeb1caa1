package morphology

import (
	"math"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// Window is a stretch of signal that the model has answered questions about.
type Window struct {
	// Segment is the ordinal of the contiguous signal that it is from, First the
	// position of its first sample there.
	Segment int
	First   int64
	// Clip is the signal in millivolts.
	Clip *window.Clip
	// Beats are the R peaks: samples of the clip, in order, as ecg.DetectQRS finds them.
	Beats []int
	// CoreFrom and CoreTo bound the samples whose beats are this window's. The cores
	// of a segment's windows follow each other.
	CoreFrom, CoreTo int
	// Answers are the model's, to whatever was asked.
	Answers []model.Answer
}

// judged are the conditions whose odds are kept: what a beat is decided to be, and
// what keeps it from that.
var judged = [...]string{"V", "L", "R", "/"}

// odds are the log odds of the judged conditions.
type odds [len(judged)]float64

const (
	ventricular = 0
	paced       = 3
	// surest is the largest log odds that a single beat can have: a model that is
	// sure of one beat does not outvote all others.
	surest = 6
	// reach is how far around a beat its heat is looked at, in seconds.
	reach = 0.075
)

func logit(p float64) float64 {
	return max(-surest, min(surest, math.Log(p)-math.Log1p(-p)))
}

// sigmoid is the probability of log odds.
func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// frames are the values of an answer's heat that tell of a beat at a sample.
func frames(heat []float32, sample int) (from, to int) {
	at := float64(sample) / window.Rate
	from = max(0, int((at-reach)/localize.HeatStep))
	return from, max(from, min(len(heat), int((at+reach)/localize.HeatStep)+1))
}

// heatAt is the log odds of an answer's condition for a beat.
func heatAt(heat []float32, sample int) float64 {
	from, to := frames(heat, sample)
	most := float32(0)
	for _, h := range heat[from:to] {
		most = max(most, h)
	}
	return logit(float64(most))
}

// told gives the answer that tells the odds of a judged condition.
func (w Window) told(code string) (model.Answer, bool) {
	for _, a := range w.Answers {
		if a.Condition.Code == code && len(a.Heat) > 0 {
			return a, true
		}
	}
	return model.Answer{}, false
}

// oddsAt are those of a beat; of what was not asked the least.
func (w Window) oddsAt(sample int) (o odds) {
	for i, code := range judged {
		o[i] = -surest
		if a, ok := w.told(code); ok {
			o[i] = heatAt(a.Heat, sample)
		}
	}
	return o
}

// early are the log odds that a beat is a premature atrial one; the least if that
// was not asked.
func (w Window) early(sample int) float64 {
	if a, ok := w.told(atrial); ok {
		return heatAt(a.Heat, sample)
	}
	return -surest
}

// leads are the slots of the leads that are there.
func (w Window) leads() (slots []ecg.Slot) {
	for slot, lead := range w.Clip {
		if lead != nil {
			slots = append(slots, ecg.Slot(slot))
		}
	}
	return slots
}
