package ecg_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/ecg"
)

// simulated makes a recording and lists its beats' samples.
func simulated(t testing.TB, change func(*ecg.SimConfig)) (*ecg.Recording, []int) {
	t.Helper()
	cfg := ecg.DefaultSimConfig()
	cfg.Noise.Mains = 0
	change(&cfg)
	rec, annotations, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	var beats []int
	for _, a := range annotations {
		if ecg.IsBeat(a.Symbol) {
			beats = append(beats, int(a.Sample))
		}
	}
	return rec, beats
}

// requireBeats demands every beat within a tolerance, and no other. Beats nearer
// than 0.3 s to an end may be found or not.
func requireBeats(t testing.TB, want, got []int, length int, rate, tolerance float64) {
	t.Helper()
	edge := int(0.3 * rate)
	inside := func(at int) bool { return at >= edge && at < length-edge }
	near := func(list []int, at int) bool {
		for _, x := range list {
			if math.Abs(float64(x-at)) <= tolerance*rate {
				return true
			}
		}
		return false
	}
	for _, at := range want {
		require.True(t, !inside(at) || near(got, at), "beat at %.2f s not found", float64(at)/rate)
	}
	for _, at := range got {
		require.True(t, !inside(at) || near(want, at), "no beat at %.2f s", float64(at)/rate)
	}
}

func TestDetectQRSOnSimulatedRhythms(t *testing.T) {
	tests := map[string]func(*ecg.SimConfig){
		"two leads at 360 Hz": func(*ecg.SimConfig) {},
		"100 Hz":              func(c *ecg.SimConfig) { c.Rate = 100 },
		"50 Hz":               func(c *ecg.SimConfig) { c.Rate = 50 },
		"128 Hz":              func(c *ecg.SimConfig) { c.Rate = 128 },
		"1000 Hz":             func(c *ecg.SimConfig) { c.Rate = 1000 },
		"lead I alone":        func(c *ecg.SimConfig) { c.Leads = []string{"I"} },
		"V1 alone":            func(c *ecg.SimConfig) { c.Leads = []string{"V1"} },
		"ten seconds":         func(c *ecg.SimConfig) { c.Duration, c.Rate = 10*time.Second, 100 },
		"slow":                func(c *ecg.SimConfig) { c.HeartRate = 35 },
		"fast":                func(c *ecg.SimConfig) { c.HeartRate = 190 },
		"irregular":           func(c *ecg.SimConfig) { c.Variability = 0.15 },
		"much wander":         func(c *ecg.SimConfig) { c.Noise.Wander = 0.5 },
		"much muscle noise":   func(c *ecg.SimConfig) { c.Noise.Muscle = 0.06 },
		"ectopic beats":       func(c *ecg.SimConfig) { c.PVCsPerHour, c.APBsPerHour, c.Duration = 600, 600, 5*time.Minute },
		"bigeminy":            func(c *ecg.SimConfig) { c.Episodes = []ecg.Episode{{Kind: ecg.Bigeminy, Length: time.Minute}} },
		"trigeminy in V1": func(c *ecg.SimConfig) {
			c.Leads = []string{"V1"}
			c.Episodes = []ecg.Episode{{Kind: ecg.Trigeminy, Length: time.Minute}}
		},
		"run of twenty": func(c *ecg.SimConfig) { c.Episodes = []ecg.Episode{{Kind: ecg.PVCs, At: 20 * time.Second, Beats: 20}} },
		"pause": func(c *ecg.SimConfig) {
			c.Episodes = []ecg.Episode{{Kind: ecg.Pause, At: 9 * time.Second, Length: 5 * time.Second}}
		},
		"ST elevation": func(c *ecg.SimConfig) {
			c.Episodes = []ecg.Episode{{Kind: ecg.STChange, Length: time.Minute, Level: 0.5}}
		},
		"ST depression": func(c *ecg.SimConfig) {
			c.Episodes = []ecg.Episode{{Kind: ecg.STChange, Length: time.Minute, Level: -0.5}}
		},
		"twelve leads": func(c *ecg.SimConfig) {
			c.Leads = []string{"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"}
		},
		"one hour of two leads": func(c *ecg.SimConfig) { c.Duration, c.Rate, c.PVCsPerHour = time.Hour, 100, 200 },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			rec, beats := simulated(t, change)
			got := ecg.DetectQRS(rec.Signals(), rec.Rate)
			requireBeats(t, beats, got, rec.Len(), rec.Rate, 0.06)
		})
	}
}

