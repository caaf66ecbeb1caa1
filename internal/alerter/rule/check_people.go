package rule

import (
	"fmt"
	"slices"
	"time"
)

// people checks who is told: every name leads to somebody.
func (c *checker) people(s *Set) {
	names := map[string]bool{}
	add := func(at, what, name string) {
		if !namePattern.MatchString(name) {
			c.add(at, "%s: name must be letters, digits, dots, dashes and underscores", what)
		} else if names[name] {
			c.add(at, "%s %q: another person, group or on-call plan has this name", what, name)
		}
		names[name] = true
	}
	for i, p := range s.People {
		at := fmt.Sprintf("$.people[%d]", i)
		add(at, "person", p.Name)
		if len(p.Channels) == 0 {
			c.add(at, "person %q: channels is missing: nothing could reach them", p.Name)
		}
	}
	for i, g := range s.Groups {
		add(fmt.Sprintf("$.groups[%d]", i), "group", g.Name)
	}
	for i, o := range s.OnCall {
		add(fmt.Sprintf("$.on_call[%d]", i), "on-call plan", o.Name)
	}
	for i, g := range s.Groups {
		c.lead(s, fmt.Sprintf("$.groups[%d]", i), fmt.Sprintf("group %q: members", g.Name), names, g.Members)
	}
	for i, o := range s.OnCall {
		at := fmt.Sprintf("$.on_call[%d]", i)
		c.lead(s, at, fmt.Sprintf("on-call plan %q: otherwise", o.Name), names, o.Otherwise)
		for j, shift := range o.Shifts {
			c.lead(s, fmt.Sprintf("%s.shifts[%d]", at, j), fmt.Sprintf("on-call plan %q: shift %d: who", o.Name, j+1), names, shift.Who)
		}
	}
	c.policies(s, names)
}

// lead checks that a list of names leads to at least one person at all times.
func (c *checker) lead(s *Set, at, label string, known map[string]bool, names []string) {
	if len(names) == 0 {
		c.add(at, "%s is empty: nobody would be told", label)
		return
	}
	for _, name := range names {
		if !known[name] {
			c.add(at, "%s: %q is no person, group or on-call plan of this file", label, name)
			return
		}
	}
	if len(s.Who(names, time.Time{})) == 0 {
		c.add(at, "%s: leads to nobody: a group holds only itself", label)
	}
}

func (c *checker) policies(s *Set, names map[string]bool) {
	known := map[string]bool{}
	for i, p := range s.Policies {
		at, label := fmt.Sprintf("$.policies[%d]", i), fmt.Sprintf("policy %q", p.Name)
		if !namePattern.MatchString(p.Name) || known[p.Name] {
			c.add(at, "%s: name must be of its own, of letters, digits, dots, dashes and underscores", label)
		}
		known[p.Name] = true
		if len(p.Steps) == 0 {
			c.add(at, "%s: steps is empty: nobody would be told", label)
		}
		for j, step := range p.Steps {
			at := fmt.Sprintf("%s.steps[%d]", at, j)
			c.lead(s, at, fmt.Sprintf("%s: step %d: tell", label, j+1), names, step.Tell)
			c.span(at+".after", fmt.Sprintf("%s: step %d: after", label, j+1), step.After, 0, 24*time.Hour)
		}
		if p.Repeat != 0 {
			c.span(at+".repeat", label+": repeat", p.Repeat, time.Minute, 24*time.Hour)
		}
	}
	if s.Policy != "" && !known[s.Policy] {
		c.add("$.policy", "policy: %q is none of policies", s.Policy)
	}
	c.known = known
}

// CheckChannels tells which channels of people are not among those that the
// configuration names.
func (s *Set) CheckChannels(known []string) error {
	for _, p := range s.People {
		for _, channel := range p.Channels {
			if !slices.Contains(known, channel) {
				return fmt.Errorf("alert rules: person %q: %q is no channel of the configuration (alerter.channels); known are %q", p.Name, channel, known)
			}
		}
	}
	return nil
}
