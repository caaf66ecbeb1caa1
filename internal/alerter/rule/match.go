package rule

import (
	"path"
	"slices"
)

// Watches tells whether the rule is for the patient.
func (r *Rule) Watches(patient string) bool {
	if anyMatch(r.Except, patient) {
		return false
	}
	return len(r.Patients) == 0 || anyMatch(r.Patients, patient)
}

// Wants tells whether an event of the kind and confidence counts for the rule.
func (r *Rule) Wants(kind string, confidence float64) bool {
	return confidence >= r.MinConfidence && slices.Contains(r.Kinds(), kind)
}

// Tells tells whether the end of an alert is notified too.
func (r *Rule) Tells() bool { return r.TellResolved == nil || *r.TellResolved }

func anyMatch(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil // patterns were checked when the file was read
	})
}
