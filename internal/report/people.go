package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/summary"
	"github.com/holterd/holter/pkg/localize"
)

const mostSymptoms = 20

func (w *writer) symptomSection() section {
	s := section{ID: "symptoms", Title: "Symptoms"}
	t := table{
		Columns: []column{{"Pressed", 4, false}, {"Note", 5, false}, {"Heart rate", 2, true}, {"Found within 30 s", 7, false}},
		Empty:   "The symptom button was not pressed.",
	}
	for i, x := range w.sum.Symptoms {
		r := row{Cells: []string{w.at(x.At), x.Note, rate(x.HeartRate), around(x)}}
		if i < mostSymptoms {
			r.Figure = w.around("Symptom button", x.Device, x.At, 2)
			s.Figures = append(s.Figures, r.Figure)
		}
		t.Rows = append(t.Rows, r)
	}
	s.Figures = unique(s.Figures)
	s.Tables = []table{t}
	return s
}

// around is what was found near a press.
func around(x summary.Symptom) string {
	var found []string
	for _, c := range localize.Conditions {
		if n := x.Beats[c.Code]; n > 0 {
			found = append(found, fmt.Sprintf("%d × %s", n, c.Name))
		}
		if slices.Contains(x.Rhythms, c.Code) {
			found = append(found, c.Name)
		}
	}
	if !x.Analysed {
		found = append(found, "that moment was not analysed")
	}
	if len(found) == 0 {
		return "nothing of what was asked for"
	}
	return strings.Join(found, ", ")
}

func (w *writer) alertSection() section {
	s := section{ID: "alerts", Title: "Alerts and responses"}
	t := table{
		Columns: []column{{"Of", 4, false}, {"Raised", 4, false}, {"Priority", 2, false}, {"Alert", 5, false}, {"Acknowledged", 5, false}, {"State", 4, false}},
		Empty:   "No alert is known of this period. Alerts are kept for 30 days after they are over.",
	}
	if w.maker.Sources.Alerts == nil {
		t.Empty = "Alerts were not read: this report says nothing about them."
	}
	for _, a := range w.sum.Alerts {
		response := "by nobody"
		if c, ok := acknowledged(a); ok {
			response = fmt.Sprintf("by %s at %s, after %s", c.By, w.at(c.At), lasting(c.At.Sub(a.Raised).Seconds()))
			if c.Why != "" {
				response += ": " + c.Why
			}
		}
		state := a.State.String()
		if !a.Resolved.IsZero() {
			state += " at " + w.at(a.Resolved)
		}
		if a.Assignee != "" {
			state += ", assigned to " + a.Assignee
		}
		if a.Escalated > 1 { // the first telling is none
			state += fmt.Sprintf(", escalated %s", many(a.Escalated-1, "time", "times"))
		}
		title := a.Title
		if a.Class == alert.Technical {
			title += " (technical)"
		}
		t.Rows = append(t.Rows, row{Cells: []string{w.at(a.Start), w.at(a.Raised), a.Priority.String(), title, response, state}})
	}
	s.Tables = []table{t}
	return s
}

// acknowledged is who first acknowledged an alert.
func acknowledged(a alert.Alert) (alert.Change, bool) {
	i := slices.IndexFunc(a.History, func(c alert.Change) bool { return strings.HasPrefix(c.What, "acknowledged") })
	if i < 0 {
		return alert.Change{}, false
	}
	return a.History[i], true
}

func (w *writer) reviewSection() section {
	r := w.sum.Reviewed
	s := section{ID: "reviews", Title: "Reviews"}
	s.Facts = []fact{
		{"Events", number(r.Events), nil},
		{"Confirmed", number(r.Confirmed), nil},
		{"Rejected", number(r.Rejected) + ", counted nowhere in this report", nil},
		{"Relabelled", number(r.Relabelled) + ", counted as their new kind", nil},
		{"Not reviewed", number(r.Events-w.reviewed()) + ", counted as the model found them", nil},
	}
	t := table{
		Columns: []column{{"Decided", 5, false}, {"By", 3, false}, {"Event at", 5, false}, {"Found as", 2, false}, {"Decision", 4, false}, {"Note", 5, false}},
		Empty:   "No clinician has reviewed an event of this period: every finding is the model's alone.",
	}
	for _, x := range w.sum.Reviews {
		decision := x.Verdict
		if x.Verdict == "relabelled" {
			decision += " " + x.Kind
		}
		if !x.Holds {
			decision += " (replaced)"
		}
		t.Rows = append(t.Rows, row{Cells: []string{w.full(x.At), x.By, w.at(x.Start), x.Found, decision, x.Note}})
		if found, _ := localize.ByCode(x.Found); x.Holds && x.Kind != "" && found.Kind != localize.Beat {
			if now, _ := localize.ByCode(x.Kind); now.Kind == localize.Beat {
				s.After = append(s.After, fmt.Sprintf("The event at %s has become a kind of beat, but its beats are not known: none is counted.", w.at(x.Start)))
			}
		}
	}
	s.Tables = []table{t}
	return s
}

func (w *writer) limitSection() section {
	s := section{ID: "limits", Title: "Model, and what this report does not say"}
	s.Facts = []fact{{"Model", w.models(), nil}}
	if names := w.unasked(); len(names) > 0 {
		s.Notes = append(s.Notes, "Not asked of the model, so that nothing is said about them: "+strings.Join(names, ", ")+".")
	}
	s.Notes = append(s.Notes, "Never looked for by this system: blocks between atria and ventricles, ventricular flutter and fibrillation, intervals such as QT, and whatever has no line above.")
	for _, m := range w.sum.Models {
		i := slices.IndexFunc(w.maker.Limits, func(l Limits) bool { return l.of(m.Name) })
		if i < 0 {
			s.Notes = append(s.Notes, fmt.Sprintf("How good %s is, is not known here: its folder with a %s was not at hand.", m.Name, LimitsFile))
			continue
		}
		t := table{Title: "What is known of " + m.Name, Columns: []column{{"Kind", 4, false}, {"Measured on people it had not seen", 12, false}}}
		for _, c := range localize.Conditions {
			if text := w.maker.Limits[i].Kinds[c.Code]; text != "" {
				t.Rows = append(t.Rows, row{Cells: []string{c.Name, text}})
			}
		}
		s.Tables = append(s.Tables, t)
		s.After = append(s.After, w.maker.Limits[i].General...)
	}
	s.After = append(s.After, research)
	return s
}

// hourSection is the appendix: hours, or days where there are many.
