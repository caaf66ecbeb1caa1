package rule

import (
	"cmp"
	"slices"
	"time"
)

// Version is what holds for one patient from some time on, until the next
// version of the same patient: rules of the file that are left out, and rules
// that come in addition, or instead of those of the same name.
type Version struct {
	Patient string    `yaml:"patient"`
	Author  string    `yaml:"author"`
	Reason  string    `yaml:"reason"`
	From    time.Time `yaml:"from"`
	Without []string  `yaml:"without"`
	Rules   []*Rule   `yaml:"rules"`
}

// VersionFor is the patient's version in force, nil when there is none.
func (s *Set) VersionFor(patient string, now time.Time) *Version {
	var in *Version
	for i := range s.Patients {
		v := &s.Patients[i]
		if v.Patient == patient && !v.From.After(now) && (in == nil || !v.From.Before(in.From)) {
			in = v
		}
	}
	return in
}

// For are the rules that hold for a patient at a time, the most urgent first.
func (s *Set) For(patient string, now time.Time) []*Rule {
	v := s.VersionFor(patient, now)
	var all []*Rule
	for _, r := range s.Rules {
		if r.Watches(patient) && (v == nil || !v.replaces(r.Name)) {
			all = append(all, r)
		}
	}
	if v != nil {
		all = append(all, v.Rules...)
	}
	slices.SortStableFunc(all, func(a, b *Rule) int { return cmp.Compare(b.Priority, a.Priority) })
	return all
}

func (v *Version) replaces(name string) bool {
	return slices.Contains(v.Without, name) || slices.ContainsFunc(v.Rules, func(r *Rule) bool { return r.Name == name })
}

// Has tells whether any patient has a rule of the name, now or at another time.
func (s *Set) Has(name string) bool {
	is := func(r *Rule) bool { return r.Name == name }
	return slices.ContainsFunc(s.Rules, is) ||
		slices.ContainsFunc(s.Patients, func(v Version) bool { return slices.ContainsFunc(v.Rules, is) })
}
