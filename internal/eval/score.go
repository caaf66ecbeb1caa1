package eval

import "github.com/holterd/holter/pkg/localize"

// Answer is one question's expert answer beside a predicted one.
type Answer struct {
	Task Task
	// Kind is the code of the condition asked for, or the sort of question.
	Kind string
	// Record names what was asked about.
	Record            string
	Question          string
	Truth, Prediction string
	// Confidence is 0 to 1, nil when it is not known.
	Confidence *float64
	// Labels are the names that hold of a report's ECG; nil: those of Truth.
	Labels []string
}

// Score is a mean IoU over some questions.
type Score struct {
	Questions int     `json:"questions"`
	IoU       float64 `json:"iou"`
}

// Row is what one kind's questions scored.
type Row struct {
	Kind string `json:"kind"`
	// All questions of the kind; Present those with spans to be found, Absent the others.
	All     Score `json:"all"`
	Present Score `json:"present"`
	Absent  Score `json:"absent"`
	// AlwaysNo is what "No … Found" to every question would score.
	AlwaysNo float64 `json:"always_no"`
	// BestSpan is the highest that one and the same span could score for this kind.
	BestSpan Constant `json:"best_span"`
}

// Constant is a span given as the answer to every question.
type Constant struct {
	Answer string  `json:"answer"`
	IoU    float64 `json:"iou"`
}

// Table is the score of a set of answers.
type Table struct {
	Rows []Row `json:"kinds"`
	// Macro is the mean over kinds, Micro over questions.
	Macro Summary `json:"macro"`
	Micro Summary `json:"micro"`
}

// Summary sets the model beside the constant answers.
type Summary struct {
	IoU      float64 `json:"iou"`
	Present  float64 `json:"present"`
	Absent   float64 `json:"absent"`
	AlwaysNo float64 `json:"always_no"`
	BestSpan float64 `json:"best_span"`
}

// Locate scores localization answers: kinds in alphabetical order.
func Locate(answers []Answer) Table {
	var table Table
	kinds, byKind := group(answers)
	for _, kind := range kinds {
		table.Rows = append(table.Rows, score(kind, byKind[kind]))
	}
	table.Macro = table.mean(func(Row) int { return 1 })
	table.Micro = table.mean(func(r Row) int { return r.All.Questions })
	table.Micro.Present = mean(table.Rows, func(r Row) Score { return r.Present })
	table.Micro.Absent = mean(table.Rows, func(r Row) Score { return r.Absent })
	return table
}

func score(kind string, answers []Answer) Row {
	row := Row{Kind: kind}
	var all, present, absent, no tally
	for _, a := range answers {
		iou := localize.IoU(a.Truth, a.Prediction)
		all.add(iou)
		if isAbsent(a.Truth) {
			absent.add(iou)
			no.add(1)
		} else {
			present.add(iou)
			no.add(0)
		}
	}
	row.All, row.Present, row.Absent = all.score(), present.score(), absent.score()
	row.AlwaysNo = no.score().IoU
	row.BestSpan = bestSpan(answers)
	return row
}

// isAbsent tells whether an expert's answer says that there is nothing to find.
func isAbsent(answer string) bool {
	spans, err := localize.Parse(answer)
	return err == nil && len(spans) == 0
}

type tally struct {
	n   int
	sum float64
}

func (t *tally) add(v float64) { t.n, t.sum = t.n+1, t.sum+v }

func (t *tally) score() Score {
	if t.n == 0 {
		return Score{}
	}
	return Score{Questions: t.n, IoU: t.sum / float64(t.n)}
}

// mean averages what holds any question, each question counting once.
func mean(rows []Row, pick func(Row) Score) float64 {
	var sum, n float64
	for _, row := range rows {
		s := pick(row)
		sum, n = sum+s.IoU*float64(s.Questions), n+float64(s.Questions)
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

// mean averages the rows with a weight each; a part without questions is left out.
func (t Table) mean(weight func(Row) int) Summary {
	average := func(questions func(Row) int, value func(Row) float64) float64 {
		var sum, n float64
		for _, row := range t.Rows {
			if w := float64(weight(row)); questions(row) > 0 {
				sum, n = sum+w*value(row), n+w
			}
		}
		if n == 0 {
			return 0
		}
		return sum / n
	}
	all := func(r Row) int { return r.All.Questions }
	return Summary{
		IoU:      average(all, func(r Row) float64 { return r.All.IoU }),
		Present:  average(func(r Row) int { return r.Present.Questions }, func(r Row) float64 { return r.Present.IoU }),
		Absent:   average(func(r Row) int { return r.Absent.Questions }, func(r Row) float64 { return r.Absent.IoU }),
		AlwaysNo: average(all, func(r Row) float64 { return r.AlwaysNo }),
		BestSpan: average(all, func(r Row) float64 { return r.BestSpan.IoU }),
	}
}
