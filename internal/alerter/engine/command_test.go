package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// team is a file of rules with people: ann is on call by day in Berlin, ben
// otherwise; chris comes second.
const team = `
version: 1
delivery: {group: %s}
policy: default
policies:
  - {name: default, repeat: 10m, steps: [{tell: [duty]}, {after: 5m, tell: [doctors]}]}
people:
  - {name: ann, zone: Europe/Berlin, channels: [ann-ntfy, ann-mail]}
  - {name: ben, channels: [ben-ntfy], quiet: {from: "22:00", to: "07:00"}}
  - {name: chris, channels: [chris-ntfy]}
groups:
  - {name: doctors, members: [chris]}
on_call:
  - {name: duty, zone: Europe/Berlin, shifts: [{from: "08:00", to: "20:00", who: [ann]}], otherwise: [ben]}
rules:
  - {name: run, priority: high, run: {kinds: [V], at_least: 3}, resolve_after: 1h}
  - {name: count, priority: low, count: {kinds: [A], at_least: 2, within: 1h}, resolve_after: 24h}
  - {name: more, priority: medium, count: {kinds: [A], at_least: 3, within: 1h}, resolve_after: 24h}
  - {name: contact, priority: medium, leads_off: {for: 30s}, holds_back: medium, policy: default}
`

func newTeam(t *testing.T, group string) *bench {
	b := newBench(t, countRule)
	set, err := rule.Parse("team.yaml", fmt.Appendf(nil, team, group))
	require.NoError(t, err)
	b.engine = engine.New(set, []string{"hook"})
	return b
}

// sent delivers what is due of the notifications that were made since the last
// call, and returns them all: "target rule state in wait with others".
func (b *bench) sent() []string {
	all := []string{}
	for _, n := range b.notifications {
		text := fmt.Sprintf("%s %s %s", n.Target, n.Alert.Rule, n.Alert.State)
		if wait := n.Next.Sub(n.Made); wait > 0 {
			text += " in " + wait.String()
		}
		for _, a := range n.Also {
			text += " with " + a.Rule
		}
		all = append(all, text)
	}
	for _, n := range b.notifications {
		if !n.Next.After(b.now) {
			b.do(func(s *engine.Step) error { return s.Delivered(n) })
		}
	}
	b.notifications = nil
	return all
}

// decide gives a command about the alert of a rule.
func (b *bench) decide(id, rule string, action func(*holterv1.AlertCommand)) error {
	c := &holterv1.AlertCommand{Id: id, Patient: "p", Alert: rule + "/p", By: "ann"}
	action(c)
	var failure error
	b.do(func(s *engine.Step) error { failure = s.Command(c); return nil })
	return failure
}

func acknowledge(c *holterv1.AlertCommand) {
	c.Action = &holterv1.AlertCommand_Acknowledge_{Acknowledge: &holterv1.AlertCommand_Acknowledge{}}
}

func history(a alert.Alert) string {
	var all []string
	for _, c := range a.History {
		all = append(all, fmt.Sprintf("%s by %s: %s", c.What, c.By, c.Why))
	}
	return strings.Join(all, "\n")
}

func (b *bench) last() alert.Alert { return b.alerts[len(b.alerts)-1] }

func TestEscalation(t *testing.T) {
	b := newTeam(t, "0s") // noon is 13:00 in Berlin: ann's shift
	b.events(beats("a", 1, 1.5, 2))
	require.Equal(t, []string{"hook run triggered", "ann-ntfy run triggered", "ann-mail run triggered"}, b.sent())
	b.pass(5*time.Minute - time.Second)
	require.Empty(t, b.sent())
	b.pass(time.Second)
	require.Equal(t, []string{"chris-ntfy run triggered"}, b.sent())
	for range 3 {
		b.pass(10 * time.Minute)
		require.Equal(t, []string{"chris-ntfy run triggered"}, b.sent(), "until somebody acknowledges it")
	}
	require.NoError(t, b.decide("c1", "run", acknowledge))
	require.Equal(t, []string{"hook run acknowledged", "chris-ntfy run acknowledged"}, b.sent(), "the others; ann knows")
	b.pass(20 * time.Minute)
	require.Empty(t, b.sent())
	require.NoError(t, b.decide("c1", "run", acknowledge))
	require.Empty(t, b.sent(), "a command counts once")
	require.Equal(t, 1, b.repeated)

	b.pass(time.Hour)
	require.Equal(t, []string{"hook run resolved", "ann-ntfy run resolved", "ann-mail run resolved", "chris-ntfy run resolved"}, b.sent())
	require.Equal(t, `triggered by holter: 
told by holter: step 1, to ann
escalated by holter: step 2, to chris
repeated by holter: step 2, to chris
repeated by holter: step 2, to chris
repeated by holter: step 2, to chris
acknowledged by ann: 
resolved by holter: Not met any more since 2020-01-01 00:00:02 UTC (rule: over after 1h).`, history(b.last()))
	require.ErrorIs(t, b.decide("c2", "run", acknowledge), engine.ErrRefused, "it is over")
}

