package fhir

import (
	"fmt"
	"strconv"
	"time"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/pkg/ecg"
)

const (
	stripLength = 10 * time.Second
	// pieceLength is that of the strips when the whole signal is written.
	pieceLength = 30 * time.Second
	// margin is shown before and after a finding that fits.
	margin = 2 * time.Second
)

// strip is some seconds of signal.
type strip struct {
	of       *archive.Stretch
	from, to int // samples
}

func (s strip) start() time.Time { return s.of.TimeAt(s.from) }
func (s strip) end() time.Time   { return s.of.TimeAt(s.to) }

// shows tells whether the strip has a finding, or of a long one the beginning.
func (s strip) shows(from, to time.Time) bool {
	if most := from.Add(stripLength - 2*margin); to.After(most) {
		to = most
	}
	return !s.start().After(from) && !s.end().Before(to)
}

// around is the strip about [from, to) of a stretch: in the middle what fits with
// its margins, else the beginning.
func around(of *archive.Stretch, from, to time.Time) strip {
	start := from.Add(-margin)
	if d := to.Sub(from); d <= stripLength-2*margin {
		start = from.Add(d / 2).Add(-stripLength / 2)
	}
	n := max(int(stripLength.Seconds()*of.Rate), 1)
	first := min(max(of.SampleAt(start), 0), max(of.Len()-n, 0))
	return strip{of, first, min(first+n, of.Len())}
}

// pieces is a whole stretch in strips.
func pieces(of *archive.Stretch) []strip {
	n := pieceSamples(of)
	var all []strip
	for from := 0; from < of.Len(); from += n {
		all = append(all, strip{of, from, min(from+n, of.Len())})
	}
	return all
}

func pieceSamples(of *archive.Stretch) int { return max(int(pieceLength.Seconds()*of.Rate), 1) }

// strip reads the samples. An error that is fs.ErrNotExist says that they have been
// deleted meanwhile.
func (s *Study) strip(t strip) (r4.Observation, error) {
	rows, err := t.of.ADC(t.from, t.to)
	if err != nil {
		return r4.Observation{}, fmt.Errorf("read the strip at %s: %w", instant(t.start()), err)
	}
	o := r4.Observation{
		Identifier: identified(s.stripURN(t)), Status: r4.ObservationStatusFinal,
		Category: []r4.CodeableConcept{procedure}, Code: concept("ECG strip", coding(systemMDC, itoa(potential), "MDC_ECG_ELEC_POTL")),
		Subject: reference(s.urn("patient")), Device: reference(s.urn("device", t.of.Device)), EffectivePeriod: period(t.start(), t.end()),
	}
	for i, lead := range t.of.Leads {
		o.Component = append(o.Component, r4.ObservationComponent{Code: potentialOf(lead), ValueSampledData: &r4.SampledData{
			Origin: *quantity(0, "mV"), Period: decimal(1000 / t.of.Rate), Factor: new(decimal(1 / t.of.Gain[i])), Dimensions: 1, Data: new(samples(rows[i])),
		}})
	}
	return o, nil
}

// samples writes ADC units as SampledData does.
func samples(row []int32) string {
	var text []byte
	for i, v := range row {
		if i > 0 {
			text = append(text, ' ')
		}
		if v == ecg.InvalidSample {
			text = append(text, 'E')
		} else {
			text = strconv.AppendInt(text, int64(v), 10)
		}
	}
	return string(text)
}
