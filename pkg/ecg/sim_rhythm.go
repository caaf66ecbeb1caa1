package ecg

import (
	"math"
	"math/rand/v2"
	"slices"
)

// simBeat is one beat of a simulated rhythm.
type simBeat struct {
	at       float64 // time of the R peak, s
	symbol   string  // N, V or A
	interval float64 // from the beat before, s: stretches the T wave
	focus    int     // V: which of the ventricular foci fires
	gain     float64 // of amplitudes, around 1
	width    float64 // of durations, around 1
}

type simRhythm struct {
	beats []simBeat
	notes []rhythmNote
}

// rhythmNote says that a rhythm begins with the beat at a time.
type rhythmNote struct {
	at   float64
	text string
}

// pacemaker walks from sinus beat to sinus beat.
type pacemaker struct {
	cfg    SimConfig
	rng    *rand.Rand
	phase  [2]float64 // of the two oscillations of the sinus interval
	focus  int        // from which most PVCs come
	end    float64
	rhythm simRhythm
}

// Oscillations of the sinus interval: blood pressure and breathing.
var (
	swingHz    = [2]float64{0.1, 0.25}
	swingShare = [2]float64{0.5, 0.35} // of the variance; the rest is from beat to beat
)

func simulateRhythm(cfg SimConfig) simRhythm {
	p := &pacemaker{cfg: cfg, rng: rand.New(rand.NewPCG(cfg.Seed, 1)), end: cfg.Duration.Seconds()}
	for i := range p.phase {
		p.phase[i] = p.rng.Float64() * 2 * math.Pi
	}
	p.focus = p.rng.IntN(len(ventricularFoci))
	episodes := slices.Clone(cfg.Episodes)
	slices.SortStableFunc(episodes, func(a, b Episode) int { return int(a.At - b.At) })
	episodes = slices.DeleteFunc(episodes, func(e Episode) bool { return e.Kind == STChange })
	t := 0.3 + 0.5*p.rng.Float64()
	p.note(t, "(N")
	for t < p.end {
		p.beat(t, "N")
		event := p.randomEvent()
		if len(episodes) > 0 && episodes[0].At.Seconds() <= t {
			event, episodes = episodes[0], episodes[1:]
		}
		t = p.play(event, t)
	}
	return p.rhythm
}

// interval is the sinus interval that begins at t.
func (p *pacemaker) interval(t float64) float64 {
	deviation, rest := 0.0, 1.0
	for i, hz := range swingHz {
		deviation += math.Sqrt(2*swingShare[i]) * math.Sin(2*math.Pi*hz*t+p.phase[i])
		rest -= swingShare[i]
	}
	deviation += math.Sqrt(rest) * p.rng.NormFloat64()
	mean := 60 / p.cfg.HeartRate
	return max(mean+p.cfg.Variability*deviation, 0.5*mean, 0.2)
}

func (p *pacemaker) beat(t float64, symbol string) {
	b := simBeat{at: t, symbol: symbol, interval: 60 / p.cfg.HeartRate}
	if n := len(p.rhythm.beats); n > 0 {
		b.interval = t - p.rhythm.beats[n-1].at
	}
	b.gain = 1 + 0.03*math.Sin(2*math.Pi*swingHz[1]*t+p.phase[1]) + 0.01*p.rng.NormFloat64()
	b.width = 1
	if symbol == "V" {
		b.gain = 1 + 0.06*p.rng.NormFloat64()
		b.width = max(1+0.05*p.rng.NormFloat64(), 0.85)
	}
	if t < p.end {
		p.rhythm.beats = append(p.rhythm.beats, b)
	}
}

func (p *pacemaker) note(t float64, text string) {
	if t < p.end {
		p.rhythm.notes = append(p.rhythm.notes, rhythmNote{t, text})
	}
}

// randomEvent draws what happens after a sinus beat by itself.
func (p *pacemaker) randomEvent() Episode {
	perBeat := 1 / (p.cfg.HeartRate * 60)
	draw, size := p.rng.Float64(), p.rng.Float64()
	// On average 1.3 beats come of one ventricular event (weights below).
	ventricular := p.cfg.PVCsPerHour * perBeat / 1.3
	switch {
	case draw < ventricular && size < 0.85:
		return Episode{Kind: PVCs, Beats: 1}
	case draw < ventricular && size < 0.95:
		return Episode{Kind: PVCs, Beats: 2}
	case draw < ventricular:
		return Episode{Kind: PVCs, Beats: 3 + int((size-0.95)/0.05*4)}
	case draw < ventricular+p.cfg.APBsPerHour*perBeat:
		return Episode{Kind: APBs, Beats: 1}
	}
	return Episode{}
}
