package influx

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/localize"
)

// some events of two patients, each second one of p1 two days earlier.
func manyEvents(n int) (all []localize.Event) {
	for i := range n {
		e := sample(hourAgo().Add(time.Duration(i) * time.Second))
		if i%2 == 0 {
			e.Start = e.Start.Add(-48 * time.Hour)
		}
		e.End = e.Start.Add(time.Second)
		e.ID = fmt.Sprintf("%032x", i)
		e.Kind = []string{"V", "A", "AFIB"}[i%3]
		e.Device = []string{"d1", "d2"}[i/2%2]
		e.NewBeats = []time.Time{e.Start, e.Start.Add(time.Second)}
		if i == n-1 {
			e.Patient = "p2"
		}
		all = append(all, e)
	}
	return all
}

func TestRealPagesShowEveryEventOnce(t *testing.T) {
	s := realStore(t)
	events := manyEvents(31)
	require.NoError(t, s.WriteEvents(t.Context(), events))
	read := func(p Page) (ids []string) {
		for p.Patient = "p1"; ; {
			places, err := s.QueryPlaces(t.Context(), p)
			require.NoError(t, err)
			page, err := s.EventsAt(t.Context(), "p1", places)
			require.NoError(t, err)
			require.Len(t, page, len(places))
			for i, e := range page {
				require.Equal(t, places[i].ID, e.ID)
				require.Equal(t, places[i].Kind, e.Kind)
				ids = append(ids, e.ID)
			}
			if len(places) < p.Limit {
				return ids
			}
			p.After = places[len(places)-1]
		}
	}
	want := func(keep func(localize.Event) bool) (ids []string) {
		sorted := slices.SortedFunc(slices.Values(events[:30]), func(x, y localize.Event) int { return y.Start.Compare(x.Start) })
		for _, e := range sorted {
			if keep(e) {
				ids = append(ids, e.ID)
			}
		}
		return ids
	}
	require.Equal(t, want(func(localize.Event) bool { return true }), read(Page{Limit: 7}))
	require.Equal(t, want(func(localize.Event) bool { return true }), read(Page{Limit: 100}))
	require.Equal(t, want(func(e localize.Event) bool { return e.Kind != "V" }), read(Page{Limit: 4, Kinds: []string{"A", "AFIB"}}))
	from, to := events[3].Start, events[11].Start
	require.Equal(t, want(func(e localize.Event) bool { return !e.Start.Before(from) && e.Start.Before(to) }), read(Page{Limit: 2, Since: from, Until: to}))

	found, ok, err := s.FindPlace(t.Context(), "p1", events[4].ID)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, Review{Event: events[4].ID, EventStart: events[4].Start}.Place().Time, found.Time)
	_, ok, err = s.FindPlace(t.Context(), "p1", events[30].ID)
	require.NoError(t, err)
	require.False(t, ok, "it is another patient's")
	reviewed := Review{Event: events[9].ID, EventStart: events[9].Start}
	got, err := s.EventsAt(t.Context(), "p1", []Place{reviewed.Place(), found})
	require.NoError(t, err)
	require.Len(t, got, 2)
	for i, of := range []int{9, 4} {
		want := events[of]
		want.NewBeats = nil
		require.Equal(t, want, got[i])
	}
}

func TestRealCounts(t *testing.T) {
	s := realStore(t)
	events := manyEvents(7)
	require.NoError(t, s.WriteEvents(t.Context(), events))
	from := hourAgo().Truncate(time.Hour)
	window := func(at time.Duration, device string, beats int) Window {
		return Window{Patient: "p1", Device: device, Recording: "r1", Index: int(at / time.Second), From: from.Add(at), To: from.Add(at + 6*time.Second), Beats: beats}
	}
	require.NoError(t, s.WriteWindows(t.Context(), []Window{
		window(0, "d1", 7), window(54*time.Second, "d1", 8), window(54*time.Second, "d2", 6), window(2*time.Minute, "d1", 5),
	}))
	sums, err := s.SumWindows(t.Context(), "p1", from, from.Add(time.Hour), time.Minute)
	require.NoError(t, err)
	require.Equal(t, map[time.Time]Analysed{from: {18, 21}, from.Add(2 * time.Minute): {6, 5}}, sums)

	counts, err := s.CountEvents(t.Context(), "p1", hourAgo(), hourAgo().Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, map[string]int{"V": 1, "A": 1, "AFIB": 1}, counts, "events 3, 1 and 5")

	day := 24 * time.Hour
	beats, err := s.CountBeats(t.Context(), "p1", []string{"V", "A"}, hourAgo().Add(-3*day), hourAgo().Add(day), 4*day)
	require.NoError(t, err)
	total := map[string]int{}
	for kind, bins := range beats {
		for _, n := range bins {
			total[kind] += n
		}
	}
	require.Equal(t, map[string]int{"V": 4, "A": 4}, total, "events 0 and 3, 1 and 4")
}

func TestRealEventsFarApartComeAtOnce(t *testing.T) {
	s := realStore(t)
	var events []localize.Event
	var places []Place
	for i := range 120 {
		e := sample(hourAgo().Add(-time.Duration(i) * time.Minute))
		e.ID, e.End, e.NewBeats = fmt.Sprintf("%032x", i), e.Start.Add(time.Second), nil
		e.Kind = []string{"V", "A", "AFIB"}[i%3]
		events = append(events, e)
		places = append(places, Review{Event: e.ID, Was: e.Kind, EventStart: e.Start}.Place())
	}
	require.NoError(t, s.WriteEvents(t.Context(), events))
	gone := Review{Event: "gone", Was: "V", EventStart: hourAgo().Add(-24 * time.Hour)}
	got, err := s.EventsAt(t.Context(), "p1", append(places, gone.Place()))
	require.NoError(t, err)
	require.Equal(t, events, got)
}
