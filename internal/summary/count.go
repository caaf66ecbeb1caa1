package summary

import (
	"cmp"
	"slices"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

// Input is what a summary is made of. Windows, beats and runs may also lie around
// the period, see Context; the rest is looked at only as far as it is in it.
type Input struct {
	Period
	Windows  []influx.Window
	Events   []localize.Event
	Beats    []influx.Beat
	Reviews  []influx.Review // the oldest first
	Coverage archive.Coverage
	Presses  []archive.Press
	Runs     []Run
	Alerts   []alert.Alert
}

// counter is a summary being made.
type counter struct {
	Input
	out     Summary
	windows []influx.Window // those that count
	turns   turns
	beats   []beat // those that count, in order
	events  []event
	review  map[string]influx.Review // that holds, by the event's id
	changed bool                     // by a review: beats count as another kind, or not at all
}

// beat is an abnormal beat that counts.
type beat struct {
	influx.Beat
	untimed bool // Time is the start of its event
}

// event is an event that counts, as what it counts.
type event struct {
	localize.Event
	condition localize.Condition
}

// Summary adds up.
func (in Input) Summary() Summary {
	c := &counter{Input: in, review: influx.Newest(in.Reviews)}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	c.out = Summary{
		Patient: in.Patient, From: in.From.UTC(), To: in.To.UTC(), Zone: c.Zone.String(),
		Kinds: []Kind{}, Rhythms: []Rhythm{}, ST: []STEpisode{}, Symptoms: []Symptom{},
		Alerts: []alert.Alert{}, Reviews: []Review{}, Models: []Model{}, Devices: []string{},
	}
	c.windows, c.turns = take(in.Windows)
	c.readEvents()
	c.readBeats()
	c.readRuns()
	c.hours()
	c.coverage()
	c.rate()
	c.kinds()
	c.patterns()
	c.pauses()
	c.rhythms()
	c.st()
	c.symptoms()
	c.reviews()
	c.alerts()
	return c.out
}

func (c *counter) inPeriod(at time.Time) bool { return !at.Before(c.From) && at.Before(c.To) }

// cut is what of a time lies in the period.
func (c *counter) cut(from, to time.Time) (Span, bool) {
	s := Span{latest(from, c.From).UTC(), earliest(to, c.To).UTC()}
	return s, s.From.Before(s.To)
}

// readEvents takes the events that no clinician has rejected, as what they count.
func (c *counter) readEvents() {
	for _, e := range c.Events {
		kind := e.Kind
		if r, ok := c.review[e.ID]; ok {
			kind = r.KindOf(e)
		}
		if condition, ok := localize.ByCode(kind); ok {
			c.events = append(c.events, event{e, condition})
			e.Kind = kind
			c.out.Events = append(c.out.Events, e)
		}
	}
}

// readBeats takes the beats of the events that count. An event of older versions
// has a number of beats, but no times.
func (c *counter) readBeats() {
	timed := make(map[string]int)
	for _, b := range c.Beats {
		timed[b.Event]++
		kind := b.Kind
		if r, ok := c.review[b.Event]; ok {
			kind = r.KindOf(localize.Event{Kind: b.Kind})
		}
		c.changed = c.changed || kind != b.Kind
		if condition, ok := localize.ByCode(kind); ok && condition.Kind == localize.Beat && c.turns.has(b.Device, b.Recording, b.Time) {
			b.Kind = kind
			c.beats = append(c.beats, beat{Beat: b})
		}
	}
	for _, e := range c.events {
		if e.condition.Kind != localize.Beat || timed[e.ID] > 0 || !c.inPeriod(e.Start) || !c.turns.has(e.Device, e.Recording, e.Start) {
			continue
		}
		for range e.Beats {
			c.beats = append(c.beats, beat{influx.Beat{Event: e.ID, Device: e.Device, Recording: e.Recording, Kind: e.condition.Code, Time: e.Start}, true})
		}
	}
	slices.SortStableFunc(c.beats, func(a, b beat) int { return a.Time.Compare(b.Time) })
}

// beatsOf counts the beats of a kind in the period.
func (c *counter) beatsOf(code string) (n int) {
	for _, b := range c.beats {
		if b.Kind == code && c.inPeriod(b.Time) {
			n++
		}
	}
	return n
}

func (c *counter) alerts() {
	for _, a := range c.Alerts {
		end := latest(a.Updated, a.Resolved)
		if a.Patient == c.Patient && a.Start.Before(c.To) && (!end.Before(c.From) || a.State != alert.Resolved) {
			c.out.Alerts = append(c.out.Alerts, a)
		}
	}
	slices.SortStableFunc(c.out.Alerts, func(a, b alert.Alert) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) })
}

func (c *counter) reviews() {
	events := make(map[string]localize.Event)
	for _, e := range c.Events {
		if _, ok := c.cut(e.Start, e.End); ok {
			events[e.ID] = e
		}
	}
	c.out.Reviewed.Events = len(events)
	for i, r := range c.Reviews {
		e, ok := events[r.Event]
		if !ok {
			continue
		}
		holds := !slices.ContainsFunc(c.Reviews[i+1:], func(x influx.Review) bool { return x.Event == r.Event })
		c.out.Reviews = append(c.out.Reviews, Review{
			At: r.At, By: r.By, Verdict: string(r.Verdict), Note: r.Note, Event: r.Event, Start: e.Start,
			Found: e.Kind, Kind: r.KindOf(e), Beats: e.Beats, Holds: holds,
		})
		switch {
		case !holds:
		case r.Verdict == influx.VerdictConfirmed:
			c.out.Reviewed.Confirmed++
		case r.Verdict == influx.VerdictRejected:
			c.out.Reviewed.Rejected++
		default:
			c.out.Reviewed.Relabelled++
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
