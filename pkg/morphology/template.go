package morphology

import "math"

const (
	before, after = 12, 20 // samples of a shape before and after the R peak
	length        = before + after
	shift         = 4    // samples that a beat may be moved to fit
	alike         = 0.93 // correlation of beats of one template
	following     = 0.1  // what a new beat changes of a template
	unit          = math.MaxInt16
)

// size is the largest log ratio of the sizes of beats of one template.
var size = math.Log(1.6)

// template is the shape of a class of beats and what the model said of them.
type template struct {
	ID uint64 `json:"id"`
	// Shape is of length 1; its elements are whole multiples of 1/unit, so that it
	// is the same after it was written and read.
	Shape shape   `json:"shape"`
	Size  float64 `json:"size"` // log of the root of the sum of squares, mV
	Count float64 `json:"count"`
	Sum   odds    `json:"sum"` // of the beats' log odds
}

// mean log odds of a condition.
func (t *template) mean(condition int) float64 { return t.Sum[condition] / t.Count }

// trust is how far the template may speak for its beats.
func (t *template) trust() float64 {
	n := max(t.Count-1, 0)
	return n / (n + 4)
}

// follow moves the template towards a beat of it.
func (t *template) follow(s shape, size float64) {
	rate := max(following, 1/(t.Count+1))
	for i := range t.Shape {
		t.Shape[i] += float32(rate) * (s[i] - t.Shape[i])
	}
	t.Shape.normalize()
	t.Shape.round()
	t.Size += rate * (size - t.Size)
}

// shape is the signal around a beat, lead after lead.
type shape []float32

// shapeAt cuts a beat out; beyond the ends the signal goes on as it ended. Its
// size is 0 where there is none.
func (w Window) shapeAt(sample int) (s shape, size float64) {
	for _, slot := range w.leads() {
		lead, mean := w.Clip[slot], float32(0)
		first := len(s)
		for i := sample - before; i < sample+after; i++ {
			s = append(s, lead[min(max(i, 0), len(lead)-1)])
		}
		for _, x := range s[first:] {
			mean += x / length
		}
		for i := first; i < len(s); i++ {
			s[i] -= mean
		}
	}
	return s, s.normalize()
}

// normalize makes the shape's length 1 and returns what it was.
func (s shape) normalize() float64 {
	sum := 0.0
	for _, x := range s {
		sum += float64(x) * float64(x)
	}
	root := math.Sqrt(sum)
	if root > 0 {
		for i := range s {
			s[i] /= float32(root)
		}
	}
	return root
}

func (s shape) round() {
	for i := range s {
		s[i] = float32(math.Round(float64(s[i])*unit) / unit)
	}
}

// correlation of two shapes of length 1.
func (s shape) correlation(other shape) float64 {
	sum := float32(0)
	for i := range s {
		sum += s[i] * other[i]
	}
	return float64(sum)
}

// shifted is the best correlation of two shapes, one of them moved, over what they
// have in common.
func (s shape) shifted(other shape) float64 {
	best := -1.0
	for by := -shift; by <= shift; by++ {
		var xy, xx, yy float64
		for lead := 0; lead < len(s); lead += length {
			for i := max(0, by); i < length+min(0, by); i++ {
				x, y := float64(s[lead+i]), float64(other[lead+i-by])
				xy, xx, yy = xy+x*y, xx+x*x, yy+y*y
			}
		}
		if xx > 0 && yy > 0 {
			best = max(best, xy/math.Sqrt(xx*yy))
		}
	}
	return best
}
