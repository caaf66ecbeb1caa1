package ecg

import (
	"errors"
	"fmt"
	"math"
)

// maxSimulated bounds memory: a day of twelve leads at 250 Hz is below it.
const maxSimulated = 300_000_000

func (c SimConfig) check() ([]Slot, error) {
	var errs []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	between := func(v, low, high float64) bool { return v >= low && v <= high }
	slots, err := AssignSlots(c.Leads)
	if err != nil {
		errs = append(errs, err)
	}
	refuse(!between(c.Rate, 50, 10000), "rate %g Hz: give 50 to 10000", c.Rate)
	refuse(c.Duration <= 0, "duration %s: give one above 0", c.Duration)
	refuse(c.Duration.Seconds()*c.Rate*float64(len(c.Leads)) > maxSimulated, "%s of %d leads at %g Hz are too many samples: make it in parts", c.Duration, len(c.Leads), c.Rate)
	refuse(!between(c.HeartRate, 20, 250), "heart rate %g: give 20 to 250 per minute", c.HeartRate)
	refuse(!between(c.Variability, 0, 0.5), "variability %g s: give 0 to 0.5", c.Variability)
	refuse(!between(c.PVCsPerHour, 0, 1e5) || !between(c.APBsPerHour, 0, 1e5), "ectopic beats per hour: %g and %g: give 0 or more", c.PVCsPerHour, c.APBsPerHour)
	for _, v := range []float64{c.Noise.Wander, c.Noise.Muscle, c.Noise.Mains} {
		refuse(!between(v, 0, 100), "noise of %g mV: give 0 or more", v)
	}
	refuse(c.Noise.Mains > 0 && !between(c.Noise.MainsHz, 1, math.Nextafter(c.Rate/2, 0)), "mains at %g Hz: give less than half the rate of %g Hz", c.Noise.MainsHz, c.Rate)
	for i, e := range c.Episodes {
		if err := e.check(); err != nil {
			errs = append(errs, fmt.Errorf("episode %d: %w", i, err))
		}
	}
	return slots, errors.Join(errs...)
}

func (e Episode) check() error {
	switch {
	case e.At < 0:
		return fmt.Errorf("it starts at %s, before the recording", e.At)
	case (e.Kind == PVCs || e.Kind == APBs) && e.Beats < 1:
		return fmt.Errorf("%d beats: give 1 or more", e.Beats)
	case (e.Kind == Bigeminy || e.Kind == Trigeminy || e.Kind == Pause || e.Kind == STChange) && e.Length <= 0:
		return fmt.Errorf("length %s: give one above 0", e.Length)
	case e.Kind == STChange && (e.Level == 0 || !(math.Abs(e.Level) < 10)):
		return fmt.Errorf("ST level %g mV: give one other than 0", e.Level)
	case e.Kind < PVCs || e.Kind > STChange:
		return fmt.Errorf("kind %d is none of the known ones", e.Kind)
	}
	return nil
}
