package eval

import (
	"fmt"

	"github.com/holterd/holter/pkg/localize"
)

// constantStep is the grid of the constant spans that are tried, in seconds.
const constantStep = 0.5

// bestSpan finds the one span that, given as the answer to all of the questions,
// scores highest. It is chosen with the expert's answers in sight, so no answer
// that ignores the signal can beat it by much.
func bestSpan(answers []Answer) Constant {
	var present []coverage
	points := 0
	for _, a := range answers {
		spans, err := localize.Parse(a.Truth)
		if err != nil || len(spans) == 0 {
			continue // no span scores anything here
		}
		c := cover(spans)
		present = append(present, c)
		points = max(points, len(c.until))
	}
	var best Constant
	for from := range points {
		for to := from + 1; to < points; to++ {
			sum := 0.0
			for _, c := range present {
				sum += c.iou(from, to)
			}
			if iou := sum / float64(len(answers)); iou > best.IoU {
				best = Constant{IoU: iou, Answer: fmt.Sprintf("Duration: %.1fs-%.1fs",
					float64(from)*constantStep, float64(to)*constantStep)}
			}
		}
	}
	return best
}

// coverage holds, for every point of the grid, how much time of an answer's
// spans lies before it.
type coverage struct{ until []float64 }

func cover(spans localize.Spans) coverage {
	end := 0.0
	for _, s := range spans {
		end = max(end, s.End)
	}
	var c coverage
	for i := 0; ; i++ {
		at := float64(i) * constantStep
		sum := 0.0
		for _, s := range spans {
			sum += max(0, min(at, s.End)-s.Start)
		}
		c.until = append(c.until, sum)
		if at >= end {
			return c
		}
	}
}

// iou is the score of the span between two points of the grid.
func (c coverage) iou(from, to int) float64 {
	total := c.until[len(c.until)-1]
	shared := c.at(to) - c.at(from)
	return shared / (total + float64(to-from)*constantStep - shared)
}

func (c coverage) at(i int) float64 { return c.until[min(i, len(c.until)-1)] }
