package summary

import (
	"slices"
	"strings"
	"time"

	"github.com/holterd/holter/pkg/localize"
)

func split(codes string) []string { return strings.Split(codes, ",") }

// kinds are the burdens of the beat conditions.
func (c *counter) kinds() {
	for _, condition := range localize.Conditions {
		if condition.Kind != localize.Beat {
			continue
		}
		k := Kind{Code: condition.Code, Name: condition.Name, Beats: c.beatsOf(condition.Code)}
		k.Asked, k.AskedUnknown = c.asked(condition.Code)
		if k.Beats == 0 && k.Asked == 0 {
			continue
		}
		if all := c.out.Coverage.Beats; all > 0 {
			k.Share = float64(k.Beats) / float64(all)
		}
		for _, b := range c.beats {
			if b.Kind == k.Code && b.untimed {
				k.Untimed++
			}
		}
		for _, h := range c.out.Hours {
			if n := h.Kinds[k.Code]; n > 0 && (k.MaxHour == nil || n > k.MaxHour.Kinds[k.Code]) {
				k.MaxHour = &h
			}
		}
		k.Example = c.example(k.Code)
		c.out.Kinds = append(c.out.Kinds, k)
	}
}

func (c *counter) example(code string) *Episode {
	var best *Episode
	confirmed := false
	for _, e := range c.events {
		x, ok := c.episode(e)
		_, reviewed := c.review[e.ID]
		if e.condition.Code == code && ok && (best == nil || reviewed && !confirmed || reviewed == confirmed && x.Confidence > best.Confidence) {
			best, confirmed = &x, reviewed
		}
	}
	return best
}

// rhythms are the burdens of the rhythms.
func (c *counter) rhythms() {
	for _, condition := range localize.Conditions {
		if condition.Kind != localize.Rhythm {
			continue
		}
		r := Rhythm{Code: condition.Code, Name: condition.Name}
		r.Asked, r.AskedUnknown = c.asked(condition.Code)
		var end time.Time // up to here it is counted
		for _, e := range c.events {
			if e.condition.Code != condition.Code {
				continue
			}
			x, ok := c.episode(e)
			if !ok {
				continue
			}
			r.Episodes = append(r.Episodes, x)
			if from := latest(x.From, end); from.Before(x.To) {
				r.Seconds += x.To.Sub(from).Seconds()
				c.spread(condition.Code, Span{from, x.To})
				end = x.To
			}
		}
		if len(r.Episodes) == 0 && r.Asked == 0 {
			continue
		}
		if of := r.Asked + r.AskedUnknown; of > 0 {
			r.Share = min(r.Seconds/of, 1)
		}
		for _, x := range r.Episodes {
			if r.Longest == nil || x.Seconds() > r.Longest.Seconds() {
				r.Longest = &x
			}
		}
		c.out.Rhythms = append(c.out.Rhythms, r)
	}
}

// spread adds a time to the hours.
func (c *counter) spread(code string, s Span) {
	for i := range c.out.Hours {
		h := &c.out.Hours[i]
		if d := earliest(s.To, h.To).Sub(latest(s.From, h.From)).Seconds(); d > 0 {
			h.Rhythms[code] += d
		}
	}
}

// episode cuts an event to the period.
func (c *counter) episode(e event) (Episode, bool) {
	s, ok := c.cut(e.Start, e.End)
	return Episode{s, e.ID, e.Device, e.Confidence, e.Start.Before(c.From), e.End.After(c.To)}, ok
}

func (c *counter) st() {
	for _, e := range c.events {
		if x, ok := c.episode(e); ok && e.condition.Kind == localize.ST {
			c.out.ST = append(c.out.ST, STEpisode{x, e.condition.Code, e.condition.Name, e.STPeak, e.STLead, e.STPeakAt, e.Evidence.String()})
		}
	}
}

// symptoms tell what was found around the presses of the button.
func (c *counter) symptoms() {
	for _, p := range c.Presses {
		if !c.inPeriod(p.Time) {
			continue
		}
		s := Symptom{At: p.Time.UTC(), Device: p.Device, Note: p.Note, Beats: map[string]int{}}
		from, to := p.Time.Add(-SymptomSpan), p.Time.Add(SymptomSpan)
		_, s.Analysed = c.turns.at(p.Time)
		for _, b := range c.beats {
			if !b.untimed && !b.Time.Before(from) && b.Time.Before(to) {
				s.Beats[b.Kind]++
			}
		}
		for _, e := range c.events {
			if e.condition.Kind != localize.Beat && e.Start.Before(to) && e.End.After(from) && !slices.Contains(s.Rhythms, e.condition.Code) {
				s.Rhythms = append(s.Rhythms, e.condition.Code)
			}
		}
		var intervals int
		var lasting time.Duration
		for _, r := range c.Runs {
			for i := 1; i < len(r.Beats); i++ {
				if !r.Beats[i-1].Before(from) && r.Beats[i].Before(to) {
					intervals++
					lasting += r.Beats[i].Sub(r.Beats[i-1])
				}
			}
		}
		if lasting > 0 {
			s.HeartRate = float64(intervals) / lasting.Minutes()
		}
		c.out.Symptoms = append(c.out.Symptoms, s)
	}
}