func TestOnCallAndQuietHours(t *testing.T) {
	b := newTeam(t, "0s")
	b.now = time.Date(2026, 3, 1, 22, 30, 0, 0, time.UTC) // 23:30 in Berlin: ben, who sleeps
	a := with(beats("a", 1, 2), func(e *holterv1.Event) { e.Kind = "A" })
	b.events(a)
	require.Equal(t, []string{"hook count triggered", "ben-ntfy count triggered in 8h30m0s"}, b.sent(), "low priority waits for the morning")
	b.events(beats("v", 1, 1.5, 2))
	require.Equal(t, []string{"hook run triggered", "ben-ntfy run triggered"}, b.sent(), "high priority waits for nobody")
	require.NoError(t, b.decide("c", "count", acknowledge))
	require.Equal(t, []string{"hook count acknowledged"}, b.sent(), "ben has not heard of it and need not")
	b.do(func(s *engine.Step) error { return nil })
	require.NoError(t, b.store.View(0, func(tx *state.Tx) error {
		pending, err := tx.Pending()
		require.NoError(t, err)
		for _, n := range pending {
			require.False(t, n.Person == "ben" && n.Alert.Rule == "count")
		}
		return nil
	}))
}

func TestGroupingNeverDelaysHighPriority(t *testing.T) {
	b := newTeam(t, "30s")
	a := with(beats("a", 1, 2, 3), func(e *holterv1.Event) { e.Kind = "A" })
	b.events(a)
	require.Equal(t, []string{
		"hook more triggered", "ann-ntfy more triggered in 30s", "ann-mail more triggered in 30s",
		"hook count triggered", "ann-ntfy more triggered in 30s with count", "ann-mail more triggered in 30s with count",
	}, b.sent())
	b.events(beats("v", 1, 1.5, 2))
	require.Equal(t, []string{"hook run triggered", "ann-ntfy run triggered", "ann-mail run triggered"}, b.sent())
}

func TestSilence(t *testing.T) {
	b := newTeam(t, "0s")
	silence := func(until time.Time, why string) func(*holterv1.AlertCommand) {
		return func(c *holterv1.AlertCommand) {
			c.Reason = why
			c.Action = &holterv1.AlertCommand_Silence_{Silence: &holterv1.AlertCommand_Silence{UntilNs: until.UnixNano()}}
		}
	}
	b.events(beats("a", 1, 1.5, 2))
	b.sent()
	require.ErrorIs(t, b.decide("c0", "run", silence(b.now.Add(time.Hour), "")), engine.ErrRefused, "a silence has a reason")
	require.ErrorIs(t, b.decide("c1", "run", silence(b.now, "x")), engine.ErrRefused, "and an end to come")
	require.NoError(t, b.decide("c2", "run", silence(b.now.Add(30*time.Minute), "electrodes are changed")))
	b.pass(30*time.Minute - time.Second)
	require.Empty(t, b.sent(), "nobody is told meanwhile")
	b.pass(time.Second)
	require.Equal(t, []string{"hook run triggered", "chris-ntfy run triggered"}, b.sent()[:2], "it is still open: told anew, one step on")
	require.Contains(t, history(b.last()), "silenced until 2026-03-01 12:30:00 UTC by ann: electrodes are changed")

	b = newTeam(t, "0s")
	b.events(beats("a", 1, 1.5, 2))
	require.NoError(t, b.decide("c3", "run", silence(b.now.Add(3*time.Hour), "known")))
	b.pass(time.Hour) // it is over
	b.sent()
	b.events(beats("b", 101, 101.5, 102))
	require.Equal(t, alert.Triggered, b.last().State)
	require.Empty(t, b.sent(), "the next alert of the key is silenced too")
}

func TestAssignAndResolve(t *testing.T) {
	b := newTeam(t, "0s")
	b.events(beats("a", 1, 1.5, 2))
	b.sent()
	require.NoError(t, b.decide("c1", "run", func(c *holterv1.AlertCommand) {
		c.Action = &holterv1.AlertCommand_Assign_{Assign: &holterv1.AlertCommand_Assign{To: "ben"}}
	}))
	require.Equal(t, "ben", b.last().Assignee)
	require.Equal(t, []string{"ben-ntfy run triggered"}, b.sent())
	require.NoError(t, b.decide("c2", "run", func(c *holterv1.AlertCommand) {
		c.Reason, c.Action = "artefact", &holterv1.AlertCommand_Resolve_{Resolve: &holterv1.AlertCommand_Resolve{}}
	}))
	require.Equal(t, alert.Resolved, b.last().State)
	require.Equal(t, "Declared over by ann: artefact.", b.last().Message)
	require.ErrorIs(t, b.decide("", "run", acknowledge), engine.ErrRefused)
}

