package influx

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxField is the longest string field InfluxDB 1.8 takes, in bytes.
const maxField = 65535

// noText stands for an empty string. Flux of InfluxDB 2.x passes over an empty one
// after others, so that rows get each other's texts (influxdata/influxdb#26916).
const noText = "∅"

type tag struct{ key, value string }

type field struct {
	key   string
	value any // string, int64, float64 or bool
}

// point is one line of line protocol, with the name under which a refusal is
// reported.
type point struct {
	name        string
	measurement string
	tags        []tag
	fields      []field
	at          time.Time
}

// identity is what InfluxDB takes for "the same point".
func (p point) identity() string {
	var b strings.Builder
	b.WriteString(p.measurement)
	for _, t := range p.tags {
		b.WriteString("\x00" + t.value)
	}
	b.WriteString("\x00" + strconv.FormatInt(p.at.UnixNano(), 10))
	return b.String()
}

// encode writes the point as line protocol. It is stricter than the client
// library's encoder, which leaves out what it cannot write and turns line
// breaks in fields into "\n".
func (p point) encode() (string, error) {
	if err := checkTime(p.at); err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(p.measurement)
	for _, t := range p.tags {
		if err := checkTag(t.value); err != nil {
			return "", fmt.Errorf("%s %q %w", t.key, t.value, err)
		}
		b.WriteString("," + t.key + "=")
		_, _ = tagEscaper.WriteString(&b, t.value)
	}
	for i, f := range p.fields {
		b.WriteByte(" ,"[min(i, 1)])
		b.WriteString(f.key + "=")
		if err := writeField(&b, f.value); err != nil {
			return "", fmt.Errorf("%s %w", f.key, err)
		}
	}
	b.WriteString(" " + strconv.FormatInt(p.at.UnixNano(), 10))
	return b.String(), nil
}

var (
	tagEscaper    = strings.NewReplacer(",", `\,`, " ", `\ `, "=", `\=`)
	stringEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
)

// checkTag refuses what line protocol cannot carry in a tag.
func checkTag(value string) error {
	switch {
	case value == "":
		return errors.New("is empty")
	case !utf8.ValidString(value):
		return errors.New("is not valid UTF-8")
	case strings.HasSuffix(value, `\`) || strings.ContainsFunc(value, unicode.IsControl):
		return errors.New("ends in a backslash or holds a control character")
	}
	return nil
}

func checkTime(t time.Time) error {
	if y := t.Year(); y < 1678 || y > 2261 {
		return fmt.Errorf("time %s is outside the years 1678 to 2261", t)
	}
	return nil
}

func writeField(b *strings.Builder, value any) error {
	switch v := value.(type) {
	case string:
		if v == "" {
			v = noText
		}
		if len(v) > maxField {
			return fmt.Errorf("has %d bytes, at most %d are stored", len(v), maxField)
		}
		b.WriteByte('"')
		_, _ = stringEscaper.WriteString(b, strings.ToValidUTF8(v, "\uFFFD"))
		b.WriteByte('"')
	case int64:
		b.WriteString(strconv.FormatInt(v, 10) + "i")
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("is %v", v)
		}
		b.WriteString(strconv.FormatFloat(v, 'g', -1, 64))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	default:
		return fmt.Errorf("has the unsupported type %T", value)
	}
	return nil
}
