package ecg_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

func TestQuality(t *testing.T) {
	cfg := ecg.DefaultSimConfig()
	cfg.Rate, cfg.Duration, cfg.Noise.MainsHz, cfg.Noise.Mains = 100, 10*time.Second, 40, 0
	rec, _, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	clear := rec.Leads[0].Samples
	random := rand.New(rand.NewPCG(1, 1))
	noise, flat, gone := make([]float32, len(clear)), make([]float32, len(clear)), make([]float32, len(clear))
	for i := range noise {
		noise[i], flat[i], gone[i] = float32(random.NormFloat64()), 1.2, float32(math.NaN())
	}
	of := func(leads ...[]float32) float64 { return ecg.Quality(leads, 100, 200, 800) }
	require.InDelta(t, 1, of(clear), 0.05)
	require.Less(t, of(noise), 0.2)
	require.Zero(t, of(flat))
	require.Zero(t, of(gone))
	require.Zero(t, of())
	require.Equal(t, of(clear), of(flat, clear, noise), "the best lead counts")

	half := append(append([]float32{}, clear[:500]...), flat[500:]...)
	require.InDelta(t, 1, ecg.Quality([][]float32{half}, 100, 0, 400), 0.1)
	require.InDelta(t, 1, ecg.Quality([][]float32{half}, 100, 600, 1000), 0.1, "a standstill is plain to see")
	lost := append(append([]float32{}, clear[:500]...), gone[500:]...)
	require.InDelta(t, 0, ecg.Quality([][]float32{lost}, 100, 600, 1000), 0.1, "nothing is measured")
	torn := append(append([]float32{}, clear[:500]...), noise[500:]...)
	require.InDelta(t, 0, ecg.Quality([][]float32{torn}, 100, 600, 1000), 0.2)
	require.Zero(t, ecg.Quality([][]float32{half}, 100, 400, 400), "no time")

	cfg.Episodes = []ecg.Episode{{Kind: ecg.Pause, At: 3 * time.Second, Length: 4 * time.Second}}
	rec, _, err = ecg.Simulate(cfg)
	require.NoError(t, err)
	require.Greater(t, of(rec.Leads[0].Samples), 0.7, "a pause is no noise")
}

// What the quality tells of real recordings, the first lead alone: how many of the
// beats that are found, or should have been, are wrong in windows that are worth
// less than 0.5, and in all others. Run with -v for the figures.
func TestQualityOnRealRecords(t *testing.T) {
	skipShort(t)
	const length, core = 10 * scoredRate, 2 * scoredRate
	var beats, wrong [2]int // of windows below 0.5, and of the others
	for _, folder := range []string{"mitdb", "nstdb"} {
		for _, path := range realRecords(t, folder) {
			r := loadScored(t, path)
			for from := 0; from+length <= len(r.leads[0]); from += length {
				clip := [][]float32{r.leads[0][from : from+length]}
				inCore := func(at float64) bool { return at >= float64(core) && at < float64(length-core) }
				clear := 0
				if ecg.Quality(clip, scoredRate, core, length-core) >= 0.5 {
					clear = 1
				}
				missed := map[float64]bool{}
				for _, b := range r.beats {
					if at := b*scoredRate - float64(from); inCore(at) {
						beats[clear]++
						missed[at] = true
					}
				}
				for _, at := range ecg.DetectQRS(clip, scoredRate) {
					if !inCore(float64(at)) {
						continue
					}
					hit := false
					for b := range missed {
						if math.Abs(b-float64(at)) <= 0.15*scoredRate {
							delete(missed, b)
							hit = true
							break
						}
					}
					if !hit {
						wrong[clear]++
					}
				}
				wrong[clear] += len(missed)
			}
		}
	}
	t.Logf("below 0.5: %d beats, %d wrong; others: %d beats, %d wrong", beats[0], wrong[0], beats[1], wrong[1])
	require.NotZero(t, beats[0])
	require.Greater(t, float64(wrong[0])/float64(beats[0]), 0.8)
	require.Less(t, float64(wrong[1])/float64(beats[1]), 0.02)
}