func TestTechnicalAlertHoldsBack(t *testing.T) {
	b := newTeam(t, "0s")
	off := heard(1)
	off.LeadsOff, off.TimeNs = []string{"I"}, b.now.UnixNano()
	b.status(off)
	b.pass(30 * time.Second)
	require.Equal(t, []string{"hook contact triggered", "ann-ntfy contact triggered", "ann-mail contact triggered"}, b.sent())
	beat := heard(2)
	beat.Heartbeat = true
	b.status(beat)
	b.pass(time.Second)
	require.Empty(t, b.sent(), "a heartbeat knows nothing of leads")

	b.events(with(beats("a", 1, 2, 3), func(e *holterv1.Event) { e.Kind = "A" }))
	require.Empty(t, b.sent())
	require.Equal(t, "contact/p/d", b.last().HeldBy)
	b.events(beats("v", 4, 4.5, 5))
	require.Equal(t, []string{"hook run triggered", "ann-ntfy run triggered", "ann-mail run triggered"}, b.sent(), "high priority is not held back")

	on := heard(3)
	on.TimeNs = b.now.UnixNano()
	b.status(on)
	b.pass(time.Second)
	require.Equal(t, alert.Resolved, b.alerts[len(b.alerts)-1].State)
	b.sent()
	b.pass(time.Second)
	require.Equal(t, []string{
		"hook count triggered", "ann-ntfy count triggered", "ann-mail count triggered",
		"hook more triggered", "ann-ntfy more triggered", "ann-mail more triggered",
	}, b.sent(), "what is still open is told of now")
}

func TestDeviceFaults(t *testing.T) {
	b := newBench(t, `
		name: battery, priority: low, battery: {below: 15}
		name: clock, priority: low, clock: {off_by: 1m}
		name: behind, priority: medium, behind: {for: 5m}`)
	say := func(battery, ahead, sample float64) {
		st := heard(sample)
		st.BatteryPercent = &battery
		st.TimeNs = b.now.Add(time.Duration(ahead) * time.Second).UnixNano()
		b.status(st)
		b.pass(time.Second)
	}
	names := func() (all []string) {
		for _, a := range b.alerts {
			all = append(all, a.Rule+" "+a.State.String())
		}
		b.alerts = nil
		return all
	}
	progress := func(until float64) {
		b.do(func(s *engine.Step) error {
			return s.Progress(&holterv1.Progress{Patient: "p", Device: "d", AnalysedUntilNs: at(until)})
		})
	}
	say(15, 0, 1)
	progress(1)
	require.Empty(t, names())
	say(14, 0, 2)
	require.Equal(t, []string{"battery triggered"}, names())
	say(19, 0, 3)
	require.Empty(t, names(), "it does not come and go")
	say(21, -61, 4)
	require.Equal(t, []string{"battery resolved", "clock triggered"}, names())
	say(21, 0, 5)
	require.Equal(t, []string{"clock resolved"}, names())

	say(21, 0, 200)
	b.pass(5 * time.Minute)
	require.Equal(t, []string{"behind triggered"}, names())
	progress(199)
	b.pass(time.Second)
	require.Equal(t, []string{"behind resolved"}, names())
}

func TestConfirmationInSeveralWindows(t *testing.T) {
	b := newBench(t, `name: count, priority: low, count: {kinds: [V], at_least: 2, within: 1m}, confirm: 2`)
	in := func(window string) func(*holterv1.Event) {
		return func(e *holterv1.Event) { e.Window = window }
	}
	b.events(with(beats("a", 1, 2, 3), in("w1")))
	require.Empty(t, b.alerts)
	b.events(with(beats("b", 9), in("w2")))
	require.Equal(t, []string{"triggered count p 1-9"}, b.log())
}

func TestSymptomButton(t *testing.T) {
	b := newBench(t, runRule+"\nname: symptom, priority: medium, button: {}, resolve_after: 10m")
	b.events(beats("a", 1, 1.5, 2))
	press := func(note string) {
		b.do(func(s *engine.Step) error {
			button := &holterv1.ButtonPress{Device: "d", Patient: "p", TimeNs: at(60), Note: note}
			return s.Signal(&holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Button{Button: button}}, engine.Arrival{Received: b.now})
		})
	}
	press("dizzy")
	require.Equal(t, "Patient p pressed the symptom button of device d at 2020-01-01 00:01:00 UTC. Note: dizzy. "+
		"Open at that time: Run: Premature ventricular contraction, since 2020-01-01 00:00:01 UTC.", b.last().Message)
	press("again")
	require.Equal(t, b.alerts[1].ID, b.last().ID, "one open alert")
	require.Contains(t, history(b.last()), "pressed again by p: again")
}

