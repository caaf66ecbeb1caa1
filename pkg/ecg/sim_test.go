package ecg_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/ecg"
)

func quiet() ecg.SimConfig {
	cfg := ecg.DefaultSimConfig()
	cfg.Noise = ecg.Noise{}
	return cfg
}

func simulate(t testing.TB, cfg ecg.SimConfig) (*ecg.Recording, []ecg.Annotation) {
	t.Helper()
	rec, annotations, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	return rec, annotations
}

// story is the annotations' symbols in order; notes stand with their text.
func story(annotations []ecg.Annotation, from, to time.Duration, rate float64) (text string) {
	for _, a := range annotations {
		if at := time.Duration(float64(a.Sample) / rate * float64(time.Second)); at < from || at >= to {
			continue
		}
		if text += a.Symbol; a.Aux != "" {
			text += a.Aux + " "
		}
	}
	return text
}

func TestSimulateIsDeterministic(t *testing.T) {
	cfg := ecg.DefaultSimConfig()
	cfg.PVCsPerHour, cfg.APBsPerHour = 600, 300
	rec, annotations := simulate(t, cfg)
	again, annotationsAgain := simulate(t, cfg)
	require.Equal(t, rec, again)
	require.Equal(t, annotations, annotationsAgain)
	cfg.Seed++
	_, other := simulate(t, cfg)
	require.NotEqual(t, annotations, other)
}

// Rate, leads and noise do not touch the rhythm.
func TestSimulateSameBeatsInAnyForm(t *testing.T) {
	cfg := quiet()
	cfg.PVCsPerHour, cfg.APBsPerHour, cfg.Rate = 600, 300, 1000
	_, want := simulate(t, cfg)
	cfg.Rate, cfg.Leads, cfg.Noise.Muscle = 100, []string{"V5"}, 0.1
	_, got := simulate(t, cfg)
	require.Len(t, got, len(want))
	for i := range want {
		require.Equal(t, want[i].Symbol, got[i].Symbol)
		require.InDelta(t, float64(want[i].Sample)/1000, float64(got[i].Sample)/100, 0.0056)
	}
}

func TestSimulateShape(t *testing.T) {
	cfg := quiet()
	cfg.Name, cfg.Start = "x", time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	rec, annotations := simulate(t, cfg)
	require.Equal(t, "x", rec.Name)
	require.Equal(t, cfg.Start, rec.Start)
	require.Equal(t, cfg.Duration, rec.Duration())
	require.Equal(t, cfg.Leads, rec.Names())
	require.Equal(t, ecg.Annotation{Sample: annotations[1].Sample - 36, Symbol: "+", Aux: "(N"}, annotations[0])
	require.InDelta(t, 70, len(annotations)-1, 3, "beats of a minute")
	// In lead II the R peak is the highest point of every beat, and where the mark is.
	lead := rec.Leads[0].Samples
	for _, a := range annotations[1:] {
		for i := max(int(a.Sample)-60, 0); i < min(int(a.Sample)+60, len(lead)); i++ {
			require.LessOrEqual(t, lead[i], lead[a.Sample]+0.02)
		}
		require.InDelta(t, 1.1, lead[a.Sample], 0.2)
	}
}

func TestSimulateObeysLeadEquations(t *testing.T) {
	cfg := quiet()
	cfg.PVCsPerHour = 600
	cfg.Leads = []string{"I", "II", "III", "aVR", "aVL", "aVF"}
	cfg.Episodes = []ecg.Episode{{Kind: ecg.STChange, Length: time.Minute, Level: 0.2}}
	rec, _ := simulate(t, cfg)
	s := rec.Signals()
	for n := range s[0] {
		i, ii := float64(s[0][n]), float64(s[1][n])
		require.InDelta(t, ii-i, s[2][n], 1e-5)
		require.InDelta(t, -(i+ii)/2, s[3][n], 1e-5)
		require.InDelta(t, i-ii/2, s[4][n], 1e-5)
		require.InDelta(t, ii-i/2, s[5][n], 1e-5)
	}
}

func TestSimulateEpisodes(t *testing.T) {
	at := func(kind ecg.EpisodeKind, beats int, length time.Duration) []ecg.Episode {
		return []ecg.Episode{{Kind: kind, At: 10 * time.Second, Beats: beats, Length: length}}
	}
	tests := map[string]struct {
		episodes []ecg.Episode
		want     string // from 9 s to 18 s at 60 beats per minute
	}{
		"nothing":   {nil, "NNNNNNNNN"},
		"single":    {at(ecg.PVCs, 1, 0), "NNVNNNNNN"},
		"couplet":   {at(ecg.PVCs, 2, 0), "NNVVNNNNNN"},
		"run":       {at(ecg.PVCs, 4, 0), "NN+(VT VVVV+(N NNNNN"},
		"bigeminy":  {at(ecg.Bigeminy, 0, 4*time.Second), "N+(B NVNV+(N NNNN"},
		"trigeminy": {at(ecg.Trigeminy, 0, 5*time.Second), "N+(T NNVNNV+(N NN"},
		"atrial":    {at(ecg.APBs, 1, 0), "NNANNNNNN"},
		"atrial 2":  {at(ecg.APBs, 2, 0), "NNANANNNN"},
		"pause":     {at(ecg.Pause, 0, 4*time.Second), "NNNNNN"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := quiet()
			cfg.HeartRate, cfg.Variability, cfg.Episodes = 60, 0, tt.episodes
			_, annotations := simulate(t, cfg)
			require.Equal(t, tt.want, story(annotations, 9*time.Second, 18*time.Second, cfg.Rate))
		})
	}
}

