package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

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

func (w *writer) rhythmSection() section {
	s := section{ID: "rhythms", Title: "Rhythms"}
	if w.rhythm("AFIB") == nil {
		s.Notes = append(s.Notes, "Atrial fibrillation was not asked for (analyzer.questions, or the device's entry in the registry): that none is listed means nothing.")
	}
	if len(w.sum.Rhythms) == 0 {
		return s
	}
	t := table{Columns: []column{{"Rhythm", 5, false}, {"Burden", 2, true}, {"Time", 3, true}, {"Episodes", 2, true}, {"Longest", 3, true}, {"Asked for", 3, true}}}
	for _, r := range w.sum.Rhythms {
		line := row{Cells: []string{r.Name, percent(r.Share), lasting(r.Seconds), number(len(r.Episodes)), "–", asked(r.Asked, r.AskedUnknown, w.sum.Coverage.Analysed)}}
		if x := r.Longest; x != nil {
			line.Cells[4] = lasting(x.Seconds())
			line.Figure = w.around(r.Name+": onset of the longest episode", x.Device, x.From, 2)
			s.Figures = append(s.Figures, line.Figure)
			if supraventricular[r.Code] {
				s.Figures = append(s.Figures, w.around(r.Name+": end of the longest episode", x.Device, x.To, 2))
			}
		}
		t.Rows = append(t.Rows, line)
	}
	s.Tables = append(s.Tables, t)
	for _, r := range w.sum.Rhythms {
		if len(r.Episodes) > 0 && supraventricular[r.Code] {
			s.Tables = append(s.Tables, w.episodes(r))
		}
	}
	s.Figures = unique(s.Figures)
	s.After = append(s.After, "Burden is of the analysed time in which the rhythm was asked for. Onset and end are known to the analysis to about a second.")
	return s
}

// supraventricular are the rhythms whose onset and end matter one by one.
var supraventricular = map[string]bool{"AFIB": true, "AFL": true}

const mostEpisodes = 20

func (w *writer) episodes(r summary.Rhythm) table {
	t := table{Title: r.Name + ": episodes", Columns: []column{{"Onset", 4, false}, {"End", 4, false}, {"Length", 3, true}, {"Confidence", 2, true}}}
	longest := slices.SortedStableFunc(slices.Values(r.Episodes), func(a, b summary.Episode) int { return cmp.Compare(b.Seconds(), a.Seconds()) })
	if len(longest) > mostEpisodes {
		t.Title = fmt.Sprintf("%s: the longest %d of %s episodes", r.Name, mostEpisodes, number(len(longest)))
		longest = longest[:mostEpisodes]
	}
	for _, x := range longest {
		onset, end := w.at(x.From), w.at(x.To)
		if x.Before {
			onset = "before the period"
		}
		if x.After {
			end = "after the period"
		}
		t.Rows = append(t.Rows, row{Cells: []string{onset, end, lasting(x.Seconds()), sure(x.Confidence)}})
	}
	return t
}

const mostST = 6

func (w *writer) stSection() section {
	s := section{ID: "st", Title: "ST segment"}
	t := table{
		Columns: []column{{"From", 4, false}, {"Length", 3, true}, {"Change", 4, false}, {"Peak", 2, true}, {"Lead", 2, false}, {"Rests on", 4, false}},
		Empty:   "No episode of 100 µV for 60 s was measured in the analysed signal.",
	}
	deepest := slices.SortedStableFunc(slices.Values(w.sum.ST), func(a, b summary.STEpisode) int { return cmp.Compare(abs(b.PeakUV), abs(a.PeakUV)) })
	for i, x := range deepest {
		r := row{Cells: []string{w.at(x.From), lasting(x.Seconds()), x.Name, "–", "–", evidence[x.Evidence]}}
		if x.Lead != "" {
			r.Cells[3], r.Cells[4] = localize.Microvolts(x.PeakUV), x.Lead
		}
		if i < mostST {
			r.Figure = w.stStrip(x)
			s.Figures = append(s.Figures, r.Figure)
		}
		t.Rows = append(t.Rows, r)
	}
	if len(t.Rows) > 3*mostST {
		t.Title = fmt.Sprintf("The %d largest of %s episodes", 3*mostST, number(len(t.Rows)))
		t.Rows = t.Rows[:3*mostST]
	}
	s.Tables = []table{t}
	s.After = append(s.After, "Measured 80 ms after the J point (60 ms from 120/min on) against the patient's own baseline. A change of posture or of conduction can look like an episode; only what the signal and the model both show is certain.")
	return s
}

// stStrip shows an episode where it deviates most.
func (w *writer) stStrip(x summary.STEpisode) *figure {
	title, at := x.Name+", the largest deviation", x.PeakAt
	if at.IsZero() { // stored by an older version
		title, at = x.Name+", the middle of the episode", x.From.Add(x.To.Sub(x.From)/2)
	}
	half := line/2 - time.Second
	return w.show(title, x.Device, summary.Span{From: at.Add(-half), To: at.Add(half)}, x.Lead)
}

var evidence = map[string]string{
	"signal": "signal only: possible", "model": "model only: possible", "both": "signal and model", "": "–",
}

func abs(n int) int { return max(n, -n) }

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
