package influx

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/api/query"
)

// maxAnswer bounds an answer of InfluxQL: one for a month by five minutes has
// 0.3 MB, a page of events 1 MB.
const maxAnswer = 64 << 20

// series is what InfluxQL answers for one group of a statement: rows of strings,
// booleans, numbers as json.Number, and nothing, by column. The first column is
// "time" in nanoseconds since the Unix epoch.
type series struct {
	Tags    map[string]string
	Columns []string
	Values  [][]any
}

// influxQL runs statements of 1.8's own language, separated by semicolons.
func (s *Store) influxQL(ctx context.Context, statements string) ([]series, error) {
	database, _ := s.policy()
	body := strings.NewReader(url.Values{"q": {statements}, "db": {database}, "epoch": {"ns"}}.Encode())
	service := s.client.HTTPService()
	var answer struct {
		Results []struct {
			Series []series
			Error  string
		}
		Error string
	}
	failure := service.DoPostRequest(ctx, service.ServerURL()+"query", body,
		func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") },
		func(r *http.Response) error {
			defer func() { _ = r.Body.Close() }()
			d := json.NewDecoder(io.LimitReader(r.Body, maxAnswer))
			d.UseNumber()
			return d.Decode(&answer)
		})
	if failure != nil {
		return nil, fmt.Errorf("%s: %w", shorten(statements), failure)
	}
	var all []series
	for _, r := range answer.Results {
		answer.Error += r.Error
		all = append(all, r.Series...)
	}
	if answer.Error != "" {
		return nil, fmt.Errorf("%s: %w", shorten(statements), errors.New(answer.Error))
	}
	return all, nil
}

// shorten is for errors.
func shorten(text string) string {
	const most = 300
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// records are the rows as Flux would give them.
func (s series) records() (all []*query.FluxRecord) {
	for _, row := range s.Values {
		values := make(map[string]any, len(row))
		for i, value := range row[:min(len(row), len(s.Columns))] {
			number, _ := value.(json.Number)
			switch ns, err := number.Int64(); {
			case number == "":
				values[s.Columns[i]] = value
			case s.Columns[i] == "time" && err == nil:
				values["_time"] = time.Unix(0, ns).UTC()
			case s.Columns[i] == "confidence" || err != nil: // which a whole number does not show
				values[s.Columns[i]], _ = number.Float64()
			default:
				values[s.Columns[i]] = ns
			}
		}
		all = append(all, query.NewFluxRecord(0, values))
	}
	return all
}

var (
	nameEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	textEscaper = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`)
)

// quoteName writes an identifier of InfluxQL, quoteText a string.
func quoteName(name string) string { return `"` + nameEscaper.Replace(name) + `"` }
func quoteText(text string) string { return `'` + textEscaper.Replace(text) + `'` }

// chosen is the condition of a patient's points of some kinds (none: all) in
// [from, to).
func chosen(patient string, kinds []string, from, to time.Time) string {
	text := fmt.Sprintf("patient = %s AND time >= %dns AND time < %dns", quoteText(patient), from.UnixNano(), to.UnixNano())
	if len(kinds) == 0 {
		return text
	}
	return text + " AND " + eitherOf("kind", kinds)
}

// eitherOf is a condition: the column has one of the values.
func eitherOf(column string, values []string) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = column + " = " + quoteText(v)
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}
