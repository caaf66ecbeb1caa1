package influx

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/localize"
)

// Both languages have to come to the same on the server that understands both.
func TestRealLanguagesAgree(t *testing.T) {
	s := realStore(t)
	v, err := s.server(t.Context())
	require.NoError(t, err)
	if v != v1 {
		t.Skip("NOT TESTED: InfluxDB 2.x is only asked in Flux")
	}
	const patient = `o'neil" or '1'='1`
	var events []localize.Event
	for i, e := range manyEvents(30) {
		if i%3 > 0 {
			e.Patient = patient
		}
		events = append(events, e)
	}
	require.NoError(t, s.WriteEvents(t.Context(), events))
	var windows []Window
	for i := range 40 {
		at := hourAgo().Add(time.Duration(i) * 7 * time.Second)
		windows = append(windows, Window{Patient: patient, Device: []string{"d1", "d2"}[i%2], Recording: "r", Index: i, From: at, To: at.Add(6500 * time.Millisecond), Beats: i})
	}
	require.NoError(t, s.WriteWindows(t.Context(), windows))

	day := aggregation{patient: patient, from: hourAgo().Add(-72 * time.Hour), to: hourAgo().Add(time.Hour)}
	beats, counts, sums := day, day, day
	beats.measurement, beats.function, beats.fields, beats.byKind, beats.bin = measurementBeat, "count", []string{"event"}, true, time.Minute
	counts.measurement, counts.function, counts.fields, counts.byKind = measurementEvent, "count", []string{"id"}, true
	sums.measurement, sums.function, sums.fields, sums.bin = measurementWindow, "sum", []string{"beats", "seconds"}, 20*time.Second
	some := beats
	some.kinds, some.bin = []string{"A", `V' OR kind != '`}, time.Hour
	for name, a := range map[string]aggregation{"beats": beats, "of kinds": some, "events": counts, "windows": sums} {
		added := func(with func(take func(binned)) error) map[string]float64 {
			all := make(map[string]float64)
			require.NoError(t, with(func(b binned) {
				for field, value := range b.values {
					all[fmt.Sprint(b.kind, b.at, field)] += value
				}
			}), name)
			return all
		}
		want := added(func(take func(binned)) error { return s.aggregateFlux(t.Context(), a, take) })
		require.NotEmpty(t, want, name)
		require.Equal(t, want, added(func(take func(binned)) error { return s.aggregateQL(t.Context(), a, take) }), name)
	}
}

func TestAnswersOfInfluxQLReadAsRecords(t *testing.T) {
	records := series{
		Columns: []string{"time", "id", "beats", "confidence", "open", "st_lead"},
		Values:  [][]any{{json.Number("1000000001"), "e", json.Number("3"), json.Number("1"), true, nil}},
	}.records()
	require.Len(t, records, 1)
	e := event(records[0])
	require.Equal(t, localize.Event{ID: "e", Beats: 3, Confidence: 1, Open: true, Start: time.Unix(1, 0).UTC(), End: time.Unix(0, 0).UTC()}, e)
	require.Equal(t, time.Unix(1, 1).UTC(), records[0].Time())
}
