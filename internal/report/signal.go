package report

import (
	"fmt"
	"slices"

	"github.com/holterd/holter/internal/summary"
)

func (w *writer) coverageSection() section {
	c := w.sum.Coverage
	s := section{ID: "coverage", Title: "Recording and analysis"}
	s.Facts = []fact{
		{"Period", lasting(c.Period), nil},
		{"Recorded", lasting(c.Recorded) + ", " + part(c.Recorded, c.Period) + " of the period", nil},
		{"With contact", lasting(c.Analysable) + ", " + part(c.Analysable, c.Recorded) + " of what was recorded", nil},
		{"Analysed", lasting(c.Analysed) + ", " + part(c.Analysed, c.Period) + " of the period, with " + number(c.Beats) + " beats", nil},
		{"Gaps", gaps(c), nil},
	}
	if missing := c.Recorded - c.Analysed; missing > 60 {
		s.Notes = append(s.Notes, fmt.Sprintf("%s were recorded and not analysed (no contact, too short a stretch, or the analysis has not come so far): this report says nothing about them.", lasting(missing)))
	}
	if c.Analysed-c.Recorded > 60 {
		s.Notes = append(s.Notes, fmt.Sprintf("%s were analysed whose signal is not in the archive any more: extremes of the heart rate, pauses and strips are missing for them.", lasting(c.Analysed-c.Recorded)))
	}
	s.Notes = append(s.Notes, "All burdens below are of the analysed beats and the analysed time, not of the period.")
	gapsTable := table{Title: "Longest gaps", Columns: []column{{"From", 3, false}, {"To", 3, false}, {"Length", 2, true}}}
	longest := slices.Clone(c.Gaps)
	slices.SortStableFunc(longest, func(a, b summary.Span) int { return int(b.To.Sub(b.From) - a.To.Sub(a.From)) })
	for _, g := range longest[:min(len(longest), 10)] {
		gapsTable.Rows = append(gapsTable.Rows, row{Cells: []string{w.at(g.From), w.at(g.To), lasting(g.Seconds())}})
	}
	if len(gapsTable.Rows) > 0 {
		s.Tables = append(s.Tables, gapsTable)
	}
	return s
}

func gaps(c summary.Coverage) string {
	if len(c.Gaps) == 0 {
		return "none"
	}
	return fmt.Sprintf("%s, %s in all, the longest %s", many(len(c.Gaps), "gap", "gaps"), lasting(c.Period-c.Recorded), lasting(c.LongestGap))
}

func (w *writer) rateSection() section {
	h := w.sum.HeartRate
	s := section{ID: "rate", Title: "Heart rate"}
	s.Facts = append(s.Facts, fact{"Mean", fmt.Sprintf("%s/min (%s beats in %s analysed)", rate(h.Mean), number(w.sum.Coverage.Beats), lasting(w.sum.Coverage.Analysed)), nil})
	extreme := func(name string, x *summary.Extreme) {
		if x == nil {
			s.Facts = append(s.Facts, fact{name, "not known: no signal at hand", nil})
			return
		}
		f := w.show(name+" heart rate", x.Device, x.Span, "")
		s.Facts = append(s.Facts, fact{name, fmt.Sprintf("%.0f/min at %s", x.Rate, w.at(x.From)), f})
		s.Figures = append(s.Figures, f)
	}
	extreme("Lowest", h.Min)
	extreme("Highest", h.Max)
	if len(w.sum.Hours) > 1 && w.sum.Coverage.Analysed > 0 {
		s.Charts = append(s.Charts, chart{"Heart rate, hour by hour: mean, and from lowest to highest", rateTrend(w.sum, w.zone)})
	}
	s.After = append(s.After, fmt.Sprintf("Lowest and highest are means of %d successive intervals between beats, of whatever kind, in the analysed signal. In noise the detector may count what is no beat: look at the strips.", summary.RateIntervals))
	return s
}

func (w *writer) pauseSection() section {
	p := w.sum.Pauses
	s := section{ID: "pauses", Title: "Pauses"}
	s.Facts = []fact{{"2 s or longer", number(p.Two), nil}, {"3 s or longer", number(p.Three), nil}}
	t := table{Title: "Longest", Columns: []column{{"From", 4, false}, {"Length", 2, true}}, Empty: "No interval between two beats was 2 s or longer in the analysed signal."}
	for i, x := range p.Longest[:min(len(p.Longest), 10)] {
		r := row{Cells: []string{w.at(x.From), fmt.Sprintf("%.1f s", x.Seconds())}}
		if i < 3 {
			r.Figure = w.show(fmt.Sprintf("Pause of %.1f s", x.Seconds()), x.Device, x.Span, "")
			s.Figures = append(s.Figures, r.Figure)
		}
		t.Rows = append(t.Rows, r)
	}
	if len(w.sum.Coverage.Gaps) > 0 || len(t.Rows) > 0 {
		s.After = append(s.After, "Measured from beat to beat in the signal. A beat too small for the detector looks like a pause, and so does a weak contact; gaps and flat lines of a second or more are left out.")
	}
	s.Tables = []table{t}
	return s
}
