package influx

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"

	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Filter selects events. Empty fields select all.
type Filter struct {
	Patient, Kind string
	// Kinds selects several; none: all.
	Kinds []string
	// Since and Until bound the event's start: since <= start < until.
	Since, Until time.Time
	// EndsAfter, if set, leaves out events that have ended by then.
	EndsAfter time.Time
}

// LongestEpisode is how long before a period an event may have begun that still
// goes on in it.
const LongestEpisode = 7 * 24 * time.Hour

// InPeriod selects what a patient has in a period, also what began before it.
func InPeriod(patient string, from, to time.Time) Filter {
	return Filter{Patient: patient, Since: from.Add(-LongestEpisode), Until: to, EndsAfter: from}
}

// InfluxDB's first and last time.
var (
	minTime = time.Unix(0, -1<<63+2).UTC()
	maxTime = time.Unix(0, 1<<63-1).UTC()
)

// QueryEvents yields the stored events that the filter selects, ordered by
// start, as the server sends them. The first error ends the sequence. NewBeats
// stays empty: see QueryBeats.
func (s *Store) QueryEvents(ctx context.Context, f Filter) iter.Seq2[localize.Event, error] {
	return rows(ctx, s, f.of(measurementEvent), event)
}

// rows yields what a query gives, as read makes it of each row. The query is
// written for a bucket.
func rows[T any](ctx context.Context, s *Store, flux func(bucket string) string, read func(*query.FluxRecord) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		v, err := s.server(ctx)
		if err != nil {
			yield(none, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		rows, err := s.client.QueryAPI(s.options.Org).Query(ctx, flux(s.bucket(v)))
		if err != nil {
			yield(none, s.queryError(err))
			return
		}
		// Close reads to the end, so a caller that stops early has to cancel.
		defer func() { cancel(); _ = rows.Close() }()
		for rows.Next() {
			if !yield(read(rows.Record()), nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, s.queryError(err))
		}
	}
}

func (s *Store) queryError(err error) error {
	return fmt.Errorf("query events in bucket %q of InfluxDB at %s: %w; is Flux enabled (1.8: flux-enabled = true) and `holter init` done?",
		s.options.Bucket, s.options.URL, err)
}

// of is the query for what the filter selects of a measurement.
func (f Filter) of(measurement string) func(bucket string) string {
	return func(bucket string) string { return f.flux(bucket, measurement) }
}

// flux is the query. The pivot comes before the grouping because the fields'
// types differ, which a single table of values could not hold.
func (f Filter) flux(bucket, measurement string) string {
	since, until := minTime, maxTime
	if !f.Since.IsZero() {
		since = nextMillisecond(f.Since)
	}
	if !f.Until.IsZero() {
		until = nextMillisecond(f.Until)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "from(bucket: %s)\n", quote(bucket))
	fmt.Fprintf(&b, "  |> range(start: %s, stop: %s)\n", since.Format(time.RFC3339Nano), until.Format(time.RFC3339Nano))
	fmt.Fprintf(&b, "  |> filter(fn: (r) => r._measurement == %s", quote(measurement))
	if f.Patient != "" {
		fmt.Fprintf(&b, " and r.patient == %s", quote(f.Patient))
	}
	if f.Kind != "" {
		fmt.Fprintf(&b, " and r.kind == %s", quote(f.Kind))
	}
	b.WriteString(anyOf("kind", f.Kinds) + ")\n")
	b.WriteString("  |> pivot(rowKey: [\"_time\"], columnKey: [\"_field\"], valueColumn: \"_value\")\n")
	if !f.EndsAfter.IsZero() {
		fmt.Fprintf(&b, "  |> filter(fn: (r) => r.end > %d)\n", f.EndsAfter.UnixNano())
	}
	b.WriteString("  |> group()\n")
	b.WriteString("  |> sort(columns: [\"_time\"])\n")
	return b.String()
}

// anyOf is a part of a predicate: the column has one of the values, if there are
// some.
func anyOf(column string, values []string) string {
	if len(values) == 0 {
		return ""
	}
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = fmt.Sprintf("r.%s == %s", column, quote(v))
	}
	return " and (" + strings.Join(parts, " or ") + ")"
}

// nextMillisecond is t, rounded up: points lie up to a millisecond after the
// start of their event, which is a whole millisecond.
func nextMillisecond(t time.Time) time.Time {
	return startOf(t.Add(time.Millisecond - 1))
}

// quote writes a Flux string. Whatever could end it, or start an interpolation
// ("${"), goes as a byte escape.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == 0x7f || c == '"' || c == '\\' || c == '$' || c == '{' || c == '}' {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// textsOf reads string fields and tags of a row. The library gives nil for an empty
// string, which points of older versions hold.
func textsOf(r *query.FluxRecord) func(key string) string {
	return func(key string) string {
		s, _ := r.ValueByKey(key).(string)
		if s == noText {
			return ""
		}
		return s
	}
}

// event reads a row.
func event(r *query.FluxRecord) localize.Event {
	text := textsOf(r)
	number := func(key string) int64 { n, _ := r.ValueByKey(key).(int64); return n }
	confidence, _ := r.ValueByKey("confidence").(float64)
	open, _ := r.ValueByKey("open").(bool)
	return localize.Event{
		ID:         text("id"),
		Patient:    text("patient"),
		Device:     text("device"),
		Kind:       text("kind"),
		Recording:  text("recording"),
		Start:      startOf(r.Time()),
		End:        time.Unix(0, number("end")).UTC(),
		Confidence: confidence,
		Beats:      int(number("beats")),
		Question:   text("question"),
		Answer:     text("answer"),
		Model:      text("model"),
		Window:     text("window"),
		Open:       open,
		Evidence:   localize.ParseEvidence(text("st_evidence")),
		STPeak:     int(number("st_peak_uv")),
		STLead:     text("st_lead"),
		STPeakAt:   holterv1.Time(number("st_peak_time")),
	}
}