func TestDetectQRSPlacesRPeaks(t *testing.T) {
	for _, rate := range []float64{100, 250, 360} {
		rec, beats := simulated(t, func(c *ecg.SimConfig) { c.Rate = rate })
		requireBeats(t, beats, ecg.DetectQRS(rec.Signals(), rate), rec.Len(), rate, 1.01/rate+0.002)
	}
}

func changed(x []float32, f func(i int, v float32) float32) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = f(i, v)
	}
	return out
}

func TestDetectQRSToleratesBadLeads(t *testing.T) {
	nan := float32(math.NaN())
	rec, beats := simulated(t, func(c *ecg.SimConfig) { c.Rate = 100; c.PVCsPerHour = 300 })
	good := rec.Leads[0].Samples
	rng := rand.New(rand.NewPCG(1, 1))
	bad := map[string][]float32{
		"missing": changed(good, func(int, float32) float32 { return nan }),
		"flat":    changed(good, func(int, float32) float32 { return 0.4 }),
		"noise":   changed(good, func(int, float32) float32 { return float32(rng.NormFloat64()) * 0.2 }),
		"infinite": changed(good, func(i int, v float32) float32 {
			if i%3 == 0 {
				return float32(math.Inf(1))
			}
			return nan
		}),
	}
	for name, lead := range bad {
		for _, leads := range [][][]float32{{good, lead}, {lead, good}} {
			requireBeats(t, beats, ecg.DetectQRS(leads, 100), len(good), 100, 0.06)
		}
		if name != "noise" {
			require.Empty(t, ecg.DetectQRS([][]float32{lead}, 100), name)
		}
	}
	single := changed(good, func(i int, v float32) float32 {
		if i%17 == 0 {
			return nan
		}
		return v
	})
	requireBeats(t, beats, ecg.DetectQRS([][]float32{single}, 100), len(good), 100, 0.06)
}

// Where no lead has signal there are no beats; beside the gap there are.
func TestDetectQRSAcrossGap(t *testing.T) {
	rec, beats := simulated(t, func(c *ecg.SimConfig) { c.Rate = 100 })
	inGap := func(i int) bool { return i >= 2000 && i < 2600 }
	gone := changed(rec.Leads[0].Samples, func(i int, v float32) float32 {
		if inGap(i) {
			return float32(math.NaN())
		}
		return v
	})
	var outside []int
	for _, at := range beats {
		if !inGap(at) {
			outside = append(outside, at)
		}
	}
	got := ecg.DetectQRS([][]float32{gone}, 100)
	requireBeats(t, outside, got, len(gone), 100, 0.06)
}

// While one electrode is off, the other lead serves.
func TestDetectQRSTakesTurns(t *testing.T) {
	rec, beats := simulated(t, func(c *ecg.SimConfig) { c.Rate = 100 })
	half := func(first bool) func(int, float32) float32 {
		return func(i int, v float32) float32 {
			if (i < 3000) == first {
				return float32(math.NaN())
			}
			return v
		}
	}
	leads := [][]float32{changed(rec.Leads[0].Samples, half(true)), changed(rec.Leads[1].Samples, half(false))}
	requireBeats(t, beats, ecg.DetectQRS(leads, 100), rec.Len(), 100, 0.06)
}

