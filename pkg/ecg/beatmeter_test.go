package ecg_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

const (
	metered     = 10 * scoredRate // samples of a window
	meteredCore = 2 * scoredRate  // where its own part begins, and before its end it ends
)

// standstills are the times without a beat of at least so many seconds that a meter
// sees in windows that are good enough to tell, as the alerter does: from the last
// beat to the next one or to the last good window. It is resumed before each window.
func standstills(leads [][]float32, least float64) (found [][2]float64) {
	slots := []ecg.Slot{0, 1}[:len(leads)]
	var state ecg.BeatState
	last := math.NaN()
	note := func(to float64) {
		if to-last >= least {
			if n := len(found); n > 0 && found[n-1][0] == last {
				found[n-1][1] = to
			} else {
				found = append(found, [2]float64{last, to})
			}
		}
	}
	for from := 0; from+metered <= len(leads[0]); from += metered - 2*meteredCore {
		var clip [][]float32
		for _, lead := range leads {
			clip = append(clip, lead[from:from+metered])
		}
		meter := ecg.ResumeBeatMeter(state)
		beats, quality := meter.Add(slots, clip, scoredRate, meteredCore, metered-meteredCore)
		state = meter.State()
		if quality < 0.5 {
			last = math.NaN()
			continue
		}
		for _, b := range beats {
			if b >= meteredCore && b < metered-meteredCore {
				at := float64(from+b) / scoredRate
				note(at)
				last = at
			}
		}
		note(float64(from+metered-meteredCore) / scoredRate)
	}
	return found
}

func TestBeatMeterSeesStandstills(t *testing.T) {
	for length := 4 * time.Second; length <= 40*time.Second; length += 4 * time.Second {
		for seed := range uint64(5) {
			t.Run(fmt.Sprint(length, seed), func(t *testing.T) {
				cfg := ecg.DefaultSimConfig()
				cfg.Rate, cfg.Duration, cfg.Seed, cfg.Noise.Mains = scoredRate, 100*time.Second, seed, 0
				at := 23*time.Second + time.Duration(seed)*1300*time.Millisecond
				cfg.Noise.MainsHz = 40
				cfg.Episodes = []ecg.Episode{{Kind: ecg.Pause, At: at, Length: length}}
				rec, _, err := ecg.Simulate(cfg)
				require.NoError(t, err)
				found := standstills(rec.Signals(), 3)
				require.Len(t, found, 1)
				require.InDelta(t, length.Seconds(), found[0][1]-found[0][0], 1.2)
			})
		}
	}
}

func TestBeatMeterTellsStandstillFromWhatIsNone(t *testing.T) {
	cfg := ecg.DefaultSimConfig()
	cfg.Rate, cfg.Duration, cfg.Noise.MainsHz, cfg.Noise.Mains = scoredRate, time.Minute, 40, 0
	rec, _, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	const cut = 25 * scoredRate
	then := func(i int, next func(k int) float32) []float32 {
		x := slices.Clone(rec.Leads[i].Samples)
		for k := cut; k < len(x); k++ {
			x[k] = next(k)
		}
		return x
	}
	rng := rand.New(rand.NewPCG(1, 2))
	flat := func(int) float32 { return 0.1 }
	gone := func(int) float32 { return float32(math.NaN()) }
	noise := func(int) float32 { return float32(rng.NormFloat64()) }
	two := rec.Signals()
	for name, c := range map[string]struct {
		leads [][]float32
		still bool
	}{
		"both leads flat":                  {[][]float32{then(0, flat), then(1, flat)}, true},
		"one flat, the other off":          {[][]float32{then(0, flat), then(1, gone)}, true},
		"one flat, beats in the other":     {[][]float32{then(0, flat), two[1]}, false},
		"one flat, noise in the other":     {[][]float32{then(0, flat), then(1, noise)}, false},
		"both off":                         {[][]float32{then(0, gone), then(1, gone)}, false},
		"noise":                            {[][]float32{then(0, noise), then(1, noise)}, false},
		"flat where noise always was":      {[][]float32{then(0, flat), then(1, flat)}[:1], true},
		"flat from the start":              {[][]float32{make([]float32, len(two[0]))}, false},
		"a third of the height, all beats": {[][]float32{then(0, func(k int) float32 { return two[0][k] / 5 })}, false},
	} {
		t.Run(name, func(t *testing.T) {
			found := standstills(c.leads, 3)
			if !c.still {
				require.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			require.InDelta(t, 25, found[0][0], 1.2)
			require.Greater(t, found[0][1], 55.)
		})
	}
}

// A real recording's pauses of 3 s that hold beats are ones that were missed; there
// is to be none of 6 s. Where twelve seconds are made still it is to be found: the
// line goes on at its last value with what such an amplifier adds. Run with -v for
// the figures.
func TestBeatMeterOnRealRecords(t *testing.T) {
	skipShort(t)
	var short, long, made, seen int // of those that hold beats, and those that were made
	var hours float64
	for _, folder := range []string{"mitdb", "nstdb"} {
		for _, path := range realRecords(t, folder) {
			r := loadScored(t, path)
			for _, leads := range [][][]float32{r.leads, r.leads[:1]} {
				hours += float64(len(leads[0])) / scoredRate / 3600
				for _, s := range standstills(leads, 3) {
					inside := 0
					for _, b := range r.beats {
						if b > s[0]+0.3 && b < s[1]-0.3 {
							inside++
						}
					}
					switch {
					case inside > 0 && s[1]-s[0] >= 6:
						long++
					case inside > 0:
						short++
					}
				}
			}
			if folder == "nstdb" {
				continue
			}
			rng := rand.New(rand.NewPCG(1, 1))
			still := [][]float32{slices.Clone(r.leads[0]), slices.Clone(r.leads[1])}
			var at []float64
			for from := 20 * scoredRate; from+20*scoredRate < len(still[0]); from += 67 * scoredRate {
				at = append(at, float64(from)/scoredRate)
				for _, lead := range still {
					for k := from; k < from+12*scoredRate; k++ {
						lead[k] = lead[from-1] + float32(0.01*rng.NormFloat64())
					}
				}
			}
			found := standstills(still, 6)
			for _, a := range at {
				made++
				if slices.ContainsFunc(found, func(s [2]float64) bool { return s[0] < a+1.5 && s[1] > a+7 }) {
					seen++
				}
			}
		}
	}
	t.Logf("%d of %d standstills seen; in %.1f h %d of 3 s and %d of 6 s that hold beats", seen, made, hours, short, long)
	require.NotZero(t, made)
	require.Greater(t, float64(seen)/float64(made), 0.95)
	require.Less(t, float64(short)/hours, 0.5)
	require.Zero(t, long)
}
