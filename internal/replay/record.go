package replay

import (
	"fmt"
	"math"
	"path/filepath"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// ReadSignal reads a stretch of a WFDB record (path without extension) as a
// wearable would have measured it. leads is a selection as ecg.SelectLeads takes
// it; a to of 0 means the record's end. The cut tells what was read, with the
// stretch's bounds as they are.
func ReadSignal(path, leads string, from, to time.Duration) (*Signal, Cut, error) {
	raw, err := ecg.ReadSignals(path)
	if err != nil {
		return nil, Cut{}, err
	}
	signal, err := measured(raw, leads)
	if err != nil {
		return nil, Cut{}, fmt.Errorf("record %s: %w", path, err)
	}
	total := signal.Duration()
	if to == 0 || to > total {
		to = total
	}
	if from < 0 || from >= to {
		return nil, Cut{}, fmt.Errorf("record %s: nothing lies between %v and %v: it lasts %v; choose others with --from and --to",
			path, from, to, total.Round(time.Second))
	}
	first, end := signal.sampleAt(from), signal.sampleAt(to)
	for i := range signal.ADC {
		signal.ADC[i] = signal.ADC[i][first:end]
	}
	if err := signal.Validate(); err != nil {
		return nil, Cut{}, fmt.Errorf("record %s: %w", path, err)
	}
	return signal, Cut{Record: filepath.Base(path), Leads: signal.Leads, From: from, To: to}, nil
}

// measured takes the chosen voltages of a record, zero at 0 mV.
func measured(raw *ecg.RawRecord, leads string) (*Signal, error) {
	var voltages []int
	var names []string
	for i, s := range raw.Signals {
		if _, ok := s.PerMillivolt(); ok {
			voltages, names = append(voltages, i), append(names, s.Name())
		}
	}
	chosen, err := ecg.SelectLeads(names, leads)
	if err != nil {
		return nil, err
	}
	signal := &Signal{Rate: raw.Rate}
	for _, n := range chosen {
		s := raw.Signals[voltages[n]]
		gain, _ := s.PerMillivolt()
		signal.Leads = append(signal.Leads, names[n])
		signal.Gain = append(signal.Gain, gain)
		signal.ADC = append(signal.ADC, zeroed(raw.ADC[voltages[n]], s.Baseline))
	}
	if len(signal.Leads) > 0 {
		if _, err := ecg.AssignSlots(signal.Leads); err != nil {
			return nil, fmt.Errorf("%w (choose leads with --leads)", err)
		}
	}
	return signal, nil
}

// zeroed moves the baseline to 0, keeping what is missing and what would not fit.
func zeroed(adc []int32, baseline int) []int32 {
	out := make([]int32, len(adc))
	for i, v := range adc {
		if v == ecg.InvalidSample {
			out[i] = Missing
			continue
		}
		out[i] = int32(max(Missing+1, min(math.MaxInt32, int64(v)-int64(baseline))))
	}
	return out
}

// sampleAt returns the sample nearest to a time.
func (s *Signal) sampleAt(t time.Duration) int {
	return min(int(math.Round(t.Seconds()*s.Rate)), s.Len())
}
