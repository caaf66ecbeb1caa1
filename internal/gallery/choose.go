package gallery

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/holterd/holter/internal/eval"
	"github.com/holterd/holter/internal/locate"
	"github.com/holterd/holter/pkg/localize"
)

// chooser draws examples by chance (a hash of the question), so that nobody picks
// the fine ones; records not shown yet first, and of those kinds not shown yet.
type chooser struct {
	answers []locate.Prediction
	shown   map[string]int // how often a record, a kind, an answer
}

// choose draws examples that have a focus; none is drawn twice.
func (c *chooser) choose(focus func(truth, found localize.Spans) localize.Spans) []example {
	all := c.examples(focus)
	var chosen []example
	for len(chosen) < perSection && len(all) > 0 {
		best := slices.MinFunc(all, func(a, b example) int {
			return cmp.Or(cmp.Compare(c.weight(a), c.weight(b)), cmp.Compare(a.lot, b.lot))
		})
		chosen = append(chosen, best)
		for _, key := range []string{best.name, best.ECGs[0].Record(), best.Kind} {
			c.shown[key]++
		}
		all = slices.DeleteFunc(all, func(e example) bool { return e.name == best.name })
	}
	return chosen
}

// weight is the greater the more has been shown of an example's record and kind.
func (c *chooser) weight(e example) int {
	return 100*c.shown[e.ECGs[0].Record()] + c.shown[e.Kind]
}

func (c *chooser) examples(focus func(truth, found localize.Spans) localize.Spans) []example {
	var out []example
	for _, p := range c.answers {
		if p.Task != eval.Localization {
			continue
		}
		truth, errTruth := localize.Parse(p.Answer)
		found, errFound := localize.Parse(p.Prediction)
		if errTruth != nil || errFound != nil {
			continue
		}
		e := example{Prediction: p, truth: truth, found: found}
		e.name = fmt.Sprint(p.ECGs[0].Record(), " ", p.ECGs[0].Start, " ", p.Question)
		hash := fnv.New64a()
		_, _ = hash.Write([]byte(e.name))
		e.lot = hash.Sum64()
		if spans := focus(truth, found); len(spans) > 0 && c.shown[e.name] == 0 {
			e.focus = spans[0]
			out = append(out, e)
		}
	}
	return out
}
