package rule

import (
	"fmt"
	"strings"
	"time"

	"github.com/holterd/holter/pkg/rhythm"
)

// Pattern is met by so many patterns of a name within a time; see package rhythm
// for what they are. Couplets and triplets count once they are over, bigeminy and
// trigeminy as soon as they last long enough.
type Pattern struct {
	// Of is couplet, triplet, bigeminy or trigeminy.
	Of    string   `yaml:"of"`
	Kinds []string `yaml:"kinds"`
	// AtLeast is how many; default 1. Within is needed for more.
	AtLeast int           `yaml:"at_least"`
	Within  time.Duration `yaml:"within"`
	// Lasting is how long a bigeminy or trigeminy must last; default: any time.
	Lasting     time.Duration `yaml:"lasting"`
	MaxInterval time.Duration `yaml:"max_interval"`
}

// Kind is the kind of Of.
func (p *Pattern) Kind() rhythm.Kind {
	k, _ := rhythm.ParseKind(p.Of) // checked when the file was read
	return k
}

// Alternates tells whether other beats belong to the pattern.
func (p *Pattern) Alternates() bool {
	return p.Kind() == rhythm.Bigeminy || p.Kind() == rhythm.Trigeminy
}

// patternHints are what to write instead of names that are no condition.
var patternHints = map[rhythm.Kind]string{rhythm.Single: "use count", rhythm.Run: "use run"}

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
	if known && !x.Alternates() && x.Lasting != 0 {
		c.add(at+".lasting", "%s: lasting is for bigeminy and trigeminy", label)
	}
	if known && x.Alternates() && len(x.Kinds) > 1 {
		c.add(at+".kinds", "%s: %s is of one kind: what lies between beats is known kind by kind", label, x.Of)
	}
	c.span(at+".lasting", label+".lasting", x.Lasting, 0, 24*time.Hour)
	if x.MaxInterval == 0 {
		x.MaxInterval = rhythm.MaxInterval
	}
	c.span(at+".max_interval", label+".max_interval", x.MaxInterval, 100*time.Millisecond, 10*time.Second)
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
