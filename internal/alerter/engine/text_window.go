package engine

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/pkg/rhythm"
)

// patternText says which patterns were seen, and when.
func patternText(want *rule.Pattern, h hit) string {
	first, last := time.Unix(0, h.first), time.Unix(0, h.last)
	switch {
	case h.patterns > 1:
		return fmt.Sprintf("%d %s within %s, the latest at %s.", h.patterns, many(want.Of, h.patterns), span(want.Within), clock(last))
	case want.Alternates():
		return fmt.Sprintf("%s since %s, for %s so far, at %.0f per minute.", want.Of, clock(first), span(last.Sub(first).Round(time.Second)), h.rate)
	case want.Kind() == rhythm.Run:
		return fmt.Sprintf("a run of %d beats at %.0f per minute from %s.", h.beats, h.rate, clock(first))
	default:
		return fmt.Sprintf("a %s at %.0f per minute at %s.", want.Of, h.rate, clock(first))
	}
}

// many is a pattern's name in the plural where there are several.
func many(name string, n int) string {
	switch {
	case n == 1:
		return name
	case strings.HasSuffix(name, "y"):
		return "episodes of " + name
	default:
		return name + "s"
	}
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// windowTitle is the title of an alert that rests on analysed windows.
func windowTitle(r *rule.Rule, a alert.Alert) string {
	switch {
	case r.Burden != nil:
		return fmt.Sprintf("Burden: %s, %.1f %%", names(r.Kinds()), a.Value)
	case r.Pause != nil:
		return fmt.Sprintf("Pause of %.1f s", a.Value)
	case r.Noise != nil:
		return "Noisy signal of device " + a.Device
	case r.Rate.Below > 0:
		return fmt.Sprintf("Slow heart: %.0f per minute", math.Round(a.Value))
	default:
		return fmt.Sprintf("Fast heart: %.0f per minute", math.Round(a.Value))
	}
}

// standstill is how long a pause must be that nothing at all is seen of the heart
// in most of a window.
const standstill = 6 * time.Second

// describeWindows says what was seen in analysed windows.
func describeWindows(r *rule.Rule, a alert.Alert, h hit) string {
	first, last := clock(time.Unix(0, h.first)), clock(time.Unix(0, h.last))
	lasts := time.Duration(h.last - h.first)
	switch {
	case r.Burden != nil:
		of := "the time"
		if r.Burden.OfBeats() {
			of = fmt.Sprintf("%d beats", h.of)
		}
		return fmt.Sprintf("Patient %s, %s: %.1f %% of %s within %s up to %s, of which %s were analysed; the limit is %g %%.",
			a.Patient, names(r.Kinds()), h.share, of, span(r.Burden.Within), last, span(h.analysed.Round(time.Second)), r.Burden.Above)
	case r.Pause != nil:
		text := fmt.Sprintf("Patient %s: no beat for %.1f s from %s to %s. Measured in the signal of device %s, which shows beats clearly there.",
			a.Patient, lasts.Seconds(), first, last, a.Device)
		if lasts >= standstill {
			text += " A lead that has lost its contact unnoticed looks the same."
		}
		return text
	case r.Noise != nil:
		return fmt.Sprintf("The signal of device %s of patient %s hides the beats since %s, for %s so far: loose electrodes or movement. What is found in it means little.",
			a.Device, a.Patient, first, span(lasts.Round(time.Second)))
	}
	limit := fmt.Sprintf("below %g", r.Rate.Below)
	if r.Rate.Above > 0 {
		limit = fmt.Sprintf("above %g", r.Rate.Above)
	}
	return fmt.Sprintf("Patient %s: mean heart rate %.0f per minute over %s up to %s, %s. Counted in the signal of device %s, %s of it good enough.",
		a.Patient, math.Round(h.rate), span(r.Rate.For), last, limit, a.Device, span(h.analysed.Round(time.Second)))
}
