package summary

import (
	"slices"
	"time"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/rhythm"
)

// Patterns are what the beats of one kind make.
type Patterns struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Rows are one for each of rhythm.Kinds.
	Rows []PatternRow `json:"rows"`
	// Longest (most beats) and Fastest are of triplets and runs; nil when there are
	// none.
	Longest *Pattern `json:"longest"`
	Fastest *Pattern `json:"fastest"`
	// NonSustained and Sustained are ventricular tachycardias; of V only.
	NonSustained int `json:"non_sustained"`
	Sustained    int `json:"sustained"`
}

// PatternRow is one line of the table.
type PatternRow struct {
	Pattern string `json:"pattern"`
	Count   int    `json:"count"`
	Beats   int    `json:"beats"`
	// Longest has the most beats; nil when there is none.
	Longest *Pattern `json:"longest"`
}

// Pattern is one of them.
type Pattern struct {
	Span
	Pattern string `json:"pattern"`
	Device  string `json:"device"`
	Beats   int    `json:"beats"`
	// Rate is the mean between the first and the last beat; 0 of a single one.
	Rate float64 `json:"rate"`
}

// patternKinds are the kinds whose patterns are told; the last only if found.
var patternKinds = []string{"V", "A", "S"}

func (c *counter) patterns() {
	for i, code := range patternKinds {
		if i < 2 || c.beatsOf(code) > 0 {
			c.out.Patterns = append(c.out.Patterns, c.patternsOf(code))
		}
	}
}

func (c *counter) patternsOf(code string) Patterns {
	condition, _ := localize.ByCode(code)
	p := Patterns{Kind: code, Name: condition.Name}
	devices := make(map[time.Time]string)
	beats := c.between(code)
	for _, b := range beats {
		devices[b.Time] = b.device
	}
	found := slices.DeleteFunc(rhythm.Patterns(plain(beats), 0), func(x rhythm.Pattern) bool { return !c.inPeriod(x.From) })
	tell := func(x rhythm.Pattern) *Pattern {
		if x.Beats == 0 {
			return nil
		}
		return &Pattern{Span{x.From, x.To}, x.Kind.String(), devices[x.From], x.Beats, x.Rate}
	}
	tally := rhythm.Count(found)
	for _, kind := range rhythm.Kinds {
		row := PatternRow{Pattern: kind.String(), Count: tally.Patterns[kind], Beats: tally.Beats[kind]}
		var longest rhythm.Pattern
		for _, x := range found {
			if x.Kind == kind && x.Beats > longest.Beats {
				longest = x
			}
		}
		row.Longest = tell(longest)
		p.Rows = append(p.Rows, row)
	}
	p.Longest, p.Fastest = tell(tally.Longest), tell(tally.Fastest)
	if code == "V" {
		p.NonSustained, p.Sustained = tally.Tachycardias[rhythm.NonSustained], tally.Tachycardias[rhythm.Sustained]
	}
	return p
}

// placed is a beat of a kind among all beats.
type placed struct {
	rhythm.Beat
	device string
}

func plain(beats []placed) []rhythm.Beat {
	var all []rhythm.Beat
	for _, b := range beats {
		all = append(all, b.Beat)
	}
	return all
}

// between finds what lies between the beats of a kind, those of the period and
// those around it: in the signal, or else as the analysis has stored it.
func (c *counter) between(code string) []placed {
	var all []placed
	last := place{run: -1}
	for _, b := range c.beats {
		if b.Kind != code || b.untimed {
			continue
		}
		at := c.placeOf(b.Device, b.Recording, b.Time)
		p := placed{b.Rhythm(), b.Device}
		if c.changed {
			p.Between = rhythm.Unknown // it was since another beat
		}
		if at.run >= 0 && at.run == last.run {
			if at.beat == last.beat {
				continue // found twice
			}
			p.Between = at.beat - last.beat - 1
		}
		last = at
		all = append(all, p)
	}
	return all
}
