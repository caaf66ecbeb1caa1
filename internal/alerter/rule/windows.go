package rule

import (
	"time"

	"github.com/holterd/holter/pkg/localize"
)

// Burden is met by the share that the kinds have within a time: of beats, for
// kinds of beats, else of time. Only what was analysed counts, in signal that is
// good enough.
type Burden struct {
	Kinds []string `yaml:"kinds"`
	// Above is in percent.
	Above  float64       `yaml:"above"`
	Within time.Duration `yaml:"within"`
	// Analysable is how much of it must have been analysed for the share to mean
	// anything; default: half.
	Analysable time.Duration `yaml:"analysable"`
}

// OfBeats tells whether the share is one of beats.
func (b *Burden) OfBeats() bool {
	known, ok := localize.ByCode(b.Kinds[0])
	return ok && known.Kind == localize.Beat
}

// Rate is met by a mean heart rate, in beats per minute, below or above a limit
// for so long; four fifths of that must be signal that is good enough.
type Rate struct {
	Below float64       `yaml:"below"`
	Above float64       `yaml:"above"`
	For   time.Duration `yaml:"for"`
}

// Pause is met by so long a time without a beat, in signal without a gap that is
// good enough.
type Pause struct {
	AtLeast time.Duration `yaml:"at_least"`
}

// Noise is met by signal of a device that shows its beats less well than Below,
// 0 to 1, for so long. Better signal of at most MaxGap in between does not end it.
type Noise struct {
	Below  float64       `yaml:"below"`
	For    time.Duration `yaml:"for"`
	MaxGap time.Duration `yaml:"max_gap"`
}

const (
	shortestRate    = 30 * time.Second
	shortestBurden  = 10 * time.Minute
	defaultNoiseGap = 10 * time.Second
)

// ofWindows checks a condition on analysed windows.
func (c *checker) ofWindows(at, label string, r *Rule) {
	switch {
	case r.Burden != nil:
		c.burden(at+".burden", label+": burden", r.Burden)
	case r.Rate != nil:
		c.rate(at+".rate", label+": rate", r.Rate)
	case r.Pause != nil:
		c.span(at+".pause.at_least", label+": pause.at_least", r.Pause.AtLeast, time.Second, 30*time.Second)
	case r.Noise != nil:
		x := r.Noise
		if x.MaxGap == 0 {
			x.MaxGap = defaultNoiseGap
		}
		c.number(at+".noise.below", label+": noise.below", x.Below, 0.01, 1)
		c.span(at+".noise.for", label+": noise.for", x.For, time.Second, 24*time.Hour)
		c.span(at+".noise.max_gap", label+": noise.max_gap", x.MaxGap, time.Millisecond, time.Hour)
	}
}

func (c *checker) burden(at, label string, x *Burden) {
	c.kinds(at, label, x.Kinds)
	of := map[localize.ConditionKind]bool{}
	for _, k := range x.Kinds {
		if known, ok := localize.ByCode(k); ok {
			of[known.Kind] = true
		}
	}
	if len(of) > 1 {
		c.add(at+".kinds", "%s: kinds of beats and of rhythms have no share in common; make two rules", label)
	}
	if !(x.Above > 0 && x.Above < 100) {
		c.add(at+".above", "%s.above is %g, must be more than 0 and less than 100: percent", label, x.Above)
	}
	c.span(at+".within", label+".within", x.Within, shortestBurden, longest)
	if x.Analysable == 0 {
		x.Analysable = x.Within / 2
	}
	c.span(at+".analysable", label+".analysable", x.Analysable, time.Minute, max(x.Within, time.Minute))
}

func (c *checker) rate(at, label string, x *Rate) {
	if (x.Below == 0) == (x.Above == 0) {
		c.add(at, "%s: needs either below or above", label)
	}
	c.number(at+".below", label+".below", x.Below, 0, fastest)
	c.number(at+".above", label+".above", x.Above, 0, fastest)
	c.span(at+".for", label+".for", x.For, shortestRate, 24*time.Hour)
}