func beatTimes(annotations []ecg.Annotation, rate float64) (times []float64, symbols []string) {
	for _, a := range annotations {
		if ecg.IsBeat(a.Symbol) {
			times, symbols = append(times, float64(a.Sample)/rate), append(symbols, a.Symbol)
		}
	}
	return times, symbols
}

// A single PVC comes early, and the pause after it makes up for that in full; an
// atrial premature beat resets the rhythm.
func TestSimulatePauses(t *testing.T) {
	cfg := quiet()
	cfg.HeartRate, cfg.Variability, cfg.Rate = 60, 0, 1000
	cfg.Episodes = []ecg.Episode{{Kind: ecg.PVCs, At: 10 * time.Second, Beats: 1}, {Kind: ecg.APBs, At: 20 * time.Second, Beats: 1}, {Kind: ecg.Pause, At: 30 * time.Second, Length: 3500 * time.Millisecond}}
	_, annotations := simulate(t, cfg)
	times, symbols := beatTimes(annotations, cfg.Rate)
	var longest float64
	for i := 1; i+1 < len(times); i++ {
		before, around := times[i]-times[i-1], times[i+1]-times[i-1]
		longest = max(longest, before)
		switch symbols[i] {
		case "V":
			require.Less(t, before, 0.7)
			require.InDelta(t, 2, around, 0.01)
		case "A":
			require.Less(t, before, 0.75)
			require.Less(t, around, 1.9)
		}
	}
	require.InDelta(t, 3.5, longest, 0.01)
}

func TestSimulateRandomEctopy(t *testing.T) {
	cfg := quiet()
	cfg.Rate, cfg.Duration, cfg.PVCsPerHour, cfg.APBsPerHour, cfg.Leads = 50, 4*time.Hour, 300, 60, []string{"II"}
	_, annotations := simulate(t, cfg)
	count := make(map[string]int)
	for _, a := range annotations {
		count[a.Symbol+a.Aux]++
	}
	require.InEpsilon(t, 4*300, count["V"], 0.15)
	require.InEpsilon(t, 4*60, count["A"], 0.2)
	require.Positive(t, count["+(VT"], "runs among them")
}

func TestSimulateVariability(t *testing.T) {
	cfg := quiet()
	cfg.Duration, cfg.Variability, cfg.Rate, cfg.Leads = time.Hour, 0.05, 250, []string{"II"}
	_, annotations := simulate(t, cfg)
	times, _ := beatTimes(annotations, cfg.Rate)
	var sum, squares float64
	for i := 1; i < len(times); i++ {
		d := times[i] - times[i-1]
		sum, squares = sum+d, squares+d*d
	}
	n := float64(len(times) - 1)
	require.InDelta(t, 60.0/70, sum/n, 0.01)
	require.InEpsilon(t, 0.05, math.Sqrt(squares/n-sum/n*sum/n), 0.1)
}

// The ST segment 60 ms after the J point is shifted by what the episode says.
func TestSimulateSTEpisode(t *testing.T) {
	for _, level := range []float64{0.25, -0.15} {
		cfg := quiet()
		cfg.Rate = 250
		plain, annotations := simulate(t, cfg)
		cfg.Episodes = []ecg.Episode{{Kind: ecg.STChange, At: 10 * time.Second, Length: 30 * time.Second, Level: level}}
		shifted, marked := simulate(t, cfg)
		for _, a := range annotations {
			if a.Symbol != "N" {
				continue
			}
			i := int(a.Sample + 25) // R peak + 100 ms
			if i >= plain.Len() {
				continue
			}
			shift := shifted.Leads[0].Samples[i] - plain.Leads[0].Samples[i]
			switch at := float64(a.Sample) / 250; {
			case at < 10 || at > 40:
				require.InDelta(t, 0, shift, 1e-6)
			case at > 20 && at < 30:
				require.InEpsilon(t, level, shift, 0.03)
			}
		}
		want := "s(ST0+ sAST0+250 sST0+) "
		if level < 0 {
			want = "s(ST0- sAST0-150 sST0-) "
		}
		var notes []ecg.Annotation
		for _, a := range marked {
			if a.Symbol == "s" {
				notes = append(notes, a)
			}
		}
		require.Equal(t, want, story(notes, 0, time.Hour, 250))
		require.Equal(t, []int64{2500, 6250, 10000}, []int64{notes[0].Sample, notes[1].Sample, notes[2].Sample})
	}
}

