package notify

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/holterd/holter/internal/alerter/alert"
)

// letter is a message in words.
type letter struct {
	// Title is one line: services put it into headers.
	Title string
	// What was seen, in a few sentences.
	What  string
	Facts []fact
	Also  []string
	// Picture is set where the message may show one.
	Picture bool
	Link    string
}

// fact is a line of a letter.
type fact struct{ Label, Text string }

const disclaimer = "Not a medical device: for research and engineering."

// compose writes an alert for its reader.
func compose(m Message) letter {
	a, zone := m.Alert, m.Zone
	if zone == nil {
		zone = time.UTC
	}
	l := letter{
		Title: oneLine(fmt.Sprintf("[%s] %s: %s", mark(a), a.Patient, a.Title)),
		What:  alert.InZone(a.Message, zone), Link: m.Link, Picture: m.Picture != nil,
	}
	add := func(label, text string) {
		if text != "" {
			l.Facts = append(l.Facts, fact{label, text})
		}
	}
	who := "patient " + a.Patient
	if a.Device != "" {
		who += ", device " + a.Device
	}
	add("Who", who)
	add("When", when(a, zone))
	add("How sure", a.HowSure())
	add("Rhythm", m.Rhythm)
	if last := len(a.History) - 1; a.State == alert.Acknowledged && last >= 0 {
		add("Acknowledged", fmt.Sprintf("by %s at %s", a.History[last].By, alert.Clock(a.History[last].At, zone)))
	}
	add("Assigned", a.Assignee)
	add("Alert", fmt.Sprintf("%s priority, %s, rule %s", a.Priority, a.Class, a.Rule))
	if m.Missing != "" {
		add("No picture of the signal", m.Missing)
	}
	for _, other := range m.Also {
		text := fmt.Sprintf("[%s] %s: %s", mark(other), other.Title, other.Message)
		if sure := other.HowSure(); sure != "" {
			text += " How sure: " + sure + "."
		}
		l.Also = append(l.Also, alert.InZone(text, zone))
	}
	return l
}

func mark(a alert.Alert) string {
	switch a.State {
	case alert.Resolved:
		return "OVER"
	case alert.Acknowledged:
		return "SEEN"
	}
	return strings.ToUpper(a.Priority.String())
}

// text is the letter where only text can be shown.
func (l letter) text() string {
	var out strings.Builder
	fmt.Fprintln(&out, l.What)
	for _, f := range l.Facts {
		fmt.Fprintf(&out, "%s: %s\n", f.Label, f.Text)
	}
	for _, other := range l.Also {
		fmt.Fprintf(&out, "Also %s\n", other)
	}
	if l.Link != "" {
		fmt.Fprintf(&out, "Acknowledge: %s\n", l.Link)
	}
	out.WriteString(disclaimer)
	return out.String()
}

// when is the time that the alert is about, in the reader's zone.
func when(a alert.Alert, zone *time.Location) string {
	from, to := a.Start.In(zone).Truncate(time.Second), a.Updated.In(zone).Truncate(time.Second)
	text := alert.Clock(a.Start, zone)
	switch {
	case a.Start.IsZero():
		return ""
	case !to.After(from):
	case from.Format(time.DateOnly) == to.Format(time.DateOnly) && offset(from) == offset(to):
		text = fmt.Sprintf("%s to %s", from.Format(time.DateTime), to.Format("15:04:05 MST"))
	default:
		text = fmt.Sprintf("%s to %s", text, alert.Clock(a.Updated, zone))
	}
	if zone != time.UTC {
		text += fmt.Sprintf(" (%s)", zone)
	}
	return text
}

func offset(t time.Time) int { _, seconds := t.Zone(); return seconds }

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
