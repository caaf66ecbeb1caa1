package rule

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/pkg/localize"
)

const (
	defaultResolveAfter = 10 * time.Minute
	defaultMaxInterval  = 1500 * time.Millisecond
	defaultMaxGap       = time.Second
	mostUV              = 5000
)

var namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// checker fills in defaults and collects what is wrong.
type checker struct {
	name     string
	file     *ast.File
	problems []error
	known    map[string]bool // names of policies
}

func (c *checker) add(at, format string, args ...any) {
	c.problems = append(c.problems, fmt.Errorf("%s:%d: %s", c.name, line(c.file, at), fmt.Sprintf(format, args...)))
}

func (c *checker) set(s *Set) {
	if s.Version != 1 {
		c.add("$.version", "version is %d; this program reads version: 1", s.Version)
	}
	d := s.Delivery
	c.span("$.delivery.first_retry", "delivery: first_retry", d.FirstRetry, 100*time.Millisecond, time.Hour)
	c.span("$.delivery.longest_wait", "delivery: longest_wait", d.LongestWait, d.FirstRetry, 24*time.Hour)
	c.span("$.delivery.give_up_after", "delivery: give_up_after", d.GiveUpAfter, time.Minute, 30*24*time.Hour)
	c.span("$.delivery.timeout", "delivery: timeout", d.Timeout, 100*time.Millisecond, 5*time.Minute)
	c.span("$.delivery.group", "delivery: group", d.Group, 0, time.Hour)
	c.people(s)
	if len(s.Rules) == 0 {
		c.add("$.rules", "rules is empty: nobody would ever be alerted")
	}
	c.rules("$.rules", s.Rules)
	for i, v := range s.Patients {
		at := fmt.Sprintf("$.patients[%d]", i)
		if v.Patient == "" || v.Author == "" || v.Reason == "" || v.From.IsZero() {
			c.add(at, "patients: version %d: needs patient, author, reason and from", i+1)
		}
		if j := slices.IndexFunc(s.Patients[:i], func(o Version) bool { return o.Patient == v.Patient && o.From.Equal(v.From) }); j >= 0 {
			c.add(at, "patients: version %d: version %d of the same patient is from the same time", i+1, j+1)
		}
		for j, name := range v.Without {
			if !slices.ContainsFunc(s.Rules, func(r *Rule) bool { return r != nil && r.Name == name }) {
				c.add(fmt.Sprintf("%s.without[%d]", at, j), "patients: version %d: without: %q is none of rules", i+1, name)
			}
		}
		c.rules(at+".rules", v.Rules)
	}
}

func (c *checker) rules(at string, rules []*Rule) {
	names := map[string]bool{}
	for i, r := range rules {
		at := fmt.Sprintf("%s[%d]", at, i)
		if r == nil {
			c.add(at, "rule %d is empty", i+1)
			continue
		}
		c.rule(at, r)
		if names[r.Name] {
			c.add(at+".name", "rule %q: there is another rule of this name", r.Name)
		}
		names[r.Name] = true
	}
}

