package eval

import (
	"cmp"
	"slices"

	"github.com/holterd/holter/pkg/localize"
)

// Result is the score of a set of answers to questions of any tasks. What no
// question asked for is left out.
type Result struct {
	// Table is that of the localization answers.
	*Table
	Report      *ReportScore  `json:"report,omitempty"`
	QA          *ExactScore   `json:"qa,omitempty"`
	Comparison  *ExactScore   `json:"comparison,omitempty"`
	Calibration []Calibration `json:"calibration,omitempty"`
	// Records are the localization scores record by record.
	Records []RecordScore `json:"records,omitempty"`
}

// RecordScore is the mean IoU of a record's questions of a kind.
type RecordScore struct {
	Record string `json:"record"`
	Kind   string `json:"kind"`
	Score
}

// Evaluate scores answers.
func Evaluate(answers []Answer) Result {
	byTask := map[Task][]Answer{}
	for _, a := range answers {
		if a.Task == Localization {
			a.Kind = kindOf(a)
		}
		byTask[a.Task] = append(byTask[a.Task], a)
	}
	var r Result
	if located := byTask[Localization]; len(located) > 0 {
		table := Locate(located)
		r.Table, r.Records = &table, byRecord(located)
	}
	if reports := byTask[Report]; len(reports) > 0 {
		score := Reports(reports)
		r.Report = &score
	}
	for task, score := range map[Task]**ExactScore{QA: &r.QA, Comparison: &r.Comparison} {
		if exact := byTask[task]; len(exact) > 0 {
			s := Exact(exact)
			*score = &s
		}
	}
	r.Calibration = calibrations(byTask)
	return r
}

func kindOf(a Answer) string {
	if a.Kind != "" {
		return a.Kind
	}
	if condition, ok := localize.ParseQuestion(a.Question); ok {
		return condition.Code
	}
	return "?"
}

// byRecord scores every record and kind, in alphabetical order.
func byRecord(answers []Answer) []RecordScore {
	tallies := map[[2]string]*tally{}
	for _, a := range answers {
		key := [2]string{a.Record, a.Kind}
		if tallies[key] == nil {
			tallies[key] = &tally{}
		}
		tallies[key].add(localize.IoU(a.Truth, a.Prediction))
	}
	var out []RecordScore
	for key, t := range tallies {
		out = append(out, RecordScore{key[0], key[1], t.score()})
	}
	slices.SortFunc(out, func(a, b RecordScore) int {
		return cmp.Or(cmp.Compare(a.Record, b.Record), cmp.Compare(a.Kind, b.Kind))
	})
	return out
}

// group divides answers by kind; the kinds come in alphabetical order.
func group(answers []Answer) ([]string, map[string][]Answer) {
	byKind := map[string][]Answer{}
	for _, a := range answers {
		byKind[a.Kind] = append(byKind[a.Kind], a)
	}
	var kinds []string
	for kind := range byKind {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds, byKind
}
