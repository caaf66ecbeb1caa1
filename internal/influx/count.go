package influx

import (
	"context"
	"time"
)

// Analysed is what the windows that begin in a bin of time add up to.
type Analysed struct {
	Seconds float64
	Beats   int
}

// SumWindows adds up a patient's analysed windows in [from, to) by bins, which
// count from the Unix epoch; bins without any are left out. Windows of several
// devices at the same time are all counted.
func (s *Store) SumWindows(ctx context.Context, patient string, from, to time.Time, bin time.Duration) (map[time.Time]Analysed, error) {
	sums := make(map[time.Time]Analysed)
	err := s.aggregate(ctx, aggregation{
		measurement: measurementWindow, function: "sum", fields: []string{"beats", "seconds"}, patient: patient, from: from, to: to, bin: bin,
	}, func(b binned) {
		a := sums[b.at]
		a.Beats += int(b.values["beats"])
		a.Seconds += b.values["seconds"]
		sums[b.at] = a
	})
	return sums, err
}

// CountBeats counts the beats of a patient's events of some kinds in [from, to)
// by kind and bins, which count from the Unix epoch.
func (s *Store) CountBeats(ctx context.Context, patient string, kinds []string, from, to time.Time, bin time.Duration) (map[string]map[time.Time]int, error) {
	counts := make(map[string]map[time.Time]int)
	err := s.aggregate(ctx, aggregation{
		measurement: measurementBeat, function: "count", fields: []string{"event"}, patient: patient, kinds: kinds, byKind: true, from: from, to: to, bin: bin,
	}, func(b binned) {
		if counts[b.kind] == nil {
			counts[b.kind] = make(map[time.Time]int)
		}
		counts[b.kind][b.at] += int(b.values["event"])
	})
	return counts, err
}

// CountEvents counts a patient's events that start in [from, to) by kind.
func (s *Store) CountEvents(ctx context.Context, patient string, from, to time.Time) (map[string]int, error) {
	counts := make(map[string]int)
	err := s.aggregate(ctx, aggregation{
		measurement: measurementEvent, function: "count", fields: []string{"beats"}, patient: patient, byKind: true, from: from, to: to,
	}, func(b binned) { counts[b.kind] += int(b.values["beats"]) }) // a number, which is read sooner than a text
	return counts, err
}
