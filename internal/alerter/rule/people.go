package rule

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Person is somebody who can be told.
type Person struct {
	Name string `yaml:"name"`
	// Zone is the time zone that messages to the person are written in, by its
	// name in the IANA database; default UTC.
	Zone Zone `yaml:"zone"`
	// Channels are names of alerter.channels in the configuration.
	Channels []string `yaml:"channels"`
	// Quiet are hours, in the person's zone, during which low priority waits.
	Quiet *Hours `yaml:"quiet"`
}

// Group is several people, or groups, or on-call plans.
type Group struct {
	Name    string   `yaml:"name"`
	Members []string `yaml:"members"`
}

// OnCall is who is on call when.
type OnCall struct {
	Name   string  `yaml:"name"`
	Zone   Zone    `yaml:"zone"` // of the shifts; default UTC
	Shifts []Shift `yaml:"shifts"`
	// Otherwise is who is on call outside the shifts.
	Otherwise []string `yaml:"otherwise"`
}

// Shift is a time of the week; one whose end is not after its beginning ends on
// the next day.
type Shift struct {
	Days []Day     `yaml:"days"` // on which it begins; default: every day
	From TimeOfDay `yaml:"from"`
	To   TimeOfDay `yaml:"to"`
	Who  []string  `yaml:"who"`
}

// Hours are a time of the day; they may go past midnight.
type Hours struct {
	From TimeOfDay `yaml:"from"`
	To   TimeOfDay `yaml:"to"`
}

// Policy is who is told of an alert, one step after the other, until somebody
// acknowledges it.
type Policy struct {
	Name  string `yaml:"name"`
	Steps []Step `yaml:"steps"`
	// Repeat is the time after which the last step is taken again, and again; 0:
	// it is not.
	Repeat time.Duration `yaml:"repeat"`
}

// Step is told so long after the step before, the first so long after the alert.
type Step struct {
	After time.Duration `yaml:"after"`
	Tell  []string      `yaml:"tell"` // people, groups and on-call plans
}

// Zone is a time zone; the zero value is UTC.
type Zone struct{ *time.Location }

// Loc is never nil.
func (z Zone) Loc() *time.Location {
	if z.Location == nil {
		return time.UTC
	}
	return z.Location
}

// UnmarshalText reads the zone's name.
func (z *Zone) UnmarshalText(text []byte) (err error) {
	if z.Location, err = time.LoadLocation(string(text)); err != nil || string(text) == "Local" {
		return &WordError{Text: string(text), Want: "a time zone, such as Europe/Berlin"}
	}
	return nil
}

// Day is a day of the week.
type Day time.Weekday

// UnmarshalText reads mon to sun.
func (d *Day) UnmarshalText(text []byte) error {
	for i := range 7 {
		if strings.EqualFold(time.Weekday(i).String()[:3], string(text)) {
			*d = Day(i)
			return nil
		}
	}
	return &WordError{Text: string(text), Want: "a day: mon, tue, wed, thu, fri, sat or sun"}
}

// TimeOfDay is a time on the clock, in minutes since midnight.
type TimeOfDay int

// UnmarshalText reads 07:30; 24:00 is the day's end.
func (t *TimeOfDay) UnmarshalText(text []byte) error {
	var h, m int
	if n, err := fmt.Sscanf(string(text), "%2d:%2d", &h, &m); n != 2 || err != nil || len(text) != 5 ||
		h < 0 || m < 0 || m > 59 || h*60+m > 24*60 {
		return &WordError{Text: string(text), Want: `a time of day, such as "07:30"`}
	}
	*t = TimeOfDay(h*60 + m)
	return nil
}

// WordError is a text that is not what belongs there.
type WordError struct{ Text, Want string }

func (e *WordError) Error() string { return fmt.Sprintf("%q is not %s", e.Text, e.Want) }

// covers tells whether the hours that begin on one of the days hold the local
// time.
func (h Hours) covers(days []Day, local time.Time) bool {
	now := TimeOfDay(local.Hour()*60 + local.Minute())
	today := Day(local.Weekday())
	yesterday := (today + 6) % 7
	on := func(d Day) bool { return len(days) == 0 || slices.Contains(days, d) }
	if h.From < h.To {
		return on(today) && h.From <= now && now < h.To
	}
	return on(today) && h.From <= now || on(yesterday) && now < h.To
}

// QuietUntil is when low priority may reach the person again; now, when it may.
func (p *Person) QuietUntil(now time.Time) time.Time {
	local := now.In(p.Zone.Loc())
	if p.Quiet == nil || !p.Quiet.covers(nil, local) {
		return now
	}
	end := time.Date(local.Year(), local.Month(), local.Day(), 0, int(p.Quiet.To), 0, 0, local.Location())
	if !end.After(local) {
		end = time.Date(local.Year(), local.Month(), local.Day()+1, 0, int(p.Quiet.To), 0, 0, local.Location())
	}
	return end
}

// Person returns the person of the name, nil when there is none.
func (s *Set) Person(name string) *Person {
	for _, p := range s.People {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// PolicyOf returns the policy of the rule, else the one for all; nil when there is
// none. The rule may be nil.
func (s *Set) PolicyOf(r *Rule) *Policy {
	name := s.Policy
	if r != nil && r.Policy != "" {
		name = r.Policy
	}
	for _, p := range s.Policies {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Who are the people behind names of people, groups and on-call plans at a time,
// each once.
func (s *Set) Who(names []string, now time.Time) []*Person {
	var all []*Person
	s.who(names, now, map[string]bool{}, &all)
	return all
}

func (s *Set) who(names []string, now time.Time, seen map[string]bool, all *[]*Person) {
	for _, name := range names {
		if seen[name] {
			continue
		}
		seen[name] = true
		if p := s.Person(name); p != nil {
			*all = append(*all, p)
		}
		for _, g := range s.Groups {
			if g.Name == name {
				s.who(g.Members, now, seen, all)
			}
		}
		for _, o := range s.OnCall {
			if o.Name == name {
				s.who(o.at(now), now, seen, all)
			}
		}
	}
}

func (o *OnCall) at(now time.Time) []string {
	local := now.In(o.Zone.Loc())
	var who []string
	for _, shift := range o.Shifts {
		if (Hours{shift.From, shift.To}).covers(shift.Days, local) {
			who = append(who, shift.Who...)
		}
	}
	if len(who) == 0 {
		return o.Otherwise
	}
	return who
}
