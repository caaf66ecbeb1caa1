package scene

import (
	"fmt"
	"strings"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// leastBeats is how many are needed to tell a heart rate.
const leastBeats = 4

// rhythm says what there was in a recording; what the model found is all there is
// when known.
func rhythm(rec *ecg.Recording, found []localize.Event, known bool) string {
	var parts []string
	if beats := heartBeats(rec); len(beats) >= leastBeats {
		took := beats[len(beats)-1].Sub(beats[0])
		parts = append(parts, fmt.Sprintf("heart rate %.0f per minute", float64(len(beats)-1)/took.Minutes()))
	} else {
		parts = append(parts, "the heart rate cannot be told")
	}
	for _, c := range localize.Conditions {
		if text := kind(c, found); text != "" {
			parts = append(parts, text)
		}
	}
	switch {
	case !known:
		parts = append(parts, "what the model finds was not known yet when this was sent")
	case len(parts) == 1:
		parts = append(parts, "the model found nothing of what it is asked for")
	}
	return strings.Join(parts, "; ")
}

// kind says what was found of a condition; nothing when nothing was.
func kind(c localize.Condition, found []localize.Event) string {
	beats, events, sure := 0, 0, 0.0
	for _, e := range found {
		if e.Kind == c.Code {
			beats, events, sure = beats+e.Beats, events+1, max(sure, e.Confidence)
		}
	}
	switch {
	case events == 0:
		return ""
	case sure == 0: // an ST episode that was measured only
		return c.Name + " (measured, not confirmed by the model)"
	case beats > 1:
		return fmt.Sprintf("%s (%d beats; %s)", c.Name, beats, alert.Sure(sure))
	}
	return fmt.Sprintf("%s (%s)", c.Name, alert.Sure(sure))
}
