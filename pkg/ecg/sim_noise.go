package ecg

import (
	"math"
	"math/rand/v2"
)

// addNoise adds each kind of noise to every lead, each lead with its own.
func addNoise(signals [][]float64, cfg SimConfig) {
	for lead, x := range signals {
		rng := rand.New(rand.NewPCG(cfg.Seed, 2+uint64(lead)))
		addWander(x, cfg.Noise.Wander, cfg.Rate, rng)
		addMuscle(x, cfg.Noise.Muscle, cfg.Rate, rng)
		phase := rng.Float64() * 2 * math.Pi
		for i := range x {
			x[i] += math.Sqrt2 * cfg.Noise.Mains * math.Sin(2*math.Pi*cfg.Noise.MainsHz*float64(i)/cfg.Rate+phase)
		}
	}
}

// addWander adds slow oscillations: breathing, posture.
func addWander(x []float64, rms, rate float64, rng *rand.Rand) {
	const parts = 4
	for range parts {
		hz := 0.05 + 0.35*rng.Float64()
		phase := rng.Float64() * 2 * math.Pi
		for i := range x {
			x[i] += rms * math.Sqrt(2./parts) * math.Sin(2*math.Pi*hz*float64(i)/rate+phase)
		}
	}
}

// addMuscle adds noise that swells and fades; neighbouring samples are anticorrelated
// as muscle activity is strongest above the heart's frequencies.
func addMuscle(x []float64, rms, rate float64, rng *rand.Rand) {
	const lag = -0.4
	hz := 0.02 + 0.05*rng.Float64()
	phase := rng.Float64() * 2 * math.Pi
	previous := rng.NormFloat64()
	for i := range x {
		fresh := rng.NormFloat64()
		swell := 1 + 0.5*math.Sin(2*math.Pi*hz*float64(i)/rate+phase)
		x[i] += rms * swell * (fresh + lag*previous) / math.Sqrt((1+lag*lag)*1.125)
		previous = fresh
	}
}
