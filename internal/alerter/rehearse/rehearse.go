// Package rehearse tries rules on what has happened: it gives the past messages of
// ecg.events and ecg.status to the engine, lets time pass as it did, and counts
// whom the rules would have told of what. Nobody is told.
package rehearse

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Day is one patient's alarms on one day, UTC, of the times at which the messages
// came.
type Day struct {
	Patient, Date     string
	High, Medium, Low int
	// Messages to people, acknowledged by nobody.
	Messages int
	Rules    map[string]int // alarms by rule
	// Analysed is the time of the signal that was analysed; a recording may have been
	// replayed faster than it was made.
	Analysed time.Duration
}

// Alarms are those of all priorities.
func (d Day) Alarms() int { return d.High + d.Medium + d.Low }

// tickEvery is how finely time passes.
const tickEvery = 10 * time.Second

// Rehearsal is one try of the rules.
type Rehearsal struct {
	engine *engine.Engine
	store  *state.Store
	now    time.Time
	days   map[[2]string]*Day
	// Refused counts messages that made no sense.
	Refused int
}

// New returns a try of the rules.
func New(set *rule.Set) (*Rehearsal, error) {
	r := &Rehearsal{engine: engine.New(set, nil), store: state.New(nil), days: make(map[[2]string]*Day)}
	return r, r.store.Load(0, nil)
}

// Take takes the next message, in the order of their times.
func (r *Rehearsal) Take(m kafka.Message) error {
	if err := r.Pass(m.Time); err != nil {
		return err
	}
	return r.step(func(s *engine.Step) error {
		at := engine.Arrival{Received: r.now}
		var patient string
		err := fmt.Errorf("topic %s is not for rehearsals", m.Topic)
		switch m.Topic {
		case kafka.TopicEvents:
			var ev holterv1.Event
			if err = unmarshal(m.Value, &ev); err == nil {
				patient, err = ev.Patient, s.Event(&ev, at)
			}
		case kafka.TopicWindows:
			var w holterv1.Window
			if err = unmarshal(m.Value, &w); err == nil {
				repeated := s.Repeated
				if err = s.Window(&w, at); err == nil && s.Repeated == repeated {
					r.day(w.Patient).Analysed += time.Duration(w.EndTimeNs - w.StartTimeNs)
				}
				patient = w.Patient
			}
		case kafka.TopicStatus:
			var signal holterv1.DeviceSignal
			if err = unmarshal(m.Value, &signal); err == nil {
				patient, err = signal.GetStatus().GetPatient(), s.Signal(&signal, at)
			}
		}
		if err == nil && patient != "" {
			r.day(patient)
		}
		if errors.Is(err, engine.ErrRefused) {
			r.Refused++
			return nil
		}
		return err
	})
}

func unmarshal(value []byte, into proto.Message) error {
	if err := proto.Unmarshal(value, into); err != nil {
		return fmt.Errorf("%w: %w", engine.ErrRefused, err)
	}
	return nil
}

// Pass lets time pass until then.
func (r *Rehearsal) Pass(until time.Time) error {
	if r.now.IsZero() {
		r.now = until
	}
	health := func(topic string, _ int) engine.Health {
		// The analysis left no trace of when it was behind.
		return engine.Health{Owned: true, Current: topic != kafka.TopicProgress}
	}
	for r.now.Before(until) {
		r.now = r.now.Add(min(tickEvery, until.Sub(r.now)))
		if err := r.step(func(s *engine.Step) error { return s.Tick(health) }); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rehearsal) step(work func(*engine.Step) error) error {
	var step *engine.Step
	err := r.store.Update(0, func(tx *state.Tx) error {
		step = r.engine.Begin(tx, 0, r.now)
		if err := work(step); err != nil {
			return err
		}
		for _, n := range step.Notifications {
			tx.Told(n)
		}
		records, err := tx.Unpublished(len(step.Alerts) + 100)
		tx.Published(records)
		return err
	})
	if err != nil {
		return err
	}
	for _, a := range step.Alerts {
		if a.State == alert.Triggered && a.Raised.Equal(r.now) && a.HeldBy == "" {
			r.count(a)
		}
	}
	for _, n := range step.Notifications {
		if n.Alert.State == alert.Triggered {
			r.day(n.Alert.Patient).Messages++
		}
	}
	return nil
}

func (r *Rehearsal) count(a alert.Alert) {
	d := r.day(a.Patient)
	switch a.Priority {
	case alert.High:
		d.High++
	case alert.Medium:
		d.Medium++
	default:
		d.Low++
	}
	d.Rules[a.Rule]++
}

func (r *Rehearsal) day(patient string) *Day {
	key := [2]string{patient, r.now.UTC().Format(time.DateOnly)}
	d, known := r.days[key]
	if !known {
		d = &Day{Patient: patient, Date: key[1], Rules: make(map[string]int)}
		r.days[key] = d
	}
	return d
}

// Days are the patient-days on which anything came, by patient and date.
func (r *Rehearsal) Days() []Day {
	var all []Day
	for d := range maps.Values(r.days) {
		all = append(all, *d)
	}
	slices.SortFunc(all, func(a, b Day) int { return cmp.Or(cmp.Compare(a.Patient, b.Patient), cmp.Compare(a.Date, b.Date)) })
	return all
}