func TestRulesOfOnePatient(t *testing.T) {
	b := newBench(t, countRule)
	set, err := rule.Parse("rules.yaml", []byte(`
version: 1
rules:
  - {name: count, priority: low, count: {kinds: [V], at_least: 3, within: 10s}, resolve_after: 1m}
patients:
  - patient: p
    author: ann
    reason: known bigeminy
    from: 2026-03-02T00:00:00Z
    rules:
      - {name: count, priority: medium, count: {kinds: [V], at_least: 4, within: 10s}, resolve_after: 1m}
  - {patient: p, author: ben, reason: ablation, from: 2026-03-03T00:00:00Z, without: [count]}
`))
	require.NoError(t, err)
	b.engine = engine.New(set, nil)
	b.events(beats("a", 1, 2, 3))
	require.Equal(t, alert.Low, b.last().Priority, "not in force yet")
	b.pass(time.Minute)
	b.now = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	b.alerts = nil
	b.events(beats("b", 101, 102, 103))
	require.Empty(t, b.alerts)
	b.events(with(beats("q", 101, 102, 103), func(e *holterv1.Event) { e.Patient = "q" }))
	require.Equal(t, alert.Low, b.last().Priority, "another patient")
	b.events(beats("c", 104))
	require.Equal(t, alert.Medium, b.last().Priority)
	require.Contains(t, history(b.last()), "rules of the patient by ann, from 2026-03-02: known bigeminy")
	b.now = time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC)
	b.pass(0)
	var ends []string
	for _, a := range b.alerts[2:] {
		ends = append(ends, a.Patient+": "+a.Message)
	}
	require.Contains(t, ends, "p: The rule was taken out of the rules.")
}

func TestEscalationByHandAndNotes(t *testing.T) {
	escalate := func(c *holterv1.AlertCommand) {
		c.Action = &holterv1.AlertCommand_Escalate_{Escalate: &holterv1.AlertCommand_Escalate{}}
	}
	note := func(text string) func(*holterv1.AlertCommand) {
		return func(c *holterv1.AlertCommand) {
			c.Reason, c.Action = text, &holterv1.AlertCommand_Note_{Note: &holterv1.AlertCommand_Note{}}
		}
	}
	b := newTeam(t, "0s")
	b.events(beats("a", 1, 1.5, 2))
	b.sent()
	require.NoError(t, b.decide("c1", "run", acknowledge))
	b.sent()
	require.NoError(t, b.decide("c2", "run", escalate))
	require.Equal(t, []string{"chris-ntfy run acknowledged"}, b.sent())
	b.pass(30 * time.Minute)
	require.Empty(t, b.sent(), "it goes no further by itself")
	require.ErrorIs(t, b.decide("c3", "run", note("")), engine.ErrRefused)
	require.NoError(t, b.decide("c4", "run", note("called, no answer")))
	require.Empty(t, b.sent())
	require.Equal(t, `triggered by holter: 
told by holter: step 1, to ann
acknowledged by ann: 
escalated by hand by ann: 
escalated by holter: step 2, to chris
note by ann: called, no answer`, history(b.last()))
}

func TestAnEscalationThatLeadsNowhereIsToldInTheHistory(t *testing.T) {
	b := newBench(t, `name: run, priority: high, run: {kinds: [V], at_least: 3}, resolve_after: 1h`, "hook")
	b.events(beats("a", 1, 1.5, 2))
	require.True(t, b.last().WithoutPolicy, "so it is refused before it comes here")
	require.NoError(t, b.decide("c1", "run", func(c *holterv1.AlertCommand) {
		c.Reason, c.Action = "nobody comes", &holterv1.AlertCommand_Escalate_{Escalate: &holterv1.AlertCommand_Escalate{}}
	}))
	require.Equal(t, `triggered by holter: 
escalation refused by ann: the rule run has no policy that says whom to tell; asked for because: nobody comes`, history(b.last()))
	require.Zero(t, b.last().Escalated)

	set, err := rule.Parse("rules", []byte(`
version: 1
policy: p
policies: [{name: p, steps: [{tell: [ann]}]}]
people: [{name: ann, channels: [hook]}]
rules: [{name: run, priority: high, run: {kinds: [V], at_least: 3}, resolve_after: 1h}]
`))
	require.NoError(t, err)
	b.engine.Use(set)
	b.do(func(s *engine.Step) error { return s.Reconcile() })
	require.False(t, b.last().WithoutPolicy, "now there is one")
}
