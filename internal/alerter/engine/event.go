package engine

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	// keepEvents is how long it is remembered which events were counted. An
	// analyzer that starts again repeats its latest events only.
	keepEvents = 24 * time.Hour
	// keepRecordings is how long it is remembered how far a recording went:
	// one without an end has its last events repeated at every start.
	keepRecordings = 400 * 24 * time.Hour
	// keepClosed is how long an alert that is over stays in ecg.alerts.
	keepClosed = 30 * 24 * time.Hour
	// keepCommands is longer than a command may be on its way, and than an
	// acknowledge link lives.
	keepCommands = 30 * 24 * time.Hour
)

// ErrRefused is returned for a message that makes no sense. It is to be passed
// over; the state is as before.
var ErrRefused = errors.New("message makes no sense")

// contribution is what a message adds to what was known, in nanoseconds since
// the Unix epoch.
type contribution struct {
	units      []int64 // beats, or the start of an episode, in order
	start, end int64   // the stretch of signal that is new in the event

	beats map[int64]beat // by unit, where what comes before is known
}

// Event takes a message of ecg.events.
func (s *Step) Event(ev *holterv1.Event, at Arrival) error {
	if err := checkEvent(ev); err != nil {
		return err
	}
	added, err := s.account(ev, at)
	if err != nil {
		return err
	}
	if added == nil {
		s.Repeated++
		return s.closed(ev, at)
	}
	if err := s.expire(ev.Patient, ev.Device, added.first(), false); err != nil {
		return err
	}
	for _, r := range s.rulesOf(ev.Patient) {
		if !r.Wants(ev) {
			continue
		}
		if err := s.evaluate(r, ev, added, at); err != nil {
			return err
		}
	}
	return s.closed(ev, at)
}

// closed takes note that no beat of its kind follows those of an event, as far as
// that is so, and tells what the message has brought about.
func (s *Step) closed(ev *holterv1.Event, at Arrival) error {
	if seen, known := s.tx.Seen(ev.Id); known && !ev.Open {
		for _, r := range s.rulesOf(ev.Patient) {
			if r.Pattern == nil || !r.Wants(ev) {
				continue
			}
			w, err := s.tx.Window(r.Name, ev.Patient, ev.Device)
			if err != nil {
				return err
			}
			last, found := slices.BinarySearch(w.Times, seen.LastBeat)
			if !found {
				continue
			}
			h, met := recurred(&w, last, true, r.Pattern)
			if met && (r.Confirm <= 1 || windows(w, h.first) >= r.Confirm) {
				if err := s.met(r, about(ev), h, w, at); err != nil {
					return err
				}
			}
			if err := s.tx.SetWindow(r.Name, ev.Patient, ev.Device, w); err != nil {
				return err
			}
		}
	}
	return s.settle()
}

func checkEvent(ev *holterv1.Event) error {
	switch {
	case !state.Fits(ev.Id), !state.Fits(ev.Patient), !state.Fits(ev.Device):
		return fmt.Errorf("%w: event %q of patient %q and device %q", ErrRefused, ev.Id, ev.Patient, ev.Device)
	case ev.EndTimeNs < ev.StartTimeNs || ev.StartTimeNs <= 0:
		return fmt.Errorf("%w: event %s begins at %d and ends at %d", ErrRefused, ev.Id, ev.StartTimeNs, ev.EndTimeNs)
	}
	return nil
}

// account returns what is new in the message, nil when nothing is, and
// remembers it.
func (s *Step) account(ev *holterv1.Event, at Arrival) (*contribution, error) {
	seen, again := s.tx.Seen(ev.Id)
	recording, known, err := s.tx.Recording(ev.Patient, ev.Device, ev.Recording)
	if err != nil {
		return nil, err
	}
	if !again && known && ev.EndTimeNs <= recording.End && s.now.Sub(recording.Received) > keepEvents {
		return nil, nil // it was counted and is forgotten
	}
	if !again {
		seen.End = ev.StartTimeNs
	}
	c := &contribution{start: seen.End, end: max(seen.End, ev.EndTimeNs)}
	if condition, ok := localize.ByCode(ev.Kind); ok && condition.Kind == localize.Beat {
		c.units = after(ev.NewBeatTimesNs, seen.LastBeat)
		c.beats = beatsOf(ev)
	} else if !again {
		c.units = []int64{ev.StartTimeNs}
	}
	if again && len(c.units) == 0 && c.start == c.end {
		return nil, nil
	}
	if n := len(c.units); n > 0 {
		seen.LastBeat = c.units[n-1]
	}
	seen.End, seen.Received = c.end, at.Received.UnixNano()
	s.tx.SetSeen(ev.Id, seen)
	recording.End, recording.Received = max(recording.End, c.end), at.Received
	return c, s.tx.SetRecording(ev.Patient, ev.Device, ev.Recording, recording)
}

// first is the earliest that the message tells of.
func (c *contribution) first() int64 {
	if len(c.units) > 0 {
		return c.units[0]
	}
	return c.start
}

// beatsOf are the message's beats, with what came before them as far as the
// version knew that has written it.
func beatsOf(ev *holterv1.Event) map[int64]beat {
	all := make(map[int64]beat, len(ev.NewBeatTimesNs))
	for i, t := range ev.NewBeatTimesNs {
		b := beat{at: t}
		if len(ev.PreviousBeatTimesNs) == len(ev.NewBeatTimesNs) {
			if before := ev.PreviousBeatTimesNs[i]; before != 0 && before < t {
				b.rr = t - before
			}
		}
		if len(ev.BeatsBetween) == len(ev.NewBeatTimesNs) && ev.BeatsBetween[i] >= 0 {
			b.others = int64(ev.BeatsBetween[i]) + 1
		}
		all[t] = b
	}
	return all
}

// after returns the times past last, in order and each once.
func after(times []int64, last int64) []int64 {
	var all []int64
	for _, t := range times {
		if t > last {
			all = append(all, t)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// evaluate applies one rule to what a message adds.
func (s *Step) evaluate(r *rule.Rule, ev *holterv1.Event, added *contribution, at Arrival) error {
	w, err := s.tx.Window(r.Name, ev.Patient, ev.Device)
	if err != nil {
		return err
	}
	points := added.units
	if r.Duration != nil {
		points = []int64{added.end}
	}
	for _, point := range points {
		earliest := point
		if r.Duration != nil {
			earliest = added.start
		}
		over, err := s.over(r, ev.Patient, ev.Device, earliest)
		if err != nil {
			return err
		}
		if over != nil {
			if err := s.tx.SetWindow(r.Name, ev.Patient, ev.Device, w); err != nil {
				return err
			}
			if err := s.resolve(*over, s.notMet(*over)); err != nil {
				return err
			}
			if w, err = s.tx.Window(r.Name, ev.Patient, ev.Device); err != nil {
				return err
			}
		}
		b := added.beats[point]
		b.at = point
		h, met := observe(r, &w, added.start, b)
		contribute(&w, ev, point)
		if !met || r.Confirm > 1 && windows(w, h.first) < r.Confirm {
			continue
		}
		if err := s.met(r, about(ev), h, w, at); err != nil {
			return err
		}
	}
	return s.tx.SetWindow(r.Name, ev.Patient, ev.Device, w)
}
