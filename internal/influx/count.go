package influx

import (
	"context"
	"fmt"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"
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
	flux := s.binned(measurementWindow, patient, from, to, ` and (r._field == "beats" or r._field == "seconds")`, bin, "sum")
	sums := make(map[time.Time]Analysed)
	for r, err := range rows(ctx, s, flux, sumOf) {
		if err != nil {
			return nil, err
		}
		a := sums[r.at]
		a.Seconds += r.seconds
		a.Beats += int(r.n)
		sums[r.at] = a
	}
	return sums, nil
}

// CountBeats counts the beats of a patient's events of some kinds in [from, to)
// by kind and bins, which count from the Unix epoch.
func (s *Store) CountBeats(ctx context.Context, patient string, kinds []string, from, to time.Time, bin time.Duration) (map[string]map[time.Time]int, error) {
	predicate := ` and r._field == "event"` + anyOf("kind", kinds)
	flux := s.binned(measurementBeat, patient, from, to, predicate, bin, "count")
	counts := make(map[string]map[time.Time]int)
	for r, err := range rows(ctx, s, flux, sumOf) {
		if err != nil {
			return nil, err
		}
		if counts[r.kind] == nil {
			counts[r.kind] = make(map[time.Time]int)
		}
		counts[r.kind][r.at] += int(r.n)
	}
	return counts, nil
}

// CountEvents counts a patient's events that start in [from, to) by kind.
func (s *Store) CountEvents(ctx context.Context, patient string, from, to time.Time) (map[string]int, error) {
	flux := func(bucket string) string {
		return selection(bucket, measurementEvent, patient, from, to, ` and r._field == "id"`) + "  |> count()\n"
	}
	counts := make(map[string]int)
	for r, err := range rows(ctx, s, flux, sumOf) {
		if err != nil {
			return nil, err
		}
		counts[r.kind] += int(r.n)
	}
	return counts, nil
}

func (s *Store) binned(measurement, patient string, from, to time.Time, predicate string, bin time.Duration, fn string) func(string) string {
	return func(bucket string) string {
		return selection(bucket, measurement, patient, from, to, predicate) +
			fmt.Sprintf("  |> aggregateWindow(every: %ds, fn: %s, createEmpty: false, timeSrc: \"_start\")\n", int(bin.Seconds()), fn)
	}
}

func selection(bucket, measurement, patient string, from, to time.Time, predicate string) string {
	return fmt.Sprintf("from(bucket: %s)\n  |> range(start: %s, stop: %s)\n  |> filter(fn: (r) => r._measurement == %s and r.patient == %s%s)\n",
		quote(bucket), nextMillisecond(from).Format(time.RFC3339Nano), nextMillisecond(to).Format(time.RFC3339Nano), quote(measurement), quote(patient), predicate)
}

// sum is one row of an aggregation.
type sum struct {
	at      time.Time
	kind    string
	seconds float64
	n       int64
}

func sumOf(r *query.FluxRecord) sum {
	var out sum
	out.kind, _ = r.ValueByKey("kind").(string)
	if at, ok := r.ValueByKey("_time").(time.Time); ok {
		out.at = at.UTC()
	}
	switch v := r.Value().(type) {
	case int64:
		out.n = v
	case float64:
		out.seconds = v
	}
	return out
}
