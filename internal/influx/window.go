package influx

import (
	"context"
	"iter"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"
)

// QueryWindows yields the analysed windows that the filter selects, by the start
// of their own parts, in order. The first error ends the sequence.
func (s *Store) QueryWindows(ctx context.Context, f Filter) iter.Seq2[Window, error] {
	return rows(ctx, s, f.of(measurementWindow), func(r *query.FluxRecord) Window {
		text := textsOf(r)
		number := func(key string) int64 { n, _ := r.ValueByKey(key).(int64); return n }
		return Window{
			Patient: text("patient"), Device: text("device"), Recording: text("recording"),
			Segment: int(number("segment")), Index: int(number("index")),
			From: startOf(r.Time()), To: time.Unix(0, number("end")).UTC(),
			Beats: int(number("beats")), Questions: int(number("questions")),
			Asked: text("asked"), Leads: text("leads"), Model: text("model"),
		}
	})
}
