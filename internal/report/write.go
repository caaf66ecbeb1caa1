package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holterd/holter/internal/summary"
)

// research is what every page says.
const research = "For research and engineering only: not a medical device, no clearance; not for the care of anybody."

// writer decides what a report says.
type writer struct {
	words
	maker   Maker
	sum     summary.Summary
	figures []shot
	made    time.Time
	study   bool // of several days
}

func newWriter(m Maker, p summary.Period, s summary.Summary) *writer {
	w := &writer{words: words{zone: p.Zone}, maker: m, sum: s, made: m.Now(), study: s.Coverage.Period > 36*3600}
	w.days = w.local(s.From) != w.local(s.To.Add(-time.Nanosecond))
	return w
}

func (w *writer) document() document {
	title := "Daily ECG report"
	if w.study {
		title = "End-of-study ECG report"
	}
	devices := strings.Join(w.sum.Devices, ", ")
	if devices == "" {
		devices = "none"
	}
	d := document{
		Title:    title,
		Subtitle: "Patient " + w.sum.Patient,
		Facts: []fact{
			{"Period", w.full(w.sum.From) + " to " + w.full(w.sum.To), nil},
			{"Time zone", w.sum.Zone, nil},
			{"Devices", devices, nil},
			{"Analysed by", w.models(), nil},
			{"Made", w.full(w.made), nil},
		},
		Footer: research,
	}
	rest := []section{
		w.rateSection(), w.beatSection(), w.patternSection(), w.pauseSection(), w.rhythmSection(), w.stSection(),
		w.symptomSection(), w.alertSection(), w.reviewSection(),
	}
	d.Sections = append([]section{w.glance(), w.coverageSection()}, append(rest, w.limitSection(), w.hourSection())...)
	return d
}

func (w *writer) models() string {
	var names []string
	for _, m := range w.sum.Models {
		name := m.Name
		if len(w.sum.Models) > 1 {
			name += " (" + lasting(m.Seconds) + ")"
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return "nothing was analysed"
	}
	return strings.Join(names, ", ")
}

// glance is what to see first.
func (w *writer) glance() section {
	c, h := w.sum.Coverage, w.sum.HeartRate
	s := section{ID: "glance", Title: "At a glance", Notes: []string{research}}
	tile := func(label, value, detail string) { s.Tiles = append(s.Tiles, tile{label, value, detail}) }
	tile("Analysed", lasting(c.Analysed), part(c.Analysed, c.Period)+" of the period")
	tile("Mean heart rate", rate(h.Mean)+"/min", number(c.Beats)+" beats")
	if h.Min != nil {
		tile("Lowest – highest", fmt.Sprintf("%.0f – %.0f/min", h.Min.Rate, h.Max.Rate), w.clock(h.Min.From)+" – "+w.clock(h.Max.From))
	} else {
		tile("Lowest – highest", "–", "signal not at hand")
	}
	for _, k := range w.sum.Kinds {
		if k.Code == "V" || k.Code == "A" {
			tile(map[string]string{"V": "Ventricular beats", "A": "Atrial premature beats"}[k.Code],
				part(float64(k.Beats), float64(c.Beats)), number(k.Beats)+" of the analysed beats")
		}
	}
	w.tileRuns(tile)
	tile("Pauses from 3 s", number(w.sum.Pauses.Three), "from 2 s: "+number(w.sum.Pauses.Two))
	if af := w.rhythm("AFIB"); af == nil {
		tile("Atrial fibrillation", "not asked", "nothing is known of it")
	} else {
		tile("Atrial fibrillation", percent(af.Share), many(len(af.Episodes), "episode", "episodes"))
	}
	tile("ST episodes", number(len(w.sum.ST)), "measured, see there")
	tile("Symptom button", number(len(w.sum.Symptoms)), "presses")
	tile("Alerts", number(len(w.sum.Alerts)), w.unanswered())
	tile("Reviewed", fmt.Sprintf("%s of %s", number(w.reviewed()), number(w.sum.Reviewed.Events)), "events, by a clinician")
	return s
}

func (w *writer) tileRuns(tile func(label, value, detail string)) {
	v := w.sum.Patterns[0]
	if v.Longest == nil {
		tile("Longest V run", "none", "of 3 beats or more")
		return
	}
	tile("Longest V run", many(v.Longest.Beats, "beat", "beats"), fmt.Sprintf("%.0f/min, %s", v.Longest.Rate, w.clock(v.Longest.From)))
}

func (w *writer) reviewed() int {
	r := w.sum.Reviewed
	return r.Confirmed + r.Rejected + r.Relabelled
}

func (w *writer) rhythm(code string) *summary.Rhythm {
	i := slices.IndexFunc(w.sum.Rhythms, func(r summary.Rhythm) bool { return r.Code == code })
	if i < 0 {
		return nil
	}
	return &w.sum.Rhythms[i]
}

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

// unanswered says how many alerts nobody has acknowledged.
func (w *writer) unanswered() string {
	n := 0
	for _, a := range w.sum.Alerts {
		if _, ok := acknowledged(a); !ok {
			n++
		}
	}
	if n == 0 {
		return "all acknowledged"
	}
	return number(n) + " not acknowledged"
}

// local is a date in the report's zone.
func (w *writer) local(t time.Time) string { return t.In(w.zone).Format(time.DateOnly) }