func (c *checker) rule(at string, r *Rule) {
	label := fmt.Sprintf("rule %q", r.Name)
	if !namePattern.MatchString(r.Name) {
		c.add(at+".name", "%s: name must be letters, digits, dots, dashes and underscores", label)
	}
	if r.Priority == 0 {
		c.add(at, "%s: priority is missing: low, medium or high", label)
	}
	if r.MinConfidence < 0 || r.MinConfidence > 1 {
		c.add(at+".min_confidence", "%s: min_confidence is %g, must be 0 to 1", label, r.MinConfidence)
	}
	c.patterns(at+".patients", label+": patients", r.Patients)
	c.patterns(at+".except", label+": except", r.Except)
	if !c.condition(at, label, r) {
		return
	}
	if r.Class == 0 {
		r.Class = alert.Physiological
		if r.aboutDevice() {
			r.Class = alert.Technical
		}
	}
	c.st(at, label, r)
	c.quality(at+".min_quality", label+": min_quality", r)
	if r.Policy != "" && !c.known[r.Policy] {
		c.add(at+".policy", "%s: policy: %q is none of policies", label, r.Policy)
	}
	if r.HoldsBack != 0 && r.Class != alert.Technical {
		c.add(at+".holds_back", "%s: holds_back is for technical alerts", label)
	}
	if r.Confirm < 0 || r.Confirm > 100 || r.Confirm > 1 && (len(r.Kinds()) == 0 || r.OfWindows()) {
		c.add(at+".confirm", "%s: confirm is %d, must be 1 to 100, and events must take part", label, r.Confirm)
	}
	c.resolve(at, label, r)
	if r.MinConfidence != 0 && len(r.Kinds()) == 0 && r.Button == nil {
		c.add(at+".min_confidence", "%s: min_confidence is not for %s: no event takes part in it", label, r.Type())
	}
	if err := r.prepareKey(); err != nil {
		c.add(at+".key", "%s: key %v", label, err)
	}
}

func (c *checker) resolve(at, label string, r *Rule) {
	if !r.OfDevice() {
		if r.ResolveAfter == 0 {
			r.ResolveAfter = defaultResolveAfter
			if r.Noise != nil {
				r.ResolveAfter = max(r.Noise.For, time.Second) // good signal for as long
			}
		}
		c.span(at+".resolve_after", label+": resolve_after", r.ResolveAfter, time.Second, 30*24*time.Hour)
		return
	}
	if r.ResolveAfter != 0 {
		c.add(at+".resolve_after", "%s: resolve_after is not for %s: that is over when the device is well again", label, r.Type())
	}
}

const defaultQuality = 0.5

// quality checks and fills in from where on signal is good enough.
func (c *checker) quality(at, label string, r *Rule) {
	switch {
	case r.MinQuality == nil:
		if r.Burden != nil || r.Rate != nil || r.Pause != nil {
			r.MinQuality = new(float64)
			*r.MinQuality = defaultQuality
		}
	case *r.MinQuality < 0 || *r.MinQuality > 1:
		c.add(at, "%s is %g, must be 0 to 1", label, *r.MinQuality)
	case len(r.Kinds()) == 0 && r.Rate == nil && r.Pause == nil:
		c.add(at, "%s is not for %s", label, r.Type())
	}
}

// st checks what only ST events have.
func (c *checker) st(at, label string, r *Rule) {
	switch r.ST {
	case AnyST, MeasuredST, CertainST:
	default:
		c.add(at+".st", "%s: st is %q; known are %s and %s", label, r.ST, MeasuredST, CertainST)
	}
	if r.MinSTUV < 0 || r.MinSTUV > mostUV {
		c.add(at+".min_st_uv", "%s: min_st_uv is %d, must be 0 to %d", label, r.MinSTUV, mostUV)
	}
	if r.ST == AnyST && r.MinSTUV == 0 {
		return
	}
	key := ".st"
	if r.ST == AnyST {
		key = ".min_st_uv"
	}
	if r.Duration == nil {
		c.add(at+key, "%s: %s is for duration only: what an event rests on is known when it has lasted", label, key[1:])
		return
	}
	for _, k := range r.Kinds() {
		if known, ok := localize.ByCode(k); ok && known.Kind != localize.ST {
			c.add(at+key, "%s: %s is for the kinds STE, STD and ST, not for %s", label, key[1:], k)
		}
	}
}

func (c *checker) patterns(at, label string, patterns []string) {
	for i, p := range patterns {
		if _, err := path.Match(p, ""); err != nil || p == "" {
			c.add(fmt.Sprintf("%s[%d]", at, i), "%s: %q is no pattern; * stands for anything", label, p)
		}
	}
}

func (c *checker) span(at, label string, value, least, most time.Duration) {
	if value < least || value > most {
		c.add(at, "%s is %v, must be %v to %v", label, value, least, most)
	}
}
