package notify

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/state"
)

// Every kind of message as its reader in Berlin gets it.
func TestTexts(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at := time.Date(2026, 3, 28, 22, 59, 58, 0, time.UTC) // an hour before midnight there
	const link = "https://holter.example/alerts/acknowledge?t=x"
	run := alert.Alert{
		Priority: alert.High, Class: alert.Physiological, State: alert.Triggered, Patient: "p7", Device: "chest-7", Rule: "ventricular-run",
		Title: "Run: Premature ventricular contraction", Confidence: 0.87, Start: at, Updated: at.Add(1500 * time.Millisecond),
		Message: "Patient p7, Premature ventricular contraction: 4 beats in a row at 120 per minute from 2026-03-28 22:59:58 UTC.",
	}
	over, seen, st, press, silent, slow, pause := run, run, run, run, run, run, run
	over.State, over.Message = alert.Resolved, "Not met any more since 2026-03-28 23:10:00 UTC (rule: over after 5m)."
	over.Updated = at.Add(10 * time.Minute)
	seen.State, seen.Assignee = alert.Acknowledged, "nurse-a"
	seen.Note(alert.Change{At: at.Add(time.Minute), What: "acknowledged", By: "nurse-a"})
	st.ST, st.Priority, st.Title = &alert.ST{Evidence: "both"}, alert.Medium, "ST depression −210 µV in lead II, 4 min"
	st.Start, st.Message = at.Add(-4*time.Minute), "Patient p7, ST depression −210 µV in lead II, 4 min so far, since 2026-03-28 22:55:58 UTC."
	press.Pressed, press.Priority, press.Title, press.Rule, press.Confidence = at, alert.Medium, "Symptom button pressed", "symptom", 0
	press.Updated = at
	press.Message = "Patient p7 pressed the symptom button of device chest-7 at 2026-03-28 22:59:58 UTC. Note: dizzy. No alert about the heart was open."
	slow.Title, slow.Rule, slow.Confidence, slow.Value, slow.Unit = "Slow heart: 38 per minute", "bradycardia", 0, 38.2, "/min"
	slow.Message = "Patient p7: mean heart rate 38 per minute over 1m up to 2026-03-28 22:59:58 UTC, below 40."
	pause.Title, pause.Rule, pause.Confidence, pause.Value, pause.Unit = "Pause of 3.2 s", "pause", 0, 3.2, "s"
	pause.Message = "Patient p7: no beat for 3.2 s from 2026-03-28 22:59:58 UTC to 2026-03-28 23:00:01 UTC."
	silent.Class, silent.Priority, silent.Title, silent.Rule, silent.Confidence = alert.Technical, alert.Medium, "No signal from device chest-7", "device-silent", 0
	silent.Message = "Nothing new from device chest-7 of patient p7 since 2026-03-28 22:59:58 UTC (5m)."
	silent.Updated = at.Add(26 * time.Hour) // the clocks were put forward meanwhile

	var all strings.Builder
	show := func(name string, m Message) {
		l := compose(m)
		all.WriteString("== " + name + "\n" + l.Title + "\n" + l.text() + "\n\n")
	}
	message := func(a alert.Alert) Message {
		return Message{Notification: state.Notification{Alert: a}, Zone: berlin, Link: link}
	}
	withPicture := message(run)
	withPicture.Picture = []byte("png")
	show("run", withPicture)
	late := message(run)
	late.Missing, late.Also = "it was not ready in time", []alert.Alert{st}
	show("run, no picture, with another alert", late)
	inUTC := message(run)
	inUTC.Zone, inUTC.Link = nil, ""
	show("run, for a program", inUTC)
	show("ST episode", message(st))
	pressed := message(press)
	pressed.Rhythm = "heart rate 74 per minute; Premature ventricular contraction (6 beats; very likely, 87 %)"
	show("symptom button", pressed)
	show("slow heart", message(slow))
	show("pause", message(pause))
	show("technical", message(silent))
	over2, seen2 := message(over), message(seen)
	over2.Link, seen2.Link = "", ""
	show("over", over2)
	show("acknowledged", seen2)
	golden.Assert(t, all.String(), "texts.golden")
}

func TestSure(t *testing.T) {
	for confidence, want := range map[float64]string{
		0.99: "almost certain, 99 %", 0.87: "very likely, 87 %", 0.7: "likely, 70 %", 0.5: "as likely as not, 50 %", 0.2: "doubtful, 20 %",
	} {
		require.Equal(t, want, alert.Sure(confidence))
	}
}

func TestShorten(t *testing.T) {
	require.Equal(t, "short", shorten("short", 5))
	require.Equal(t, "ää …", shorten(strings.Repeat("ä", 20), 9))
	require.LessOrEqual(t, len(shorten(strings.Repeat("ä", 5000), ntfyText)), ntfyText)
}
