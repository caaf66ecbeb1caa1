package rule

import (
	"fmt"
	"strings"
	"time"

	"github.com/holterd/holter/pkg/rhythm"
)

// Pattern is met by so many patterns of a name within a time; see package rhythm
// for what they are. Couplets and triplets count once they are over; runs, bigeminy
// and trigeminy as soon as they are long and fast enough.
type Pattern struct {
	// Of is couplet, triplet, run, bigeminy or trigeminy.
	Of    string   `yaml:"of"`
	Kinds []string `yaml:"kinds"`
	// AtLeast is how many; default 1. Within is needed for more.
	AtLeast int           `yaml:"at_least"`
	Within  time.Duration `yaml:"within"`
	// Lasting is how long a run, bigeminy or trigeminy must last; default: any time.
	Lasting     time.Duration `yaml:"lasting"`
	MaxInterval time.Duration `yaml:"max_interval"`
	// Beats is how many a run must have; default 3, so that triplets are runs too, as
	// for the condition run. FasterThan is the mean rate of a run, beats per minute,
	// that it must exceed; default: any.
	Beats      int     `yaml:"beats"`
	FasterThan float64 `yaml:"faster_than"`
}

// Kind is the kind of Of.
func (p *Pattern) Kind() rhythm.Kind {
	k, _ := rhythm.ParseKind(p.Of) // checked when the file was read
	return k
}

// Takes tells whether a pattern counts, but for how long it lasts.
func (p *Pattern) Takes(x rhythm.Pattern) bool {
	if p.Kind() == rhythm.Run {
		return (x.Kind == rhythm.Run || x.Kind == rhythm.Triplet) && x.Beats >= p.Beats && (p.FasterThan == 0 || x.Rate > p.FasterThan)
	}
	return x.Kind == p.Kind()
}

// Grows tells whether the pattern stays one when more beats come.
func (p *Pattern) Grows() bool { return p.Kind() == rhythm.Run || p.Alternates() }

// Alternates tells whether other beats belong to the pattern.
func (p *Pattern) Alternates() bool {
	return p.Kind() == rhythm.Bigeminy || p.Kind() == rhythm.Trigeminy
}

// patternHints are what to write instead of names that are no condition.
var patternHints = map[rhythm.Kind]string{rhythm.Single: "use count"}

const fewestOfRun = 3

// PatternBeats is how many beats patterns are looked for in, and so the most that a
// run can be asked to have.
const PatternBeats = 64

func (c *checker) pattern(at, label string, x *Pattern) {
	kind, known := rhythm.ParseKind(x.Of)
	hint := patternHints[kind]
	switch {
	case x.Of == "":
		c.add(at, "%s: of is missing: %s", label, patternNames())
	case !known:
		c.add(at+".of", "%s: %q is no pattern; known are %s", label, x.Of, patternNames())
	case hint != "":
		c.add(at+".of", "%s: %s is not for pattern: %s", label, x.Of, hint)
	}
	c.kinds(at, label, x.Kinds)
	c.beatKinds(at, label, x.Kinds)
	if x.AtLeast == 0 {
		x.AtLeast = 1
	}
	c.beats(at, label, x.AtLeast, 1)
	if x.AtLeast > 1 || x.Within != 0 {
		c.span(at+".within", label+".within", x.Within, time.Second, longest)
	}
	if known && !x.Grows() && x.Lasting != 0 {
		c.add(at+".lasting", "%s: lasting is for run, bigeminy and trigeminy", label)
	}
	c.ofRuns(at, label, x)
	if known && x.Alternates() && len(x.Kinds) > 1 {
		c.add(at+".kinds", "%s: %s is of one kind: what lies between beats is known kind by kind", label, x.Of)
	}
	c.span(at+".lasting", label+".lasting", x.Lasting, 0, 24*time.Hour)
	if x.MaxInterval == 0 {
		x.MaxInterval = rhythm.MaxInterval
	}
	c.span(at+".max_interval", label+".max_interval", x.MaxInterval, 100*time.Millisecond, 10*time.Second)
}

// ofRuns checks the bounds that only runs have.
func (c *checker) ofRuns(at, label string, x *Pattern) {
	if x.Kind() == rhythm.Run {
		if x.Beats == 0 {
			x.Beats = fewestOfRun
		}
		if x.Beats < fewestOfRun || x.Beats > PatternBeats {
			c.add(at+".beats", "%s.beats is %d, must be %d to %d", label, x.Beats, fewestOfRun, PatternBeats)
		}
		c.number(at+".faster_than", label+".faster_than", x.FasterThan, 0, fastest)
		return
	}
	if x.Beats != 0 {
		c.add(at+".beats", "%s: beats is for run; at_least is how many patterns", label)
	}
	if x.FasterThan != 0 {
		c.add(at+".faster_than", "%s: faster_than is for run", label)
	}
}

func patternNames() string {
	var all []string
	for _, k := range rhythm.Kinds {
		if patternHints[k] == "" {
			all = append(all, fmt.Sprint(k))
		}
	}
	return strings.Join(all, ", ")
}
