package engine

import (
	"fmt"
	"math"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// episode is the ST episode that an event tells of.
func episode(ev *holterv1.Event) alert.ST {
	return alert.ST{
		Kind: ev.Kind, Start: time.Unix(0, ev.StartTimeNs).UTC(), End: time.Unix(0, ev.EndTimeNs).UTC(),
		PeakUV: int(ev.StPeakUv), Lead: ev.StLead, PeakAt: holterv1.Time(ev.StPeakTimeNs), Evidence: localize.Evidence(ev.StEvidence).String(),
	}
}

// stTitle names the episode and its size; one that is not certain is a possible
// one.
func stTitle(st alert.ST) string {
	if localize.ParseEvidence(st.Evidence) != localize.ByBoth {
		return "Possible " + stText(st)
	}
	return stText(st)
}

// stText is the episode in short: "ST depression −210 µV in lead II, 4 min".
// What was measured without showing it is left out.
func stText(st alert.ST) string {
	text := stName(st)
	if localize.ParseEvidence(st.Evidence) != localize.ByModel {
		text += fmt.Sprintf(" %s in lead %s", localize.Microvolts(st.PeakUV), st.Lead)
	}
	length := st.End.Sub(st.Start)
	if length < time.Minute {
		return fmt.Sprintf("%s, %.0f s", text, length.Seconds())
	}
	return fmt.Sprintf("%s, %.0f min", text, math.Floor(length.Minutes()))
}

func stName(st alert.ST) string {
	switch {
	case st.Kind == "STE", st.Kind == "ST" && st.Lead != "" && st.PeakUV > 0:
		return "ST elevation"
	case st.Kind == "STD", st.Kind == "ST" && st.PeakUV < 0:
		return "ST depression"
	default:
		return "ST change"
	}
}

// describeST says what was seen; of what the model alone located, also what was
// measured instead.
func describeST(a alert.Alert) string {
	st := *a.ST
	seen := fmt.Sprintf("Patient %s, %s so far, since %s.", a.Patient, stText(st), clock(st.Start))
	switch {
	case localize.ParseEvidence(st.Evidence) != localize.ByModel:
		return seen
	case st.Lead == "":
		return seen + " Nothing could be measured."
	}
	return fmt.Sprintf("%s Measured were only %s in lead %s.", seen, localize.Microvolts(st.PeakUV), st.Lead)
}
