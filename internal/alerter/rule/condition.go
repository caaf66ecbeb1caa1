package rule

import (
	"fmt"
	"strings"
	"time"

	"github.com/holterd/holter/pkg/localize"
)

const (
	mostBeats = 10000
	longest   = 30 * 24 * time.Hour
	// longestRun is the longest that a run can be asked to last: all of its beats
	// are kept. fastest is beyond any heart's rate, per minute.
	longestRun = 10 * time.Minute
	fastest    = 500
	// leastSilence leaves room for ingest, which says at most every ten seconds
	// that it hears a device.
	leastSilence = 15 * time.Second
)

// condition checks the one condition that is set; it answers no when it is not
// one.
func (c *checker) condition(at, label string, r *Rule) bool {
	set := 0
	for _, is := range r.types() {
		if is {
			set++
		}
	}
	if set != 1 {
		c.add(at, "%s: needs exactly one of count, run, pattern, duration, burden, rate, pause, noise, button, silent, leads_off, battery, clock and behind, has %d", label, set)
		return false
	}
	switch {
	case r.Count != nil:
		c.count(at+".count", label+": count", r.Count)
	case r.Run != nil:
		c.run(at+".run", label+": run", r.Run)
	case r.Duration != nil:
		c.duration(at+".duration", label+": duration", r.Duration)
	case r.Pattern != nil:
		c.pattern(at+".pattern", label+": pattern", r.Pattern)
	case r.OfWindows():
		c.ofWindows(at, label, r)
	case r.Silent != nil:
		c.silent(at+".silent", label+": silent", r.Silent)
	case r.LeadsOff != nil:
		c.span(at+".leads_off.for", label+": leads_off.for", r.LeadsOff.For, 0, longest)
	case r.Battery != nil:
		if r.Battery.Below <= 0 || r.Battery.Below > 100 {
			c.add(at+".battery", "%s: battery.below is %g, must be more than 0 and at most 100", label, r.Battery.Below)
		}
	case r.Clock != nil:
		c.span(at+".clock.off_by", label+": clock.off_by", r.Clock.OffBy, time.Second, 10*longest)
	case r.Behind != nil:
		c.span(at+".behind.for", label+": behind.for", r.Behind.For, leastSilence, longest)
	}
	return true
}

func (c *checker) count(at, label string, x *Count) {
	c.kinds(at, label, x.Kinds)
	c.beats(at, label, x.AtLeast, 1)
	c.span(at+".within", label+".within", x.Within, time.Second, longest)
}

func (c *checker) run(at, label string, x *Run) {
	c.kinds(at, label, x.Kinds)
	c.beatKinds(at, label, x.Kinds)
	c.beats(at, label, x.AtLeast, 2)
	if x.MaxInterval == 0 {
		x.MaxInterval = defaultMaxInterval
	}
	c.span(at+".max_interval", label+".max_interval", x.MaxInterval, 100*time.Millisecond, 10*time.Second)
	c.number(at+".faster_than", label+".faster_than", x.FasterThan, 0, fastest)
	c.span(at+".lasting", label+".lasting", x.Lasting, 0, longestRun)
}

func (c *checker) number(at, label string, value, least, most float64) {
	if !(value >= least && value <= most) {
		c.add(at, "%s is %g, must be %g to %g", label, value, least, most)
	}
}

func (c *checker) duration(at, label string, x *Duration) {
	c.kinds(at, label, x.Kinds)
	c.span(at+".at_least", label+".at_least", x.AtLeast, 100*time.Millisecond, longest)
	if x.MaxGap == 0 {
		x.MaxGap = defaultMaxGap
	}
	c.span(at+".max_gap", label+".max_gap", x.MaxGap, time.Millisecond, time.Hour)
}

func (c *checker) silent(at, label string, x *Silent) {
	c.span(at+".for", label+".for", x.For, leastSilence, longest)
	if x.LastWill == 0 {
		x.LastWill = x.For
	}
	c.span(at+".last_will", label+".last_will", x.LastWill, leastSilence, max(x.For, leastSilence))
}

func (c *checker) beats(at, label string, n, least int) {
	if n < least || n > mostBeats {
		c.add(at+".at_least", "%s.at_least is %d, must be %d to %d", label, n, least, mostBeats)
	}
}

func (c *checker) kinds(at, label string, kinds []string) {
	if len(kinds) == 0 {
		c.add(at, "%s: kinds is missing; for example [V]", label)
	}
	for i, k := range kinds {
		if _, ok := localize.ByCode(k); !ok {
			c.add(fmt.Sprintf("%s.kinds[%d]", at, i), "%s: %q is no code of a condition; known are %s", label, k, codes())
		}
	}
}

// beatKinds checks that the kinds are ones of beats: an episode is not one of a
// row.
func (c *checker) beatKinds(at, label string, kinds []string) {
	for i, k := range kinds {
		if known, ok := localize.ByCode(k); ok && known.Kind != localize.Beat {
			c.add(fmt.Sprintf("%s.kinds[%d]", at, i), "%s: %s (%s) is not a kind of beat; use duration or count", label, k, known.Name)
		}
	}
}

func codes() string {
	var all []string
	for _, c := range localize.Conditions {
		all = append(all, c.Code)
	}
	return strings.Join(all, ", ")
}
