package alert

import "fmt"

// Sure says in words and in percent how sure a confidence (0 to 1) is.
func Sure(confidence float64) string {
	word := "doubtful"
	switch {
	case confidence >= 0.95:
		word = "almost certain"
	case confidence >= 0.8:
		word = "very likely"
	case confidence >= 0.6:
		word = "likely"
	case confidence >= 0.4:
		word = "as likely as not"
	}
	return fmt.Sprintf("%s, %.0f %%", word, 100*confidence)
}

// HowSure says how sure an alert about the heart is, and what that rests on: the
// model, or a measurement and what it gave. It is empty for others.
func (a Alert) HowSure() string {
	byModel := Sure(a.Confidence) + " by the model"
	switch {
	case a.Class != Physiological || !a.Pressed.IsZero():
		return ""
	case a.ST != nil && a.ST.Evidence == "signal":
		return "measured in the signal, not confirmed by the model"
	case a.Confidence <= 0 && a.Unit != "":
		return "measured in the signal: " + a.measured()
	case a.Confidence <= 0:
		return ""
	case a.ST != nil && a.ST.Evidence == "model":
		return byModel + ", not confirmed by the measured signal"
	case a.ST != nil && a.ST.Evidence == "both":
		return byModel + ", and measured in the signal"
	}
	return byModel
}

// measured is the value with its unit, in words.
func (a Alert) measured() string {
	switch a.Unit {
	case "/min":
		return fmt.Sprintf("%.0f per minute", a.Value)
	default:
		return fmt.Sprintf("%.1f %s", a.Value, a.Unit)
	}
}
