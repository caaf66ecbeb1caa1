package console

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

// BenchmarkBusyDay measures what the page asks for on a day with 100,000 events
// of one patient, each with a beat, 14,400 windows and ten minutes of signal.
func BenchmarkBusyDay(b *testing.B) {
	w := newWorld(b, nil)
	const n = 100_000
	from := time.Now().UTC().Truncate(24 * time.Hour).Add(-24 * time.Hour)
	events := make([]localize.Event, n)
	for i := range events {
		kind := []string{"V", "V", "V", "A", "L", "R"}[i%6]
		events[i] = event(fmt.Sprintf("%032x", i), kind, from.Add(time.Duration(i)*24*time.Hour/n), 700*time.Millisecond, 300*time.Millisecond)
	}
	for some := range slices.Chunk(events, 1000) {
		require.NoError(b, w.store.WriteEvents(b.Context(), some))
	}
	var windows []influx.Window
	for i := range 14_400 {
		at := from.Add(time.Duration(i) * 6 * time.Second)
		windows = append(windows, influx.Window{Patient: "anna", Device: "chest-1", Recording: "rec", Index: i, From: at, To: at.Add(6 * time.Second), Beats: 7})
	}
	require.NoError(b, w.store.WriteWindows(b.Context(), windows))
	w.keep("anna", from, 600)
	for i := range 300 {
		r := influx.NewReview(events[n-1-300*i], "ann", time.Now())
		r.Verdict = influx.VerdictRejected
		require.NoError(b, w.store.WriteReview(b.Context(), r))
	}

	period := fmt.Sprintf("from=%s&to=%s", from.Format(wire.Layout), from.Add(24*time.Hour).Format(wire.Layout))
	for name, path := range map[string]string{
		"day": "/day?" + period, "events": "/events?" + period, "events-of-a-kind": "/events?kind=R&" + period, "open-events": "/events?review=open&" + period, "rejected-events": "/events?limit=300&review=rejected&" + period,
		"event":  "/events/" + events[7].ID,
		"signal": fmt.Sprintf("/signal?from=%s&to=%s", from.Format(wire.Layout), from.Add(10*time.Minute).Format(wire.Layout)),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w.fetch(b, "/v1/patients/anna"+path)
			}
		})
	}
}

// BenchmarkBusyMonth measures the timeline of 31 days with 10,000 events each.
func BenchmarkBusyMonth(b *testing.B) {
	w := newWorld(b, nil)
	const days, perDay = 31, 10_000
	from := time.Now().UTC().Truncate(24 * time.Hour).Add(-days * 24 * time.Hour)
	for d := range days {
		begin := from.Add(time.Duration(d) * 24 * time.Hour)
		var events []localize.Event
		for i := range perDay {
			at := begin.Add(time.Duration(i) * 24 * time.Hour / perDay)
			events = append(events, event(fmt.Sprintf("%032x", d*perDay+i), []string{"V", "V", "A", "L"}[i%4], at, 700*time.Millisecond, 300*time.Millisecond))
		}
		require.NoError(b, w.store.WriteEvents(b.Context(), events))
		var windows []influx.Window
		for i := range 14_400 {
			at := begin.Add(time.Duration(i) * 6 * time.Second)
			windows = append(windows, influx.Window{Patient: "anna", Device: "chest-1", Recording: "rec", Index: d*14_400 + i, From: at, To: at.Add(6 * time.Second), Beats: 7})
		}
		require.NoError(b, w.store.WriteWindows(b.Context(), windows))
	}
	w.keep("anna", from, 600)
	for b.Loop() {
		w.fetch(b, fmt.Sprintf("/v1/patients/anna/day?from=%s&to=%s", from.Format(wire.Layout), from.Add(days*24*time.Hour).Format(wire.Layout)))
	}
}

// fetch reads an answer to its end.
func (w *world) fetch(b *testing.B, path string) {
	b.Helper()
	answer, err := http.Get(w.url(path))
	require.NoError(b, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(b, err)
	require.NoError(b, answer.Body.Close())
	require.Equal(b, http.StatusOK, answer.StatusCode, "%s", text)
}
