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

// describeST says in two sentences what was seen and what it rests on.
func describeST(a alert.Alert) string {
	st := *a.ST
	seen := fmt.Sprintf("Patient %s, %s so far, since %s.", a.Patient, stText(st), clock(st.Start))
	located := fmt.Sprintf("located by the model with confidence %.0f %%", 100*a.Confidence)
	switch localize.ParseEvidence(st.Evidence) {
	case localize.ByBoth:
		return fmt.Sprintf("%s Measured in the signal and %s.", seen, located)
	case localize.BySignal:
		return seen + " Measured in the signal, not confirmed by the model."
	}
	measured := "nothing could be measured"
	if st.Lead != "" {
		measured = fmt.Sprintf("measured were only %s in lead %s", localize.Microvolts(st.PeakUV), st.Lead)
	}
	return fmt.Sprintf("%s It was %s; %s.", seen, located, measured)
}
