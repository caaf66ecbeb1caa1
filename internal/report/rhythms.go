package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/holterd/holter/internal/summary"
	"github.com/holterd/holter/pkg/localize"
)

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
