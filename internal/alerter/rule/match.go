package rule

import (
	"path"
	"slices"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Watches tells whether the rule is for the patient.
func (r *Rule) Watches(patient string) bool {
	if anyMatch(r.Except, patient) {
		return false
	}
	return len(r.Patients) == 0 || anyMatch(r.Patients, patient)
}

// Wants tells whether an event counts for the rule.
func (r *Rule) Wants(ev *holterv1.Event) bool {
	return !r.OfWindows() && ev.GetConfidence() >= r.MinConfidence && (ev.Quality == nil || ev.GetQuality() >= r.minQuality()) && slices.Contains(r.Kinds(), ev.GetKind()) &&
		r.ST.takes(ev.GetStEvidence()) && max(ev.GetStPeakUv(), -ev.GetStPeakUv()) >= int32(r.MinSTUV)
}

// Analysable tells whether a window's signal is good enough to count for the rule;
// noise takes any.
func (r *Rule) Analysable(w *holterv1.Window) bool { return w.GetQuality() >= r.minQuality() }

func (r *Rule) minQuality() float64 {
	if r.MinQuality == nil {
		return 0
	}
	return *r.MinQuality
}

func (c Certainty) takes(e holterv1.StEvidence) bool {
	switch c {
	case CertainST:
		return e == holterv1.StEvidence_ST_EVIDENCE_BOTH
	case MeasuredST:
		return e == holterv1.StEvidence_ST_EVIDENCE_BOTH || e == holterv1.StEvidence_ST_EVIDENCE_SIGNAL
	default:
		return true
	}
}

// Tells tells whether the end of an alert is notified too.
func (r *Rule) Tells() bool { return r.TellResolved == nil || *r.TellResolved }

func anyMatch(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil // patterns were checked when the file was read
	})
}
