package notify

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/holterd/holter/internal/alerter/alert"
)

// compose writes an alert for people. The title is one line: services put it
// into headers.
func compose(m Message) (title, text string) {
	a := m.Alert
	mark := strings.ToUpper(a.Priority.String())
	switch a.State {
	case alert.Resolved:
		mark = "OVER"
	case alert.Acknowledged:
		mark = "SEEN"
	}
	title = oneLine(fmt.Sprintf("[%s] %s: %s", mark, a.Patient, a.Title))
	var out strings.Builder
	fmt.Fprintln(&out, a.Message)
	if last := len(a.History) - 1; a.State == alert.Acknowledged && last >= 0 {
		fmt.Fprintf(&out, "Acknowledged by %s at %s.\n", a.History[last].By, clock(a.History[last].At))
	}
	if a.Assignee != "" {
		fmt.Fprintf(&out, "Assigned to %s.\n", a.Assignee)
	}
	for _, other := range m.Also {
		fmt.Fprintf(&out, "Also [%s] %s: %s\n", strings.ToUpper(other.Priority.String()), other.Title, other.Message)
	}
	about := "Patient " + a.Patient
	if a.Device != "" {
		about += ", device " + a.Device
	}
	fmt.Fprintf(&out, "%s, %s alert, rule %s.\n", about, a.Class, a.Rule)
	if m.Link != "" {
		fmt.Fprintf(&out, "Acknowledge: %s\n", m.Link)
	}
	out.WriteString("Not a medical device: for research and engineering.")
	return title, inZone(out.String(), m.Zone)
}

// written is how the alerter writes times.
const written = "2006-01-02 15:04:05 UTC"

var times = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`)

func clock(t time.Time) string { return t.UTC().Format(written) }

// inZone rewrites the times in a text for its reader.
func inZone(text string, zone *time.Location) string {
	if zone == nil || zone == time.UTC {
		return text
	}
	return times.ReplaceAllStringFunc(text, func(utc string) string {
		t, err := time.Parse(written, utc)
		if err != nil {
			return utc // looks like a time and is none
		}
		return t.In(zone).Format("2006-01-02 15:04:05 MST")
	})
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
