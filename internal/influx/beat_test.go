package influx

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/localize"
)

func TestRealBeatsStayWhileTheirEventGrows(t *testing.T) {
	s := realStore(t)
	start := hourAgo()
	e := sample(start)
	e.NewBeats = []time.Time{start.Add(651_600_000), start.Add(1200 * time.Millisecond)}
	e.Before, e.Between = []time.Time{start, {}}, []int{3, -1}
	grown := e
	grown.Beats, grown.NewBeats, grown.Before, grown.Between = 3, []time.Time{start.Add(2 * time.Second)}, nil, []int{0}
	twin := sample(start)
	twin.ID, twin.Recording, twin.NewBeats = "ffeeddccbbaa99887766554433221100", "r2", e.NewBeats[:1]
	require.NoError(t, s.WriteEvents(t.Context(), []localize.Event{e, twin}))
	for range 2 {
		require.NoError(t, s.WriteEvents(t.Context(), []localize.Event{grown}))
	}
	read := func(f Filter) (beats []Beat) {
		for b, err := range s.QueryBeats(t.Context(), f) {
			require.NoError(t, err)
			beats = append(beats, b)
		}
		return beats
	}
	beat := func(e localize.Event, at time.Duration, previous time.Time, between int) Beat {
		return Beat{
			Event: e.ID, Patient: "p1", Device: "d1", Recording: e.Recording, Kind: "V", Time: start.Add(at),
			Previous: previous, Between: between,
		}
	}
	require.ElementsMatch(t, []Beat{
		beat(e, 652*time.Millisecond, start, 3), beat(twin, 652*time.Millisecond, time.Time{}, -1),
		beat(e, 1200*time.Millisecond, time.Time{}, -1), beat(e, 2*time.Second, time.Time{}, 0),
	}, read(Filter{}))
	require.Equal(t, []Beat{beat(e, 1200*time.Millisecond, time.Time{}, -1)},
		read(Filter{Patient: "p1", Since: start.Add(time.Second), Until: start.Add(2 * time.Second)}))
	require.Len(t, collect(t, s, Filter{EndsAfter: start.Add(time.Second)}), 2)
	require.Empty(t, collect(t, s, Filter{EndsAfter: start.Add(1300 * time.Millisecond)}))
}

func TestARefusedEventIsRefusedOnce(t *testing.T) {
	s := serve(t, "v2.7.1", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), "bad") {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	events := twoEvents()
	for i := range events {
		events[i].NewBeats = []time.Time{events[i].Start, events[i].End}
	}
	err := s.WriteEvents(t.Context(), events)
	var rejected *RejectedError
	require.ErrorAs(t, err, &rejected)
	require.Len(t, rejected.Points, 1)
	require.Equal(t, 1, rejected.Points[0].Index)
}
