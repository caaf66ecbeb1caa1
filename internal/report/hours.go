package report

import (
	"time"

	"github.com/holterd/holter/internal/summary"
)

func (w *writer) hourSection() section {
	s := section{ID: "hours", Title: "Hour by hour"}
	bins, label := w.sum.Hours, func(h summary.Hour) string { return w.clock(h.From) }
	if w.study {
		s.Title = "Day by day"
		bins, label = days(w.sum.Hours, w.local), func(h summary.Hour) string { return w.local(h.From) }
	}
	t := table{Columns: []column{
		{"From", 3, false}, {"Analysed", 3, true}, {"Beats", 2, true}, {"Mean", 2, true}, {"Lowest", 2, true}, {"Highest", 2, true},
		{"V", 2, true}, {"V %", 2, true}, {"A", 2, true}, {"AF", 3, true},
	}}
	af := w.rhythm("AFIB") != nil
	for _, h := range bins {
		cells := []string{
			label(h), lasting(h.Analysed), number(h.Beats), rate(h.Mean), rate(h.Min), rate(h.Max),
			number(h.Kinds["V"]), part(float64(h.Kinds["V"]), float64(h.Beats)), number(h.Kinds["A"]), "not asked",
		}
		if h.Analysed == 0 {
			cells = []string{label(h), "not analysed", "–", "–", "–", "–", "–", "–", "–", "–"}
		} else if af {
			cells[9] = lasting(h.Rhythms["AFIB"])
		}
		t.Rows = append(t.Rows, row{Cells: cells})
	}
	s.Tables = []table{t}
	return s
}

// days adds hours up by their date.
func days(hours []summary.Hour, date func(time.Time) string) []summary.Hour {
	var all []summary.Hour
	for _, h := range hours {
		if n := len(all); n > 0 && date(all[n-1].From) == date(h.From) {
			all[n-1] = add(all[n-1], h)
			continue
		}
		all = append(all, add(summary.Hour{Span: h.Span}, h))
	}
	return all
}

func add(a, b summary.Hour) summary.Hour {
	a.To = b.To
	a.Recorded, a.Analysed, a.Beats = a.Recorded+b.Recorded, a.Analysed+b.Analysed, a.Beats+b.Beats
	if a.Analysed > 0 {
		a.Mean = float64(a.Beats) / a.Analysed * 60
	}
	if a.Min == 0 || b.Min > 0 && b.Min < a.Min {
		a.Min = b.Min
	}
	a.Max = max(a.Max, b.Max)
	kinds, rhythms := map[string]int{}, map[string]float64{}
	for _, x := range []summary.Hour{a, b} {
		for code, n := range x.Kinds {
			kinds[code] += n
		}
		for code, seconds := range x.Rhythms {
			rhythms[code] += seconds
		}
	}
	a.Kinds, a.Rhythms = kinds, rhythms
	return a
}
