package influx

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/localize"
)

// BenchmarkRealBusyDay measures the console's questions on a day with 100,000
// events of one patient, each with a beat, and 14,400 windows.
func BenchmarkRealBusyDay(b *testing.B) {
	s := realStore(b)
	const n = 100_000
	from := time.Now().UTC().Truncate(24 * time.Hour).Add(-24 * time.Hour)
	events := make([]localize.Event, n)
	for i := range events {
		e := sample(from.Add(time.Duration(i) * 24 * time.Hour / n))
		e.ID, e.End = fmt.Sprintf("%032x", i), e.Start.Add(700*time.Millisecond)
		e.Kind = []string{"V", "V", "V", "A", "L", "AFIB"}[i%6]
		e.Beats, e.NewBeats = 1, []time.Time{e.Start.Add(300 * time.Millisecond)}
		events[i] = e
	}
	for some := range slices.Chunk(events, 1000) {
		require.NoError(b, s.WriteEvents(b.Context(), some))
	}
	var windows []Window
	for i := range 14_400 {
		at := from.Add(time.Duration(i) * 6 * time.Second)
		windows = append(windows, Window{Patient: "p1", Device: "d1", Recording: "r1", Index: i, From: at, To: at.Add(6 * time.Second), Beats: 7})
	}
	require.NoError(b, s.WriteWindows(b.Context(), windows))
	to := from.Add(24 * time.Hour)

	measure := func(name string, work func() (int, error), want int) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				got, err := work()
				require.NoError(b, err)
				require.Equal(b, want, got)
			}
		})
	}
	ctx := b.Context()
	measure("windows", func() (int, error) {
		sums, err := s.SumWindows(ctx, "p1", from, to, time.Minute)
		return len(sums), err
	}, 1440)
	measure("beats", func() (int, error) {
		counts, err := s.CountBeats(ctx, "p1", []string{"V", "A", "S"}, from, to, time.Minute)
		return len(counts["V"]), err
	}, 1440)
	measure("counts", func() (int, error) {
		counts, err := s.CountEvents(ctx, "p1", from, to)
		return counts["V"], err
	}, n/2+1)
	page := func(p Page) func() (int, error) {
		return func() (int, error) {
			p.Patient, p.Limit = "p1", 200
			places, err := s.QueryPlaces(ctx, p)
			if err != nil {
				return 0, err
			}
			page, err := s.EventsAt(ctx, "p1", places)
			return len(page), err
		}
	}
	measure("page", page(Page{Since: from, Until: to}), 200)
	measure("page-without-end", page(Page{}), 200)
	measure("page-of-a-kind", page(Page{Since: from, Until: to, Kinds: []string{"AFIB"}}), 200)
	measure("one-event", func() (int, error) {
		_, found, err := s.FindPlace(ctx, "p1", fmt.Sprintf("%032x", 7))
		return map[bool]int{true: 1}[found], err
	}, 1)
	var places []Place
	for i := range 300 {
		e := events[n-1-i*300]
		places = append(places, Review{Event: e.ID, EventStart: e.Start, Was: e.Kind}.Place())
	}
	measure("300-reviewed-events", func() (int, error) {
		found, err := s.EventsAt(ctx, "p1", places)
		return len(found), err
	}, 300)
}
