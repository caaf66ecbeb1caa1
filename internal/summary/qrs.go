package summary

import (
	"slices"
	"time"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/pkg/ecg"
)

// Run is the beats of a stretch of signal without a gap or loss of contact.
type Run struct {
	Device, Recording string
	Beats             []time.Time // in order
}

const (
	// piece is how much signal is read at once, margin how much more at either end,
	// where the detector is less sure.
	piece  = 30 * time.Minute
	margin = 10 * time.Second
	// still is how long nothing changes in any lead until it counts as no contact.
	still = time.Second
)

// detect finds the beats of a stretch. Progress is told how far it has come.
func detect(s *archive.Stretch, progress func(done time.Duration) error) ([]Run, error) {
	step, extra := int(piece.Seconds()*s.Rate), int(margin.Seconds()*s.Rate)
	var runs []Run
	run := Run{Device: s.Device, Recording: s.Recording}
	flush := func() {
		if len(run.Beats) > 0 {
			runs = append(runs, run)
			run.Beats = nil
		}
	}
	for from := 0; from < s.Len(); from += step {
		to := min(from+step, s.Len())
		lo, hi := max(from-extra, 0), min(to+extra, s.Len())
		rec, err := s.Millivolts(lo, hi)
		if err != nil {
			return nil, err
		}
		lost := lostContact(rec)
		for _, at := range ecg.DetectQRS(rec.Signals(), rec.Rate) {
			sample := lo + at
			if sample < from || sample >= to {
				continue
			}
			for len(lost) > 0 && lost[0] <= at {
				if lo+lost[0] >= from {
					flush()
				}
				lost = lost[1:]
			}
			t := s.TimeAt(sample)
			if n := len(run.Beats); n > 0 && t.Sub(run.Beats[n-1]) < sameBeat {
				continue // found in two pieces
			}
			run.Beats = append(run.Beats, t)
		}
		if slices.ContainsFunc(lost, func(at int) bool { return lo+at >= from && lo+at < to }) {
			flush()
		}
		if err := progress(s.TimeAt(to).Sub(s.Start())); err != nil {
			return nil, err
		}
	}
	flush()
	return runs, nil
}

// lostContact gives the samples at which no lead has changed, or had a value, for a
// while.
func lostContact(rec *ecg.Recording) (at []int) {
	limit := int(still.Seconds() * rec.Rate)
	signals := rec.Signals()
	quiet := 0
	for i := 1; i < len(signals[0]); i++ {
		changed := false
		for _, lead := range signals {
			changed = changed || lead[i] == lead[i] && lead[i] != lead[i-1] //nolint:gocritic // NaN differs from itself
		}
		if quiet++; changed {
			quiet = 0
		}
		if quiet == limit {
			at = append(at, i)
		}
	}
	return at
}
