package ecg

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// RawRecord is a WFDB record as its files hold it.
type RawRecord struct {
	Header
	ADC [][]int32 // per signal, all equally long; InvalidSample where there is no value
}

// ReadSignals reads the record at path (directory and name without extension) in
// ADC units. Checksums of the header are verified: ErrChecksum.
func ReadSignals(path string) (*RawRecord, error) {
	header, err := ReadHeader(path)
	if err != nil {
		return nil, err
	}
	read := func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join(filepath.Dir(path), name))
	}
	adc, err := decodeSignals(header, read)
	if err != nil {
		return nil, fmt.Errorf("read WFDB record %s: %w", path, err)
	}
	return &RawRecord{Header: *header, ADC: adc}, nil
}

// ReadRecord reads the record at path (directory and name without extension) in
// millivolts. Signals in other units than volts are left out; a record without
// any voltage is an error.
func ReadRecord(path string) (*Recording, error) {
	raw, err := ReadSignals(path)
	if err != nil {
		return nil, err
	}
	rec, err := raw.Recording()
	if err != nil {
		return nil, fmt.Errorf("read WFDB record %s: %w", path, err)
	}
	return rec, nil
}

// Recording converts the voltages among the signals to millivolts.
func (r *RawRecord) Recording() (*Recording, error) {
	rec := &Recording{Name: r.Name, Rate: r.Rate, Start: r.Start}
	for i, signal := range r.Signals {
		gain, ok := signal.PerMillivolt()
		if !ok {
			continue
		}
		rec.Leads = append(rec.Leads, Lead{Name: signal.Name(), Samples: millivolts(r.ADC[i], gain, signal.Baseline)})
	}
	if len(rec.Leads) == 0 {
		return nil, fmt.Errorf("%w: none of its %d signals is a voltage", ErrUnsupported, len(r.Signals))
	}
	return rec, nil
}

func millivolts(adc []int32, gain float64, baseline int) []float32 {
	out := make([]float32, len(adc))
	for i, v := range adc {
		if v == InvalidSample {
			out[i] = float32(math.NaN())
			continue
		}
		out[i] = float32(float64(int64(v)-int64(baseline)) / gain)
	}
	return out
}
