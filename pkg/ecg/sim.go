package ecg

import (
	"fmt"
	"time"
)

// SimConfig says what Simulate makes. Start from DefaultSimConfig.
type SimConfig struct {
	Name     string
	Seed     uint64 // equal configurations give equal recordings
	Rate     float64
	Duration time.Duration
	Start    time.Time
	Leads    []string // names as AssignSlots takes them

	HeartRate   float64 // mean of the sinus rhythm, per minute
	Variability float64 // standard deviation of its intervals, s

	// Ectopic beats strewn in at random, per hour. Of the ventricular ones most
	// come singly, some as couplets and runs of three to six.
	PVCsPerHour float64
	APBsPerHour float64

	Episodes []Episode // what happens at set times, beside the random beats
	Noise    Noise
}

// Noise is added to every lead, in mV RMS.
type Noise struct {
	Wander float64 // baseline wander, 0.05 to 0.4 Hz
	Muscle float64 // broadband, swelling and fading
	Mains  float64
	// MainsHz is 50 or 60.
	MainsHz float64
}

// EpisodeKind is what an Episode brings about.
type EpisodeKind int

const (
	// PVCs are Beats premature ventricular contractions in a row: 1 = single,
	// 2 = couplet, 3 and more = run.
	PVCs EpisodeKind = iota
	// Bigeminy alternates sinus beats and PVCs for Length.
	Bigeminy
	// Trigeminy follows every two sinus beats by a PVC for Length.
	Trigeminy
	// APBs are Beats atrial premature beats, each after a sinus beat.
	APBs
	// Pause is a sinus arrest: an interval of Length between two beats.
	Pause
	// STChange shifts the ST segment by Level for Length, slowly coming and going.
	STChange
)

// Episode is one event of a simulated recording. It starts with the first sinus
// beat at or after At.
type Episode struct {
	Kind   EpisodeKind
	At     time.Duration
	Length time.Duration // Bigeminy, Trigeminy, Pause, STChange
	Beats  int           // PVCs, APBs
	Level  float64       // STChange: mV in lead II; negative = depression
}

// DefaultSimConfig is a minute of calm sinus rhythm in the leads of a home monitor.
func DefaultSimConfig() SimConfig {
	return SimConfig{
		Name: "sim", Seed: 1, Rate: 360, Duration: time.Minute, Leads: []string{"MLII", "V1"},
		HeartRate: 70, Variability: 0.03,
		Noise: Noise{Wander: 0.05, Muscle: 0.01, Mains: 0.002, MainsHz: 50},
	}
}

// Simulate makes an ECG with known beats, and the annotations that an expert would
// give it: every beat at its R peak, rhythm changes ("(N", "(B", "(T", "(VT"), and
// ST episodes as the European ST-T Database writes them ("(ST0+", "AST0+200",
// "ST0+)", with µV in lead 0 or whichever shows it best).
//
// A heart beat is a sum of Gaussian waves along its cycle, after McSherry, Clifford,
// Tarassenko and Smith (IEEE Trans Biomed Eng 2003;50:289), with intervals that
// vary with breathing and blood pressure. The limb leads obey Einthoven's and
// Goldberger's equations. Beats depend on the seed and the rhythm's fields only, not
// on rate, leads or noise. It is meant for tests, load and demonstrations, not as
// evidence of how anything performs on people.
func Simulate(cfg SimConfig) (*Recording, []Annotation, error) {
	slots, err := cfg.check()
	if err != nil {
		return nil, nil, fmt.Errorf("simulate %s: %w", cfg.Name, err)
	}
	rhythm := simulateRhythm(cfg)
	rec := &Recording{Name: cfg.Name, Rate: cfg.Rate, Start: cfg.Start, Leads: make([]Lead, len(slots))}
	n := sampleAt(cfg.Duration, cfg.Rate)
	signals := make([][]float64, len(slots))
	for i := range slots {
		signals[i] = make([]float64, n)
	}
	for _, beat := range rhythm.beats {
		drawBeat(signals, slots, cfg, beat)
	}
	addNoise(signals, cfg)
	for i, name := range cfg.Leads {
		samples := make([]float32, n)
		for k, v := range signals[i] {
			samples[k] = float32(v)
		}
		rec.Leads[i] = Lead{Name: name, Samples: samples}
	}
	return rec, annotate(cfg, slots, rhythm, int64(n)), nil
}
