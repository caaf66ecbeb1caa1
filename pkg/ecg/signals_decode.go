package ecg

import (
	"fmt"
	"path/filepath"
)

// decodeSignals reads file by file; the signals of a file stand together in the header.
func decodeSignals(h *Header, read func(name string) ([]byte, error)) ([][]int32, error) {
	var adc [][]int32
	done := make(map[string]bool)
	for from := 0; from < len(h.Signals); {
		to := from + 1
		for to < len(h.Signals) && h.Signals[to].File == h.Signals[from].File {
			to++
		}
		group := h.Signals[from:to]
		name := group[0].File
		if name != filepath.Base(name) || name == "." || name == ".." {
			return nil, fmt.Errorf("%w: signal file %q is not a plain file name", ErrUnsupported, name)
		}
		if done[name] {
			return nil, fmt.Errorf("%w: the signals of file %s do not stand together in the header", ErrFormat, name)
		}
		done[name] = true
		data, err := read(name)
		if err != nil {
			return nil, fmt.Errorf("signal file: %w", err)
		}
		signals, err := decodeGroup(h, group, data)
		if err != nil {
			return nil, fmt.Errorf("signal file %s: %w", name, err)
		}
		adc = append(adc, signals...)
		from = to
	}
	for i := range adc {
		if len(adc[i]) != len(adc[0]) {
			return nil, fmt.Errorf("%w: signals %d and 0 have %d and %d samples", ErrFormat, i, len(adc[i]), len(adc[0]))
		}
	}
	return adc, nil
}

// decodeGroup decodes the signals of one file.
func decodeGroup(h *Header, group []Signal, data []byte) ([][]int32, error) {
	format, err := storageOf(group[0].Format)
	if err != nil {
		return nil, err
	}
	for _, s := range group {
		if s.Format != group[0].Format || s.Offset != group[0].Offset {
			return nil, fmt.Errorf("%w: its signals differ in format or byte offset", ErrFormat)
		}
	}
	if group[0].Offset > int64(len(data)) {
		return nil, fmt.Errorf("%w: %d bytes long, but its samples start at byte %d", ErrFormat, len(data), group[0].Offset)
	}
	data = data[group[0].Offset:]
	length := int64(format.capacity(len(data)) / len(group))
	if h.Samples > length {
		return nil, fmt.Errorf("%w: truncated: the header announces %d samples per signal, the file holds %d", ErrFormat, h.Samples, length)
	}
	if h.Samples > 0 {
		length = h.Samples
	}
	flat := format.unpack(data, int(length)*len(group))
	out := make([][]int32, len(group))
	for i, s := range group {
		samples := make([]int32, length)
		for n := range samples {
			samples[n] = flat[n*len(group)+i]
		}
		if err := finish(samples, s, format, h.Samples > 0); err != nil {
			return nil, err
		}
		out[i] = samples
	}
	return out, nil
}

// finish turns stored values into ADC values in place: sums of differences,
// checksum, skew, codes of missing samples.
func finish(samples []int32, s Signal, format storage, verify bool) error {
	if format.difference {
		sum := int32(s.Initial)
		for n, d := range samples {
			sum += d
			samples[n] = sum
		}
	}
	if verify && s.HasChecksum {
		if sum := checksum(samples); sum != s.Checksum {
			return fmt.Errorf("%w: signal %s sums to %d, the header says %d; fetch the file again", ErrChecksum, s.Name(), sum, s.Checksum)
		}
	}
	if s.Skew > 0 {
		kept := copy(samples, samples[min(s.Skew, len(samples)):])
		for n := kept; n < len(samples); n++ {
			samples[n] = InvalidSample
		}
	}
	if format.invalid == 0 {
		return nil
	}
	for n, v := range samples {
		if v == format.invalid {
			samples[n] = InvalidSample
		}
	}
	return nil
}

// checksum is the sum of all samples modulo 65536: header(5).
func checksum(samples []int32) uint16 {
	var sum uint16
	for _, v := range samples {
		sum += uint16(v)
	}
	return sum
}
