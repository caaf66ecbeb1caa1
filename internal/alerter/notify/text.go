package notify

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/holterd/holter/internal/alerter/alert"
)

// compose writes an alert for people. The title is one line: services put it
// into headers.
func compose(a alert.Alert) (title, text string) {
	mark := strings.ToUpper(a.Priority.String())
	if a.State == alert.Resolved {
		mark = "OVER"
	}
	title = oneLine(fmt.Sprintf("[%s] %s: %s", mark, a.Patient, a.Title))
	about := "Patient " + a.Patient
	if a.Device != "" {
		about += ", device " + a.Device
	}
	text = fmt.Sprintf("%s\n%s, %s alert, rule %s.\nNot a medical device: for research and engineering.",
		a.Message, about, a.Class, a.Rule)
	return title, text
}

// oneLine replaces control characters: names come from devices, and a line
// break in a header would begin another header.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}
