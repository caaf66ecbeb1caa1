package busy

import (
	"fmt"
	"time"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

const (
	rate  = 125 // Hz
	round = 10 * time.Minute
)

// Whose day it is.
const (
	Patient   = "anna"
	Device    = "chest-1"
	recording = "rec"
)

// Day is a simulated recording of ten minutes that is played again and again until
// its end, with an event for every beat; ventricular ones in a row are one event.
type Day struct {
	// Begin is the begin of the first round and of the first event's.
	Begin, End time.Time
	// Events are in the order of their times.
	Events []localize.Event

	tape  *ecg.Recording
	beats []ecg.Annotation
}

// New makes a day of n events that ends with a round at end.
func New(end time.Time, n int) (Day, error) {
	cfg := ecg.DefaultSimConfig()
	cfg.Rate, cfg.Duration, cfg.HeartRate = rate, round, 78
	cfg.PVCsPerHour, cfg.APBsPerHour = 500, 300
	cfg.Episodes = []ecg.Episode{{Kind: ecg.Bigeminy, At: 2 * time.Minute, Length: 30 * time.Second}, {Kind: ecg.PVCs, At: 9*time.Minute + 45*time.Second, Beats: 6}}
	tape, annotations, err := ecg.Simulate(cfg)
	if err != nil {
		return Day{}, fmt.Errorf("simulate a busy day: %w", err)
	}
	d := Day{End: end.UTC().Truncate(time.Second), tape: tape}
	for _, a := range annotations {
		if ecg.IsBeat(a.Symbol) {
			d.beats = append(d.beats, a)
		}
	}
	spans := d.spans()
	rounds := (n + len(spans) - 1) / len(spans)
	d.Begin = d.End.Add(-time.Duration(rounds) * round)
	last := make(map[string]int) // by kind, the ordinal of its newest beat
	for r := range rounds {
		for _, s := range spans {
			if e := d.event(r, s, last); rounds*len(spans)-(r*len(spans)+s.ordinal) <= n {
				d.Events = append(d.Events, e)
			}
		}
	}
	return d, nil
}

// span is an event on the tape: its beats from first to last.
type span struct {
	kind                 string
	ordinal, first, last int
}

func (d Day) spans() (all []span) {
	for i, b := range d.beats {
		kind := b.Symbol
		if kind == "N" {
			kind = []string{"L", "R"}[i/60%2]
		}
		if n := len(all); n > 0 && kind == "V" && all[n-1].kind == "V" && all[n-1].last == i-1 {
			all[n-1].last = i
			continue
		}
		all = append(all, span{kind, len(all), i, i})
	}
	return all
}

// at is the time of a beat, whole milliseconds.
func (d Day) at(r, beat int) time.Time {
	into := time.Duration(float64(d.beats[beat].Sample) / rate * float64(time.Second))
	return d.Begin.Add(time.Duration(r)*round + into).Truncate(time.Millisecond)
}

func (d Day) event(r int, s span, last map[string]int) localize.Event {
	from, to := d.at(r, s.first).Add(-250*time.Millisecond), d.at(r, s.last).Add(350*time.Millisecond)
	e := localize.Event{
		ID: fmt.Sprintf("%016x%016x", r, s.ordinal), Patient: Patient, Device: Device, Recording: recording, Kind: s.kind,
		Start: from, End: to, Confidence: .6 + float64(s.first%40)/100, Model: "made up for a benchmark",
		Question: fmt.Sprintf("Where is the %s located in this ECG?", s.kind), Answer: "Duration: 1.9s-3.1s",
	}
	for i := s.first; i <= s.last; i++ {
		ordinal := r*len(d.beats) + i
		between := -1
		if before, known := last[s.kind]; known {
			between = ordinal - before - 1
		}
		last[s.kind] = ordinal
		var before time.Time
		if i > 0 {
			before = d.at(r, i-1)
		}
		e.NewBeats, e.Before, e.Between = append(e.NewBeats, d.at(r, i)), append(e.Before, before), append(e.Between, between)
	}
	e.Beats = len(e.NewBeats)
	return e
}
