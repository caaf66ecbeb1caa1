package engine

import (
	"fmt"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Command takes a message of ecg.commands. One that comes again changes
// nothing.
func (s *Step) Command(c *holterv1.AlertCommand) error {
	if seen := c.GetDeviceSeen(); seen != nil {
		return s.deviceSeen(seen)
	}
	if c.Id == "" || c.By == "" || !state.Fits(c.Patient) || c.Action == nil {
		return fmt.Errorf("%w: command %q by %q about patient %q", ErrRefused, c.Id, c.By, c.Patient)
	}
	open, err := s.find(c.Patient, c.Alert)
	if err != nil {
		return err
	}
	if s.tx.Commanded(c.Id, s.now) {
		s.Repeated++
		return nil
	}
	change := alert.Change{At: s.now.UTC(), By: c.By, Why: c.Reason, Command: c.Id}
	if c.TimeNs > 0 && c.TimeNs < s.now.UnixNano() {
		change.At = time.Unix(0, c.TimeNs).UTC()
	}
	switch action := c.Action.(type) {
	case *holterv1.AlertCommand_Acknowledge_:
		return s.acknowledge(open, change)
	case *holterv1.AlertCommand_Assign_:
		return s.assign(open, change, action.Assign.GetTo())
	case *holterv1.AlertCommand_Silence_:
		return s.silenceAlert(open, change, time.Unix(0, action.Silence.GetUntilNs()))
	case *holterv1.AlertCommand_Escalate_:
		return s.escalateNow(open, change)
	case *holterv1.AlertCommand_Note_:
		return s.remark(open, change)
	case *holterv1.AlertCommand_Resolve_:
		change.What = "resolved"
		open.Alert.Note(change)
		text := "Declared over by " + c.By
		if c.Reason != "" {
			text += ": " + c.Reason
		}
		return s.resolve(open, ending{text: text + "."})
	default:
		return fmt.Errorf("%w: command %q asks for something that this version does not know", ErrRefused, c.Id)
	}
}

// find returns the patient's open alert of that id or key.
func (s *Step) find(patient, name string) (state.OpenAlert, error) {
	all, err := s.tx.OpenOf(patient)
	if err != nil {
		return state.OpenAlert{}, err
	}
	for _, open := range all {
		if open.Alert.ID == name || open.Alert.Key == name {
			return open, nil
		}
	}
	return state.OpenAlert{}, fmt.Errorf("%w: patient %s has no open alert %q (any more)", ErrRefused, patient, name)
}

func (s *Step) acknowledge(open state.OpenAlert, change alert.Change) error {
	change.What = "acknowledged"
	again := open.Alert.State == alert.Acknowledged
	open.Alert.Note(change)
	open.Alert.State, open.Due = alert.Acknowledged, time.Time{}
	if err := s.withdraw(&open, true); err != nil {
		return err
	}
	if !again {
		if err := s.tellOn(open, change.By); err != nil {
			return err
		}
	}
	return s.record(open)
}

func (s *Step) assign(open state.OpenAlert, change alert.Change, to string) error {
	if to == "" {
		return fmt.Errorf("%w: command %q assigns to nobody", ErrRefused, change.Command)
	}
	change.What = "assigned to " + to
	open.Alert.Note(change)
	open.Alert.Assignee = to
	if p := s.set.Person(to); p != nil && to != change.By {
		if err := s.tellPerson(&open, p); err != nil {
			return err
		}
	}
	return s.record(open)
}

// escalateNow takes the next step before it is due; of an alert that nobody is
// notified of, too: somebody wants it.
func (s *Step) escalateNow(open state.OpenAlert, change alert.Change) error {
	policy := s.policyOf(open.Alert)
	if policy == nil {
		return s.refuse(open, change, "escalation refused", fmt.Sprintf("the rule %s has no policy that says whom to tell", open.Alert.Rule))
	}
	change.What = "escalated by hand"
	open.Alert.Note(change)
	acknowledged := open.Alert.State == alert.Acknowledged
	if err := s.escalate(&open, policy); err != nil {
		return err
	}
	if acknowledged {
		open.Due = time.Time{} // it goes no further by itself
	}
	return s.record(open)
}

// refuse notes in the alert's history, where who asked looks, that something is
// not done.
func (s *Step) refuse(open state.OpenAlert, change alert.Change, what, why string) error {
	if change.Why != "" {
		why += "; asked for because: " + change.Why
	}
	change.What, change.Why = what, why
	open.Alert.Note(change)
	return s.record(open)
}

func (s *Step) remark(open state.OpenAlert, change alert.Change) error {
	if change.Why == "" {
		return fmt.Errorf("%w: command %q is a note without a text", ErrRefused, change.Command)
	}
	change.What = "note"
	open.Alert.Note(change)
	return s.record(open)
}

func (s *Step) silenceAlert(open state.OpenAlert, change alert.Change, until time.Time) error {
	if change.Why == "" || !until.After(s.now) {
		return fmt.Errorf("%w: command %q silences without a reason or an end to come", ErrRefused, change.Command)
	}
	until = until.UTC()
	change.What = "silenced until " + clock(until)
	open.Alert.Note(change)
	open.Alert.SilencedUntil = until
	if err := s.withdraw(&open, true); err != nil {
		return err
	}
	silence := state.Silence{Until: until, By: change.By, Reason: change.Why}
	if err := s.tx.SetSilence(open.Alert.Patient, open.Alert.Key, silence); err != nil {
		return err
	}
	return s.record(open)
}