func TestDetectQRSWithoutSignal(t *testing.T) {
	require.Empty(t, ecg.DetectQRS(nil, 100))
	require.Empty(t, ecg.DetectQRS([][]float32{{}}, 100))
	require.Empty(t, ecg.DetectQRS([][]float32{{1, 2, 3}}, 0))
	require.Empty(t, ecg.DetectQRS([][]float32{{1, 2, 3}}, math.NaN()))
	require.Empty(t, ecg.DetectQRS([][]float32{{1, 2, 3}}, math.Inf(1)))
	require.Empty(t, ecg.DetectQRS([][]float32{make([]float32, 1000)}, 100))
	rng := rand.New(rand.NewPCG(1, 1))
	quiet := changed(make([]float32, 1000), func(int, float32) float32 { return float32(rng.NormFloat64()) * 0.005 })
	require.Empty(t, ecg.DetectQRS([][]float32{quiet}, 100), "5 µV of noise is no heart")
}

func TestDetectQRSIgnoresPolarityAndAmplitude(t *testing.T) {
	rec, _ := simulated(t, func(c *ecg.SimConfig) { c.Rate = 100; c.PVCsPerHour = 300 })
	want := ecg.DetectQRS(rec.Signals()[:1], 100)
	for _, factor := range []float32{-1, 0.3, 4} {
		lead := changed(rec.Leads[0].Samples, func(_ int, v float32) float32 { return factor*v + 2 })
		got := ecg.DetectQRS([][]float32{lead}, 100)
		requireBeats(t, want, got, rec.Len(), 100, 0.04)
	}
}

// The same beats, whatever surrounds the clip, but for a second at its ends.
func TestDetectQRSInClips(t *testing.T) {
	rec, _ := simulated(t, func(c *ecg.SimConfig) {
		c.Rate, c.Duration, c.PVCsPerHour, c.APBsPerHour = 100, 10*time.Minute, 300, 100
	})
	whole := ecg.DetectQRS(rec.Signals(), 100)
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.IntRange(1000, 6000).Draw(t, "length")
		from := rapid.IntRange(0, rec.Len()-length).Draw(t, "from")
		var clip [][]float32
		for _, lead := range rec.Leads {
			clip = append(clip, lead.Samples[from:from+length])
		}
		inner := func(beats []int, offset int) (out []int) {
			for _, at := range beats {
				if at -= offset; at >= 100 && at < length-100 {
					out = append(out, at)
				}
			}
			return out
		}
		require.Equal(t, inner(whole, from), inner(ecg.DetectQRS(clip, 100), 0))
	})
}

// Whatever the input, the answer is in order, inside and without repetition.
func TestDetectQRSOnAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.Float32Range(-5, 5), rapid.Just(float32(math.NaN())), rapid.Just(float32(1e30)), rapid.Just(float32(0)))
		leads := rapid.SliceOfN(rapid.SliceOfN(value, 0, 400), 1, 3).Draw(t, "leads")
		rate := rapid.Float64Range(0.5, 2000).Draw(t, "rate")
		length := len(leads[0])
		for _, lead := range leads {
			length = min(length, len(lead))
		}
		before := -1
		for _, at := range ecg.DetectQRS(leads, rate) {
			require.Greater(t, at, before)
			require.Less(t, at, length)
			before = at
		}
	})
}

func BenchmarkDetectQRS(b *testing.B) {
	for name, change := range map[string]func(*ecg.SimConfig){
		"10s-2leads-100Hz": func(c *ecg.SimConfig) { c.Duration, c.Rate = 10*time.Second, 100 },
		"10s-2leads-360Hz": func(c *ecg.SimConfig) { c.Duration = 10 * time.Second },
		"1h-2leads-100Hz":  func(c *ecg.SimConfig) { c.Duration, c.Rate = time.Hour, 100 },
	} {
		b.Run(name, func(b *testing.B) {
			rec, _ := simulated(b, change)
			signals := rec.Signals()
			b.ReportAllocs()
			for b.Loop() {
				ecg.DetectQRS(signals, rec.Rate)
			}
		})
	}
}
