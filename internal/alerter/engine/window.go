package engine

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/internal/alerter/state"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	// fineness is in how many parts the time of a burden or rate is kept: it is
	// right to within one of them.
	fineness    = 60
	mostBuckets = 2 * fineness
	// seamless is how far apart windows may lie that no signal is missing between.
	seamless = int64(20 * time.Millisecond)
	// mostOffset is beyond any window's length.
	mostOffset = uint32(time.Hour / time.Millisecond)
)

// Window takes a message of ecg.windows.
func (s *Step) Window(w *holterv1.Window, at Arrival) error {
	if err := checkWindow(w); err != nil {
		return err
	}
	recording, _, err := s.tx.Recording(w.Patient, w.Device, w.Recording)
	if err != nil {
		return err
	}
	if w.EndTimeNs <= recording.Analysed {
		s.Repeated++
		return nil
	}
	recording.Analysed, recording.Told = w.EndTimeNs, at.Received
	if err := s.tx.SetRecording(w.Patient, w.Device, w.Recording, recording); err != nil {
		return err
	}
	if err := s.expire(w.Patient, w.Device, w.StartTimeNs, true); err != nil {
		return err
	}
	for _, r := range s.rulesOf(w.Patient) {
		if !r.OfWindows() {
			continue
		}
		kept, err := s.tx.Window(r.Name, w.Patient, w.Device)
		if err != nil {
			return err
		}
		h, met, changed := inspect(r, &kept, w)
		if !changed && r.Burden != nil {
			if err := s.linger(r, w, at); err != nil {
				return err
			}
		}
		if changed {
			if err := s.tx.SetWindow(r.Name, w.Patient, w.Device, kept); err != nil {
				return err
			}
		}
		if met {
			if err := s.met(r, subject{patient: w.Patient, device: w.Device}, h, kept, at); err != nil {
				return err
			}
		}
	}
	return s.settle()
}

// linger keeps the alert of a burden open while nothing can be said of that:
// noise, or not asked for, is no end.
func (s *Step) linger(r *rule.Rule, w *holterv1.Window, at Arrival) error {
	open, exists, err := s.tx.Open(w.Patient, r.KeyFor(w.Patient, w.Device))
	if err != nil || !exists || open.Alert.Rule != r.Name || open.Alert.Device != w.Device {
		return err
	}
	open.Met = max(open.Met, w.EndTimeNs)
	if at.Received.After(open.Received) {
		open.Received = at.Received
	}
	return s.tx.SetOpen(open)
}

func checkWindow(w *holterv1.Window) error {
	switch {
	case !state.Fits(w.Patient), !state.Fits(w.Device):
		return fmt.Errorf("%w: window %q of patient %q and device %q", ErrRefused, w.Id, w.Patient, w.Device)
	case w.EndTimeNs <= w.StartTimeNs || w.StartTimeNs <= 0:
		return fmt.Errorf("%w: window %s begins at %d and ends at %d", ErrRefused, w.Id, w.StartTimeNs, w.EndTimeNs)
	case len(w.BeatOffsetsMs) > 0 && slices.Max(w.BeatOffsetsMs) > mostOffset, math.IsNaN(w.Quality):
		return fmt.Errorf("%w: window %s has beats far after it, or no quality", ErrRefused, w.Id)
	}
	return nil
}

// inspect adds a window to what the rule remembers, and tells whether that meets
// the condition and whether anything has changed.
func inspect(r *rule.Rule, kept *state.Window, w *holterv1.Window) (h hit, met, changed bool) {
	switch {
	case r.Noise != nil:
		if w.Quality >= r.Noise.Below {
			return hit{}, false, false
		}
		h, met = lasted(&kept.Spans, w.StartTimeNs, w.EndTimeNs, r.Noise.For, r.Noise.MaxGap)
		return h, met, true
	case r.Pause != nil:
		h, met = paused(kept, w, r.Analysable(w), int64(r.Pause.AtLeast))
		return h, met, true
	case !r.Analysable(w):
		return hit{}, false, false
	case r.Rate != nil:
		sum := tally(kept, bucket(w), r.Rate.For)
		h, met = sum.rate(r.Rate)
		return h, met, true
	default:
		b, asked := burden(r, w)
		if !asked {
			return hit{}, false, false
		}
		sum := tally(kept, b, r.Burden.Within)
		h, met = sum.burden(r.Burden)
		return h, met, true
	}
}

// paused tells whether there is so long a time without a beat. One that goes on at
// the window's end is met before its next beat has come. Of what noise hides
// nothing is known: the time begins with the clear signal after it.
func paused(kept *state.Window, w *holterv1.Window, clear bool, least int64) (longest hit, met bool) {
	gap := w.StartTimeNs - kept.Until
	joined := -seamless <= gap && gap <= seamless
	kept.Until = w.EndTimeNs
	switch {
	case !clear, !joined:
		kept.Last = 0
	case kept.Last == 0:
		kept.Last = w.StartTimeNs
	}
	if !clear {
		return hit{}, false
	}
	between := func(from, to int64) {
		if from != 0 && to-from >= least && to-from > longest.last-longest.first {
			longest, met = hit{first: from, last: to, cause: from + least}, true
		}
	}
	for _, ms := range w.BeatOffsetsMs {
		t := w.StartTimeNs + int64(ms)*int64(time.Millisecond)
		between(kept.Last, t)
		kept.Last = t
	}
	between(kept.Last, w.EndTimeNs)
	return longest, met
}
