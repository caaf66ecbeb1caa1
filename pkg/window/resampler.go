package window

// Resampler brings one lead from any rate to 100 Hz, as it comes: the
// polyphase low-pass filter of scipy.signal.resample_poly (Kaiser 5.0, 10
// periods of the slower rate to either side), without delay between input and
// output times. Output sample m lies at m/100 s after the first input sample;
// n input samples give ⌈n·100/rate⌉ of output, never more nor fewer.
//
// Beyond its ends the signal is taken to go on at its first and last value, so
// that an offset makes no step. A NaN makes NaN of all outputs that it
// touches. The output does not depend on how the input was divided, to the bit.
// It is not safe for concurrent use.
type Resampler struct {
	kernel  *kernel
	history []float64 // input samples from index base on
	base    int64
	next    int64 // index of the next input sample
	out     int64 // index of the next output sample
	scratch []float64
}

// NewResampler starts at the first sample of a signal of rate Hz (1 to 10000;
// it is taken as a fraction within 1e-9 of it).
func NewResampler(rate float64) (*Resampler, error) {
	r, err := newRatio(rate)
	if err != nil {
		return nil, err
	}
	return newResampler(newKernel(r), 0, 0), nil
}

// newResampler starts with input sample in and output sample out, which must be
// one whose taps all lie at in or after it, unless in is 0.
func newResampler(k *kernel, in, out int64) *Resampler {
	return &Resampler{kernel: k, base: in, next: in, out: out, scratch: make([]float64, k.width())}
}

// Push takes samples and appends the output that they complete to dst.
func (r *Resampler) Push(dst []float32, samples []float64) []float32 {
	if len(samples) == 0 {
		return dst
	}
	if r.next == 0 {
		r.base = -int64(r.kernel.left)
		for range r.kernel.left {
			r.history = append(r.history, samples[0])
		}
	}
	r.history = append(r.history, samples...)
	r.next += int64(len(samples))
	return r.run(dst, r.next-int64(r.kernel.left)-1)
}

// Flush appends the rest of the output to dst. No samples can follow.
func (r *Resampler) Flush(dst []float32) []float32 {
	if len(r.history) == 0 {
		return dst
	}
	last := r.history[len(r.history)-1]
	for range r.kernel.left + 1 {
		r.history = append(r.history, last)
	}
	return r.run(dst, r.next)
}

// run makes the output samples that lie before input sample end.
func (r *Resampler) run(dst []float32, end int64) []float32 {
	sample, phase := r.kernel.at(r.out)
	for sample < end {
		taps := r.kernel.taps(phase, r.scratch)
		in := r.history[sample-int64(r.kernel.left)-r.base:]
		sum := 0.0
		for j, tap := range taps {
			sum += float64(tap * in[j]) // the conversion forbids fusing, so all machines agree
		}
		dst = append(dst, float32(sum))
		r.out++
		sample, phase = r.kernel.at(r.out)
	}
	r.forget(sample - int64(r.kernel.left))
	return dst
}

// forget drops the input before a sample, now and then.
func (r *Resampler) forget(sample int64) {
	drop := int(min(sample-r.base, int64(len(r.history))))
	if drop > len(r.history)/2 {
		n := copy(r.history, r.history[drop:])
		r.history = r.history[:n]
		r.base += int64(drop)
	}
}
