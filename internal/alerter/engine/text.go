package engine

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/pkg/localize"
)

// title says in a few words what an alert of the rule is about.
func title(r *rule.Rule, a alert.Alert) string {
	switch {
	case r.Title != "":
		return r.Title
	case a.ST != nil:
		return stTitle(*a.ST)
	case r.Count != nil:
		return "Frequent: " + names(r.Kinds())
	case r.Run != nil:
		return "Run: " + names(r.Kinds())
	case r.Duration != nil:
		return "Episode: " + names(r.Kinds())
	case r.Pattern != nil:
		return capital(many(r.Pattern.Of, r.Pattern.AtLeast)) + ": " + names(r.Kinds())
	case r.OfWindows():
		return windowTitle(r, a)
	case r.Button != nil:
		return "Symptom button pressed"
	case r.LeadsOff != nil:
		return "Leads without contact on device " + a.Device
	case r.Battery != nil:
		return "Battery low on device " + a.Device
	case r.Clock != nil:
		return "Clock of device " + a.Device + " is off"
	case r.Behind != nil:
		return "The analysis is behind the signal of device " + a.Device
	default:
		return "No signal from device " + a.Device
	}
}

// describe says in one or two sentences what was seen; alert.HowSure says how
// sure that is.
func describe(r *rule.Rule, a alert.Alert, h hit) string {
	if a.ST != nil {
		return describeST(a)
	}
	if r.OfWindows() {
		return describeWindows(r, a, h)
	}
	first, last := time.Unix(0, h.first), time.Unix(0, h.last)
	var seen string
	switch {
	case r.Pattern != nil:
		seen = patternText(r.Pattern, h)
	case r.Count != nil:
		seen = fmt.Sprintf("%d within %s, the latest at %s.", h.beats, span(r.Count.Within), clock(last))
	case r.Run != nil:
		seen = fmt.Sprintf("%d beats in a row at %.0f per minute from %s", h.beats, math.Round(h.rate), clock(first))
		if r.Run.Lasting > 0 {
			seen += fmt.Sprintf(", for %s so far", span(last.Sub(first).Round(time.Second)))
		}
		seen += "."
	default:
		seen = fmt.Sprintf("since %s, for %s so far.", clock(first), span(last.Sub(first).Round(time.Second)))
	}
	return fmt.Sprintf("Patient %s, %s: %s", a.Patient, names(r.Kinds()), seen)
}

// describeDevice says what is wrong with a device.
func describeDevice(x finding, now time.Time) string {
	d := x.device
	about := fmt.Sprintf("device %s of patient %s", x.id, d.Patient)
	switch r := x.rule; {
	case r.LeadsOff != nil:
		return fmt.Sprintf("Leads without contact on %s: %s, since %s.", about, strings.Join(d.LeadsOff, ", "), clock(d.OffSince))
	case r.Battery != nil:
		return fmt.Sprintf("The battery of %s is at %.0f %%.", about, *d.Battery)
	case r.Clock != nil:
		way := "ahead"
		if d.ClockOff < 0 {
			way = "behind"
		}
		return fmt.Sprintf("The clock of %s is %s %s, so the times of its events are wrong.", about, span(d.ClockOff.Abs().Round(time.Second)), way)
	case r.Behind != nil:
		return fmt.Sprintf("Signal of %s waits for its analysis since %s: nothing is known of the patient since then.", about, clock(d.Behind))
	}
	heard := fmt.Sprintf("Nothing new from %s since %s", about, clock(d.Heard))
	switch {
	case x.blind:
		return heard + ". The alerter has not reached Kafka for as long, so the fault may lie there."
	case d.Will.IsZero():
		return fmt.Sprintf("%s (%s).", heard, span(now.Sub(d.Heard).Round(time.Second)))
	default:
		return fmt.Sprintf("%s; its connection was lost at %s.", heard, clock(d.Will))
	}
}

// notMet is the end of an alert whose condition has not been met for long. What
// a burden is made of goes on counting: it is of a fixed time, not of an episode.
func (s *Step) notMet(open state.OpenAlert) ending {
	text := "Not met any more since " + clock(open.Alert.Updated)
	keep := false
	if r := s.ruleOf(open.Alert.Patient, open.Alert.Rule); r != nil {
		keep = r.Burden != nil
		text += fmt.Sprintf(" (rule: over after %s)", span(r.ResolveAfter))
	}
	text += "."
	if st := open.Alert.ST; st != nil {
		text += " It was " + stText(*st) + "."
	}
	return ending{text: text, keep: keep}
}

// superseded is the end of an alert that a more urgent one of its key replaces.
func superseded(by *rule.Rule) ending {
	return ending{text: fmt.Sprintf("Replaced by %s, of %s priority.", by.Name, by.Priority), silent: true, keep: true}
}

func names(kinds []string) string {
	var all []string
	for _, k := range kinds {
		if c, ok := localize.ByCode(k); ok {
			all = append(all, c.Name)
		} else {
			all = append(all, k)
		}
	}
	return strings.Join(all, " or ")
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// span writes a duration without trailing zero units: 1h, not 1h0m0s.
func span(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
