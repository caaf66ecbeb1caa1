package eval

import "fmt"

// Ratio is a share of a number of beats; Of is 0 when there was none.
type Ratio struct {
	Part int `json:"part"`
	Of   int `json:"of"`
}

// Value returns the share, 0 of nothing.
func (r Ratio) Value() float64 {
	if r.Of == 0 {
		return 0
	}
	return float64(r.Part) / float64(r.Of)
}

// BeatScore is sensitivity and positive predictivity of a class of beats.
type BeatScore struct {
	Sensitivity  Ratio `json:"sensitivity"`
	Predictivity Ratio `json:"positive_predictivity"`
}

// EC57 is the customary score of a beat detector and classifier.
type EC57 struct {
	QRS  BeatScore `json:"qrs"`
	VEB  BeatScore `json:"veb"`
	SVEB BeatScore `json:"sveb"`
}

// Add sums the counts of several records: the gross statistics.
func (c Counts) Add(other Counts) {
	for key, n := range other {
		c[key] += n
	}
}

// Score works out the statistics. As EC57 has it, a test V on a reference F or Q
// is no false positive, and a test S on a reference Q is none.
func (c Counts) Score() EC57 {
	var s EC57
	s.QRS = c.class(func(k Class) bool { return k != None }, "")
	s.VEB = c.class(func(k Class) bool { return k == Ventricular }, "FQ")
	s.SVEB = c.class(func(k Class) bool { return k == Supraventricular }, "Q")
	return s
}

func (c Counts) class(in func(Class) bool, forgiven string) BeatScore {
	var s BeatScore
	for key, n := range c {
		if in(key[0]) {
			s.Sensitivity.Of += n
		}
		if in(key[1]) && !contains(forgiven, key[0]) {
			s.Predictivity.Of += n
		}
		if in(key[0]) && in(key[1]) {
			s.Sensitivity.Part += n
			s.Predictivity.Part += n
		}
	}
	return s
}

func contains(classes string, class Class) bool {
	for i := range len(classes) {
		if Class(classes[i]) == class {
			return true
		}
	}
	return false
}

// String is the share in percent, a dash of nothing.
func (r Ratio) String() string {
	if r.Of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", 100*r.Value())
}

// Mean averages shares; those of nothing do not count.
type Mean struct {
	n   int
	sum float64
}

// Add takes a share into account.
func (m *Mean) Add(r Ratio) {
	if r.Of > 0 {
		m.n, m.sum = m.n+1, m.sum+r.Value()
	}
}

// String is the mean in percent, a dash of nothing.
func (m Mean) String() string {
	if m.n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", 100*m.sum/float64(m.n))
}
