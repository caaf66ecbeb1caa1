package eval

import (
	"encoding/json"
	"fmt"
)

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

// BeatScore is sensitivity and positive predictivity of a class of beats, and
// their harmonic mean.
type BeatScore struct {
	Sensitivity  Ratio `json:"sensitivity"`
	Predictivity Ratio `json:"positive_predictivity"`
	F1           Ratio `json:"f1"`
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
	s.F1 = s.Sensitivity.plus(s.Predictivity)
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

// AddTime takes a share of time into account.
func (m *Mean) AddTime(r TimeRatio) {
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

// MarshalJSON gives the mean and of how many records it is.
func (m Mean) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"mean": m.sum / float64(max(m.n, 1)), "records": m.n})
}

// EC57Means are means of EC57 scores over records.
type EC57Means struct {
	QRS  BeatMeans `json:"qrs"`
	VEB  BeatMeans `json:"veb"`
	SVEB BeatMeans `json:"sveb"`
}

// BeatMeans are means of a BeatScore's shares.
type BeatMeans struct {
	Sensitivity  Mean `json:"sensitivity"`
	Predictivity Mean `json:"positive_predictivity"`
	F1           Mean `json:"f1"`
}

// Add takes a record's score into account.
func (m *EC57Means) Add(s EC57) {
	m.QRS.add(s.QRS)
	m.VEB.add(s.VEB)
	m.SVEB.add(s.SVEB)
}

func (m *BeatMeans) add(s BeatScore) {
	m.Sensitivity.Add(s.Sensitivity)
	m.Predictivity.Add(s.Predictivity)
	m.F1.Add(s.F1)
}
