package console

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/console/busy"
	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

// BenchmarkBusyDay measures what the page asks for on a day with 100,000 events
// of one patient and its signal. The page itself is measured in e2e/bench.
func BenchmarkBusyDay(b *testing.B) {
	w := newWorld(b, nil)
	day, err := busy.New(time.Now(), 100_000)
	require.NoError(b, err)
	require.NoError(b, day.Store(b.Context(), w.store))
	require.NoError(b, day.Keep(w.cfg.Archive.Folder))

	period := fmt.Sprintf("from=%s&to=%s", day.End.Add(-24*time.Hour).Format(wire.Layout), day.End.Format(wire.Layout))
	for name, path := range map[string]string{
		"day": "/day?" + period, "events": "/events?" + period, "events-of-a-kind": "/events?kind=A&" + period, "open-events": "/events?review=open&" + period, "rejected-events": "/events?limit=300&review=rejected&" + period,
		"event":  "/events/" + day.Events[7].ID,
		"signal": fmt.Sprintf("/signal?from=%s&to=%s", day.Begin.Format(wire.Layout), day.Begin.Add(10*time.Minute).Format(wire.Layout)),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w.fetch(b, "/v1/patients/"+busy.Patient+path)
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
