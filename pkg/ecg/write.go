package ecg

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// WriteRecord writes a recording as WFDB files NAME.hea and NAME.dat into dir, in
// format 16 (1 µV steps, ±32.7 mV), 32 (1 µV, ±2147 V), 212 (5 µV, ±10.2 mV) or 80
// (40 µV, ±5 mV).
// Values beyond the range are clipped to it. See Quantize for another resolution.
func WriteRecord(dir string, rec *Recording, format int) error {
	raw, err := Quantize(rec, format, 0)
	if err != nil {
		return err
	}
	return WriteSignals(dir, raw)
}

// Quantize turns millivolts into ADC units of a WFDB format (16, 32, 80 or 212) at a
// gain in ADC units per mV; 0 chooses the format's customary gain. Values beyond
// the format's range are clipped to it, NaN becomes InvalidSample.
func Quantize(rec *Recording, format int, gain float64) (*RawRecord, error) {
	e, err := encodingOf(format)
	if err != nil {
		return nil, fmt.Errorf("quantize %s: %w", rec.Name, err)
	}
	if gain == 0 {
		gain = e.gain
	}
	if !(gain > 0) || math.IsInf(gain, 0) {
		return nil, fmt.Errorf("quantize %s: gain %g: give ADC units per mV above 0", rec.Name, gain)
	}
	raw := &RawRecord{Header: Header{Name: rec.Name, Rate: rec.Rate, Samples: int64(rec.Len()), Start: rec.Start}}
	for _, lead := range rec.Leads {
		adc := make([]int32, len(lead.Samples))
		for n, v := range lead.Samples {
			if math.IsNaN(float64(v)) {
				adc[n] = InvalidSample
				continue
			}
			adc[n] = int32(min(max(math.Round(float64(v)*gain), float64(e.low)), float64(e.high)))
		}
		raw.ADC = append(raw.ADC, adc)
		raw.Signals = append(raw.Signals, Signal{
			Format: format, Gain: gain, Units: "mV", Resolution: bitsOf(e), Description: lead.Name,
		})
	}
	return raw, nil
}

func bitsOf(e encoding) int {
	bits := 1
	for e.high>>(bits-1) > 0 {
		bits++
	}
	return bits
}

// WriteSignals writes a record in ADC units into dir as NAME.hea and NAME.dat. All
// signals go into one file, in the format of the first; initial values and
// checksums are computed. Of a signal, Format, Gain, Baseline, Units, Resolution,
// Zero and Description are kept. Values that the format cannot store are an error.
func WriteSignals(dir string, raw *RawRecord) error {
	header, data, err := encodeRecord(raw)
	if err != nil {
		return fmt.Errorf("write WFDB record %s: %w", raw.Name, err)
	}
	for name, content := range map[string][]byte{raw.Name + ".hea": header, raw.Name + ".dat": data} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return fmt.Errorf("write WFDB record: %w", err)
		}
	}
	return nil
}

func encodeRecord(raw *RawRecord) (header, data []byte, err error) {
	if !isRecordName(raw.Name) {
		return nil, nil, fmt.Errorf("record name %q: use letters, digits, '_' and '-'", raw.Name)
	}
	if !(raw.Rate > 0) || math.IsInf(raw.Rate, 0) {
		return nil, nil, fmt.Errorf("rate %g: give samples per second above 0", raw.Rate)
	}
	if len(raw.Signals) == 0 || len(raw.Signals) != len(raw.ADC) {
		return nil, nil, fmt.Errorf("%d signals with %d sample lists: give one list each", len(raw.Signals), len(raw.ADC))
	}
	format := raw.Signals[0].Format
	e, err := encodingOf(format)
	if err != nil {
		return nil, nil, err
	}
	stored := make([][]int32, len(raw.ADC))
	for i, adc := range raw.ADC {
		if len(adc) != len(raw.ADC[0]) {
			return nil, nil, fmt.Errorf("signals 0 and %d have %d and %d samples", i, len(raw.ADC[0]), len(adc))
		}
		if stored[i], err = storable(adc, e); err != nil {
			return nil, nil, fmt.Errorf("signal %s in format %d: %w", raw.Signals[i].Name(), format, err)
		}
	}
	return encodeHeader(raw, format), e.pack(stored), nil
}

func storable(adc []int32, e encoding) ([]int32, error) {
	out := make([]int32, len(adc))
	for n, v := range adc {
		switch {
		case v == InvalidSample:
			v = e.low - 1
		case v < e.low || v > e.high:
			return nil, fmt.Errorf("sample %d is %d, outside %d to %d", n, v, e.low, e.high)
		}
		out[n] = v
	}
	return out, nil
}

// encodeHeader describes what is stored: initial values and checksums are computed.
func encodeHeader(raw *RawRecord, format int) []byte {
	h := raw.Header
	h.Signals = slices.Clone(h.Signals)
	for i := range h.Signals {
		s := &h.Signals[i]
		s.File, s.Format, s.Skew, s.Offset, s.BlockSize = raw.Name+".dat", format, 0, 0, 0
	}
	h.Count(raw.ADC)
	return FormatHeader(&h)
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}

const recordNameRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

func isRecordName(name string) bool {
	return name != "" && strings.Trim(name, recordNameRunes) == ""
}
