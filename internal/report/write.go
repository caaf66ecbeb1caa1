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
