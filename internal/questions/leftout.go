package questions

import (
	"slices"
	"time"

	"github.com/holterd/holter/pkg/window"
)

// LeftOut is a stretch of a strip that the model was not shown, so that the answer
// says nothing about it.
type LeftOut struct {
	Strip    int // index of the question's strip
	From, To time.Time
}

// LeftOut is what of the strips the model was not shown: signal that has not come
// yet, gaps, electrodes without contact and, unless it was asked where something is,
// all but the longest stretch of each strip. Up to half a second is not counted.
func (a Answer) LeftOut() []LeftOut {
	const most = shortest * time.Second / window.Rate
	var out []LeftOut
	for i, strip := range a.Strips {
		at := strip.From
		leave := func(until time.Time) {
			if until.Sub(at) > most {
				out = append(out, LeftOut{i, at, until})
			}
		}
		shown := slices.DeleteFunc(slices.Clone(a.Shown), func(s Shown) bool { return s.Strip != i })
		slices.SortFunc(shown, func(a, b Shown) int { return a.From.Compare(b.From) })
		for _, s := range shown {
			leave(s.From)
			at = later(at, s.To)
		}
		leave(strip.To)
	}
	return out
}
