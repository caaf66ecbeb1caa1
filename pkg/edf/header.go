package edf

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	annotations   = "EDF Annotations"
	continuous    = "EDF+C"
	discontinuous = "EDF+D"
	fixedBytes    = 256 // of a header, and for each signal once more
	countAt       = 236 // where the number of records stands
)

// PatientID is the patient identification of EDF+: code, sex, birthdate and name,
// of which the last three are not known.
func PatientID(code string) string {
	const unknown = " X X X"
	return cut(subfield(code), 80-len(unknown)) + unknown
}

// RecordingID is the recording identification of EDF+: the date, and the
// equipment.
func RecordingID(start time.Time, equipment string) string {
	known := "Startdate " + strings.ToUpper(start.UTC().Format("02-Jan-2006")) + " X X "
	return known + cut(subfield(equipment), 80-len(known))
}

// subfield has no spaces: they separate.
func subfield(text string) string {
	if text = strings.Join(strings.Fields(ascii(text)), "_"); text == "" {
		return "X"
	}
	return text
}

// ascii replaces what EDF headers may not have.
func ascii(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
}

func cut(text string, most int) string { return text[:min(len(text), most)] }

// encode writes the header with the annotation signal behind the others.
func (h Header) encode(annotationBytes int) ([]byte, error) {
	var b bytes.Buffer
	var problems []string
	field := func(text string, width int) {
		if text != ascii(text) || len(text) > width {
			problems = append(problems, fmt.Sprintf("%q is not up to %d printable ASCII characters", text, width))
		}
		fmt.Fprintf(&b, "%-*.*s", width, width, text)
	}
	signals := append(h.Signals[:len(h.Signals):len(h.Signals)], Signal{
		Label: annotations, PhysicalMin: -1, PhysicalMax: 1, DigitalMin: math.MinInt16, DigitalMax: math.MaxInt16, Samples: annotationBytes / 2,
	})
	start := h.Start.UTC()
	date := start.Format("02.01.06")
	if start.Year() < 1985 || start.Year() > 2084 {
		date = start.Format("02.01.") + "yy" // the recording identification has the year
	}
	kind := continuous
	if h.Discontinuous {
		kind = discontinuous
	}
	field("0", 8)
	field(h.Patient, 80)
	field(h.Recording, 80)
	field(date, 8)
	field(start.Format("15.04.05"), 8)
	field(strconv.Itoa(fixedBytes*(1+len(signals))), 8)
	field(kind, 44)
	field("-1", 8) // records, until they are counted
	field(seconds(h.Duration), 8)
	field(strconv.Itoa(len(signals)), 4)
	column := func(width int, text func(Signal) string) {
		for _, s := range signals {
			field(text(s), width)
		}
	}
	column(16, func(s Signal) string { return s.Label })
	column(80, func(s Signal) string { return s.Transducer })
	column(8, func(s Signal) string { return s.Dimension })
	column(8, func(s Signal) string { return number(s.PhysicalMin) })
	column(8, func(s Signal) string { return number(s.PhysicalMax) })
	column(8, func(s Signal) string { return strconv.Itoa(s.DigitalMin) })
	column(8, func(s Signal) string { return strconv.Itoa(s.DigitalMax) })
	column(80, func(s Signal) string { return s.Prefilter })
	column(8, func(s Signal) string { return strconv.Itoa(s.Samples) })
	column(32, func(Signal) string { return "" })
	if len(problems) > 0 {
		return nil, fmt.Errorf("EDF+ header: %s", strings.Join(problems, "; "))
	}
	return b.Bytes(), nil
}

// number writes a value with as many digits as 8 characters take.
func number(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	for digits := 7; len(text) > 8 && digits >= 0; digits-- {
		text = strconv.FormatFloat(v, 'f', digits, 64)
	}
	return text
}

// Rounded is a physical extreme as the header can hold it.
func Rounded(v float64) float64 {
	rounded, err := strconv.ParseFloat(number(v), 64)
	if err != nil || len(number(v)) > 8 {
		return math.Inf(1)
	}
	return rounded
}

// seconds writes a duration as decimal seconds, without an exponent.
func seconds(d time.Duration) string {
	text := fmt.Sprintf("%d.%09d", d/time.Second, d%time.Second)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
