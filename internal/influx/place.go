package influx

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"
)

// sought selects the newest places of a patient's events in [from, until), of some
// kinds and ids; none: of all.
type sought struct {
	patient     string
	kinds, ids  []string
	from, until time.Time
	limit       int
}

// places reads one field of each event. InfluxDB 1.8 is asked in InfluxQL, for
// which it goes back from the newest and stops at the limit; of a day with 100,000
// events Flux reads the most of it.
func (s *Store) places(ctx context.Context, what sought) ([]Place, error) {
	v, err := s.server(ctx)
	if err != nil {
		return nil, err
	}
	if v == v1 {
		return s.placesQL(ctx, what)
	}
	var all []Place
	for p, err := range rows(ctx, s, what.flux, func(r *query.FluxRecord) Place { return place(r, "_value") }) {
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func (s *Store) placesQL(ctx context.Context, what sought) (all []Place, err error) {
	_, policy := s.policy()
	found, err := s.influxQL(ctx, what.influxQL(policy))
	if err != nil {
		return nil, s.queryError(err)
	}
	for _, group := range found {
		for _, r := range group.records() {
			all = append(all, place(r, "id"))
		}
	}
	slices.SortFunc(all, Place.Compare) // those of the same time
	return all, nil
}

func place(r *query.FluxRecord, id string) Place {
	text := textsOf(r)
	return Place{ID: text(id), Device: text("device"), Kind: text("kind"), Time: r.Time().UTC()}
}

func (w sought) influxQL(policy string) string {
	condition := chosen(w.patient, w.kinds, w.from, w.until)
	if len(w.ids) > 0 {
		condition += " AND " + eitherOf("id", w.ids)
	}
	return fmt.Sprintf(`SELECT "id", "device", "kind" FROM %s.%s WHERE %s ORDER BY time DESC LIMIT %d`,
		quoteName(policy), quoteName(measurementEvent), condition, w.limit)
}

// flux takes of each series no more than can be among the newest.
func (w sought) flux(bucket string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "from(bucket: %s)\n", quote(bucket))
	fmt.Fprintf(&b, "  |> range(start: %s, stop: %s)\n", w.from.Format(time.RFC3339Nano), w.until.Format(time.RFC3339Nano))
	fmt.Fprintf(&b, "  |> filter(fn: (r) => r._measurement == %s and r._field == \"id\" and r.patient == %s%s%s)\n",
		quote(measurementEvent), quote(w.patient), anyOf("kind", w.kinds), anyOf("_value", w.ids))
	fmt.Fprintf(&b, "  |> tail(n: %d)\n  |> group()\n  |> sort(columns: [\"_time\", \"_value\"], desc: true)\n  |> limit(n: %d)\n", w.limit, w.limit)
	return b.String()
}
