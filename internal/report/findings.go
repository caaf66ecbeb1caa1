package report

import (
	"fmt"
	"slices"

	"github.com/holterd/holter/internal/summary"
	"github.com/holterd/holter/pkg/localize"
)

// beatSection is the burden of every kind of beat.
func (w *writer) beatSection() section {
	s := section{ID: "beats", Title: "Burden of beats"}
	t := table{
		Columns: []column{{"Kind", 6, false}, {"Beats", 2, true}, {"Of analysed beats", 3, true}, {"Busiest hour", 4, false}, {"Asked for", 3, true}},
		Empty:   "No kind of beat was asked for.",
	}
	for _, k := range w.sum.Kinds {
		r := row{Cells: []string{k.Name + " (" + k.Code + ")", number(k.Beats), part(float64(k.Beats), float64(w.sum.Coverage.Beats)), "–", asked(k.Asked, k.AskedUnknown, w.sum.Coverage.Analysed)}}
		if k.MaxHour != nil {
			r.Cells[3] = fmt.Sprintf("%s from %s", number(k.MaxHour.Kinds[k.Code]), w.clock(k.MaxHour.From))
		}
		if k.Example != nil {
			r.Figure = w.show(fmt.Sprintf("%s, confidence %s", k.Name, sure(k.Example.Confidence)), k.Example.Device, k.Example.Span, "")
			s.Figures = append(s.Figures, r.Figure)
		}
		t.Rows = append(t.Rows, r)
		if k.Untimed > 0 {
			s.After = append(s.After, fmt.Sprintf("Of %s beats %s the times are not stored: they are counted where their event begins, and in no pattern.", number(k.Untimed), k.Code))
		}
		if k.Code == "V" {
			s.Facts = append(s.Facts, fact{"Ventricular burden", percent(k.Share) + " of the analysed beats, " + band(k.Share), r.Figure})
		}
	}
	for _, k := range w.sum.Kinds {
		if (k.Code == "V" || k.Code == "A") && k.Beats > 0 && len(w.sum.Hours) > 1 {
			s.Charts = append(s.Charts, chart{k.Name + ", hour by hour", burdenTrend(w.sum, w.zone, k.Code)})
		}
	}
	s.Figures = unique(s.Figures)
	s.Tables = []table{t}
	s.After = append(s.After, "The strip of a kind is its event with the highest confidence, or one that a clinician has confirmed.")
	return s
}

// band is the customary one of a ventricular burden.
func band(share float64) string {
	switch {
	case share < 0.1:
		return "band below 10 %"
	case share < 0.2:
		return "band 10 to below 20 %"
	}
	return "band 20 % or more"
}

// asked is the part of the analysed time in which something was asked for.
func asked(known, unknown, analysed float64) string {
	switch {
	case known == 0 && unknown > 0:
		return "not stored"
	case known == 0:
		return "never"
	}
	return part(known, analysed) + " of the time"
}

func (w *writer) patternSection() section {
	s := section{ID: "patterns", Title: "Patterns"}
	for _, p := range w.sum.Patterns {
		t := table{
			Title:   p.Name + " (" + p.Kind + ")",
			Columns: []column{{"Pattern", 3, false}, {"How often", 2, true}, {"Beats", 2, true}, {"Longest", 3, false}, {"At", 4, false}, {"Rate", 2, true}},
		}
		for _, r := range p.Rows {
			cells := []string{patternNames[r.Pattern], number(r.Count), number(r.Beats), "–", "–", "–"}
			line := row{Cells: cells}
			if x := r.Longest; x != nil {
				cells[3], cells[4] = many(x.Beats, "beat", "beats"), w.at(x.From)
				if x.Rate > 0 {
					cells[5] = fmt.Sprintf("%.0f/min", x.Rate)
				}
				line.Figure = w.pattern(p.Kind+" "+r.Pattern, *x)
				s.Figures = append(s.Figures, line.Figure)
			}
			t.Rows = append(t.Rows, line)
		}
		s.Tables = append(s.Tables, t)
		s.runs(w, p)
	}
	s.After = append(s.After,
		"Beats of one kind in a row, none of another kind between and at most 1.5 s apart: 2 make a couplet, 3 a triplet, 4 or more a run. Bigeminy and trigeminy are three or more single beats with one or two others between each two. Every beat is in one pattern; a pattern belongs, whole, to the period in which it begins.",
		"Ventricular tachycardia: 3 or more in a row faster than 100/min, sustained from 30 s (2017 AHA/ACC/HRS guideline).")
	s.Figures = unique(s.Figures)
	return s
}

var patternNames = map[string]string{
	"single": "Single", "couplet": "Couplet", "triplet": "Triplet", "run": "Run (4 or more)", "bigeminy": "Bigeminy", "trigeminy": "Trigeminy",
}

// runs are the longest and the fastest one.
func (s *section) runs(w *writer, p summary.Patterns) {
	for _, x := range []struct {
		name string
		run  *summary.Pattern
	}{{"Longest run", p.Longest}, {"Fastest run", p.Fastest}} {
		f := fact{Name: x.name + " " + p.Kind, Value: "none of 3 beats or more"}
		if x.run != nil {
			f.Value = fmt.Sprintf("%s at %.0f/min, %s, %s", many(x.run.Beats, "beat", "beats"), x.run.Rate, lasting(x.run.Seconds()), w.at(x.run.From))
			f.Figure = w.pattern(x.name+" "+p.Kind, *x.run)
			s.Figures = append(s.Figures, f.Figure)
		}
		s.Facts = append(s.Facts, f)
	}
	if p.Kind == "V" {
		s.Facts = append(s.Facts, fact{"Ventricular tachycardia", fmt.Sprintf("%s non-sustained, %s sustained", number(p.NonSustained), number(p.Sustained)), nil})
	}
}

func (w *writer) pattern(title string, x summary.Pattern) *figure {
	return w.show(title, x.Device, x.Span, "")
}

// unique leaves out what is there already.
func unique(figures []*figure) (all []*figure) {
	for _, f := range figures {
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// measured are the conditions that this report tells of without the model.
var measured = []string{"P", "B", "T", "VT"}

// unasked are the conditions that nobody asked for, by their names.
func (w *writer) unasked() (names []string) {
	for _, c := range localize.Conditions {
		known := slices.ContainsFunc(w.sum.Kinds, func(k summary.Kind) bool { return k.Code == c.Code }) ||
			slices.ContainsFunc(w.sum.Rhythms, func(r summary.Rhythm) bool { return r.Code == c.Code })
		if c.Kind != localize.ST && !known && !slices.Contains(measured, c.Code) {
			names = append(names, c.Name)
		}
	}
	return names
}
