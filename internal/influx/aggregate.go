package influx

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"
)

// aggregation is a sum or count of fields of a patient's points in [from, to).
type aggregation struct {
	measurement, function, patient string
	fields, kinds                  []string // kinds: none for all
	byKind                         bool
	from, to                       time.Time
	bin                            time.Duration // 0: all in one
}

// binned is what the points of a bin come to, by field. A bin may come in parts.
type binned struct {
	at     time.Time
	kind   string
	values map[string]float64
}

// aggregate has the server add, close to its storage, which is quicker than to
// have all points sent. InfluxDB 2.x does so when it is asked in Flux, 1.8 only in
// InfluxQL: for it Flux makes each bin a table of its own.
func (s *Store) aggregate(ctx context.Context, a aggregation, take func(binned)) error {
	v, err := s.server(ctx)
	if err != nil {
		return err
	}
	if v == v1 {
		return s.aggregateQL(ctx, a, take)
	}
	return s.aggregateFlux(ctx, a, take)
}

func (s *Store) aggregateQL(ctx context.Context, a aggregation, take func(binned)) error {
	_, policy := s.policy()
	all, err := s.influxQL(ctx, a.influxQL(policy))
	if err != nil {
		return s.queryError(err)
	}
	for _, group := range all {
		for _, r := range group.records() {
			b := binned{at: a.binOf(r.Time()), kind: group.Tags["kind"], values: make(map[string]float64, len(a.fields))}
			for _, f := range a.fields {
				b.values[f] = number(r.ValueByKey(f))
			}
			take(b)
		}
	}
	return nil
}

// number reads a sum or a count.
func number(value any) float64 {
	switch n := value.(type) {
	case int64:
		return float64(n)
	case float64:
		return n
	}
	return 0
}

func (a aggregation) influxQL(policy string) string {
	var columns, groups []string
	for _, f := range a.fields {
		columns = append(columns, fmt.Sprintf("%s(%s) AS %s", a.function, quoteName(f), quoteName(f)))
	}
	if a.byKind {
		groups = append(groups, "kind")
	}
	if a.bin > 0 {
		groups = append(groups, fmt.Sprintf("time(%dms)", a.bin.Milliseconds()))
	}
	statement := fmt.Sprintf("SELECT %s FROM %s.%s WHERE %s", strings.Join(columns, ", "), quoteName(policy), quoteName(a.measurement),
		chosen(a.patient, a.kinds, nextMillisecond(a.from), nextMillisecond(a.to)))
	if len(groups) > 0 {
		statement += " GROUP BY " + strings.Join(groups, ", ")
	}
	if a.bin > 0 {
		statement += " fill(none)"
	}
	return statement
}

func (s *Store) aggregateFlux(ctx context.Context, a aggregation, take func(binned)) error {
	read := func(r *query.FluxRecord) binned {
		b := binned{at: a.from, values: map[string]float64{r.Field(): number(r.Value())}}
		b.kind, _ = r.ValueByKey("kind").(string)
		if at, ok := r.ValueByKey("_time").(time.Time); ok {
			b.at = a.binOf(at)
		}
		return b
	}
	for b, err := range rows(ctx, s, a.flux, read) {
		if err != nil {
			return err
		}
		take(b)
	}
	return nil
}

func (a aggregation) flux(bucket string) string {
	text := fmt.Sprintf("from(bucket: %s)\n  |> range(start: %s, stop: %s)\n  |> filter(fn: (r) => r._measurement == %s and r.patient == %s%s%s)\n",
		quote(bucket), nextMillisecond(a.from).Format(time.RFC3339Nano), nextMillisecond(a.to).Format(time.RFC3339Nano),
		quote(a.measurement), quote(a.patient), anyOf("_field", a.fields), anyOf("kind", a.kinds))
	if a.bin == 0 {
		return text + fmt.Sprintf("  |> %s()\n", a.function)
	}
	return text + fmt.Sprintf("  |> aggregateWindow(every: %dms, fn: %s, createEmpty: false, timeSrc: \"_start\")\n", a.bin.Milliseconds(), a.function)
}

// binOf is the begin of the time's bin, which counts from the Unix epoch, as
// time.Truncate does not.
func (a aggregation) binOf(t time.Time) time.Time {
	if a.bin == 0 {
		return a.from
	}
	ns, bin := t.UnixNano(), int64(a.bin)
	return time.Unix(0, ns-(ns%bin+bin)%bin).UTC()
}