func TestSimulateNoise(t *testing.T) {
	for name, noise := range map[string]ecg.Noise{
		"wander": {Wander: 0.2}, "muscle": {Muscle: 0.05}, "mains": {Mains: 0.1, MainsHz: 50},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := quiet()
			cfg.Duration = 5 * time.Minute
			plain, _ := simulate(t, cfg)
			cfg.Noise = noise
			noisy, _ := simulate(t, cfg)
			for l := range plain.Leads {
				var power float64
				for i, v := range noisy.Leads[l].Samples {
					d := float64(v - plain.Leads[l].Samples[i])
					power += d * d
				}
				require.InEpsilon(t, noise.Wander+noise.Muscle+noise.Mains, math.Sqrt(power/float64(plain.Len())), 0.2)
			}
			require.NotEqual(t, noisy.Leads[0].Samples[0]-plain.Leads[0].Samples[0], noisy.Leads[1].Samples[0]-plain.Leads[1].Samples[0], "each lead has its own noise")
		})
	}
}

func TestSimulateRefuses(t *testing.T) {
	tests := map[string]func(*ecg.SimConfig){
		"unknown lead name":      func(c *ecg.SimConfig) { c.Leads = []string{"ABP"} },
		"rate 0 Hz":              func(c *ecg.SimConfig) { c.Rate = 0 },
		"rate NaN Hz":            func(c *ecg.SimConfig) { c.Rate = math.NaN() },
		"duration 0s":            func(c *ecg.SimConfig) { c.Duration = 0 },
		"too many samples":       func(c *ecg.SimConfig) { c.Duration = 1000 * time.Hour },
		"heart rate 0":           func(c *ecg.SimConfig) { c.HeartRate = 0 },
		"variability -1":         func(c *ecg.SimConfig) { c.Variability = -1 },
		"ectopic beats per hour": func(c *ecg.SimConfig) { c.PVCsPerHour = -1 },
		"noise of -1 mV":         func(c *ecg.SimConfig) { c.Noise.Muscle = -1 },
		"mains at 50 Hz":         func(c *ecg.SimConfig) { c.Rate = 100 },
		"episode 0: 0 beats":     func(c *ecg.SimConfig) { c.Episodes = []ecg.Episode{{Kind: ecg.PVCs}} },
		"episode 0: length 0s":   func(c *ecg.SimConfig) { c.Episodes = []ecg.Episode{{Kind: ecg.Pause}} },
		"episode 0: ST level 0":  func(c *ecg.SimConfig) { c.Episodes = []ecg.Episode{{Kind: ecg.STChange, Length: 1}} },
		"episode 0: kind 99":     func(c *ecg.SimConfig) { c.Episodes = []ecg.Episode{{Kind: 99}} },
		"episode 0: it starts":   func(c *ecg.SimConfig) { c.Episodes = []ecg.Episode{{At: -1, Beats: 1}} },
	}
	for want, change := range tests {
		cfg := ecg.DefaultSimConfig()
		change(&cfg)
		_, _, err := ecg.Simulate(cfg)
		require.ErrorContains(t, err, want)
	}
}

// Whatever is asked for, annotations are in order and inside, and beats never collide.
func TestSimulateAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seconds := func(name string, low, high float64) time.Duration {
			return time.Duration(rapid.Float64Range(low, high).Draw(t, name) * float64(time.Second))
		}
		cfg := quiet()
		cfg.Seed = rapid.Uint64().Draw(t, "seed")
		cfg.Rate = rapid.Float64Range(50, 500).Draw(t, "rate")
		cfg.Duration = seconds("duration", 0.1, 60)
		cfg.HeartRate = rapid.Float64Range(20, 250).Draw(t, "heart rate")
		cfg.Variability = rapid.Float64Range(0, 0.3).Draw(t, "variability")
		cfg.PVCsPerHour = rapid.Float64Range(0, 5000).Draw(t, "PVCs")
		cfg.APBsPerHour = rapid.Float64Range(0, 5000).Draw(t, "APBs")
		cfg.Episodes = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ecg.Episode {
			return ecg.Episode{
				Kind: ecg.EpisodeKind(rapid.IntRange(0, 5).Draw(t, "kind")), At: seconds("at", 0, 70),
				Length: seconds("length", 0.1, 70), Beats: rapid.IntRange(1, 30).Draw(t, "beats"), Level: 0.1,
			}
		}), 0, 4).Draw(t, "episodes")
		rec, annotations, err := ecg.Simulate(cfg)
		require.NoError(t, err)
		_, err = ecg.EncodeAnnotations(annotations)
		require.NoError(t, err)
		last := math.Inf(-1)
		for _, a := range annotations {
			require.GreaterOrEqual(t, a.Sample, int64(0))
			require.Less(t, a.Sample, int64(rec.Len()))
			if ecg.IsBeat(a.Symbol) {
				at := float64(a.Sample) / cfg.Rate
				require.Greater(t, at-last, 0.05)
				last = at
			}
		}
	})
}
