package ecg_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/window"
)

var stBegan = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// stWindows cuts a recording as an analyzer does.
func stWindows(t testing.TB, rec *ecg.Recording) []ecg.STWindow {
	t.Helper()
	slots, err := ecg.AssignSlots(rec.Names())
	require.NoError(t, err)
	clip, err := window.FromRecording(rec)
	require.NoError(t, err)
	var windows []ecg.STWindow
	for _, part := range window.Cut(clip.Len(), 1000, 400) {
		w := ecg.STWindow{
			CoreFrom: part.CoreFrom - part.From, CoreTo: part.CoreTo - part.From,
			At: func(i int) time.Time { return stBegan.Add(time.Duration(part.From+i) * 10 * time.Millisecond) },
		}
		for _, slot := range slots {
			if lead := clip[slot]; lead != nil {
				w.Slots, w.Leads = append(w.Slots, slot), append(w.Leads, lead[part.From:part.To])
			}
		}
		w.Beats = ecg.DetectQRS(w.Leads, ecg.STRate)
		windows = append(windows, w)
	}
	return windows
}

// stMeasured is what a meter says of a recording: all levels, and the last
// version of every episode.
func stMeasured(t testing.TB, m *ecg.STMeter, windows []ecg.STWindow) (levels []ecg.STLevel, episodes []ecg.STSpan) {
	t.Helper()
	for _, w := range windows {
		more, spans := m.Add(w)
		levels = append(levels, more...)
		for _, s := range spans {
			known := false
			for i, e := range episodes {
				if e.Lead == s.Lead && e.Start.Equal(s.Start) {
					require.True(t, e.Open)
					require.False(t, s.End.Before(e.End))
					episodes[i], known = s, true
				}
			}
			if !known {
				episodes = append(episodes, s)
			}
		}
	}
	return levels, episodes
}

// shares of a simulated level that leads show; II has all of it.
var shares = map[ecg.Slot]float64{ecg.II: 1, ecg.V1: -.4, ecg.V5: .9}

func stConfig(rate, heartRate float64, noise ecg.Noise) ecg.SimConfig {
	cfg := ecg.DefaultSimConfig()
	cfg.Rate, cfg.HeartRate, cfg.Noise = rate, heartRate, noise
	cfg.Leads, cfg.Duration, cfg.PVCsPerHour = []string{"MLII", "V1", "V5"}, 14*time.Minute, 120
	return cfg
}

// An episode of known size, onset and end is measured within 25 µV in every lead that
// shows 100 µV, at all rates of samples and beats, with noise and PVCs; the others
// show none.
func TestSTMeterMeasuresWhatWasSimulated(t *testing.T) {
	noises := map[string]ecg.Noise{
		"clean": {},
		"calm":  {Wander: .1, Muscle: .02, Mains: .005, MainsHz: 50},
		"noisy": {Wander: .2, Muscle: .04, Mains: .01, MainsHz: 60},
	}
	if testing.Short() {
		delete(noises, "clean")
		delete(noises, "noisy")
	}
	for name, noise := range noises {
		for heartRate, rate := range map[float64]float64{50: 250, 75: 500, 100: 128, 130: 360} {
			t.Run(fmt.Sprintf("%s %g Hz %g/min", name, rate, heartRate), func(t *testing.T) {
				cfg := stConfig(rate, heartRate, noise)
				level := .2
				if int(rate+heartRate)%2 == 0 {
					level = -.3
				}
				from, to := 8*time.Minute, 12*time.Minute
				cfg.Episodes = []ecg.Episode{{Kind: ecg.STChange, At: from, Length: to - from, Level: level}}
				rec, _ := simulate(t, cfg)
				levels, episodes := stMeasured(t, ecg.NewSTMeter(), stWindows(t, rec))
				for _, l := range levels {
					require.Less(t, math.Abs(l.Deviation), 1000*math.Abs(level)+100)
				}
				found := map[ecg.Slot]bool{}
				for _, e := range episodes {
					require.False(t, found[e.Lead], "once in each lead")
					found[e.Lead] = true
					want := 1000 * level * shares[e.Lead]
					require.InDelta(t, want, e.Peak, 25, "lead %s", e.Lead)
					require.WithinRange(t, e.PeakAt, e.Start, e.End)
					require.False(t, e.Open)
					if name == "clean" { // it comes and goes over 30 s
						require.WithinDuration(t, stBegan.Add(from), e.Start, 25*time.Second)
						require.WithinDuration(t, stBegan.Add(to), e.End, 25*time.Second)
					}
				}
				for lead, share := range shares {
					if size := 1000 * math.Abs(level*share); size > 150 && name != "noisy" {
						require.True(t, found[lead], "lead %s", lead)
					} else if size < 90 {
						require.False(t, found[lead], "lead %s", lead)
					}
				}
				require.NotEmpty(t, found)
			})
		}
	}
}

func TestSTMeterFindsNothingInSinusRhythm(t *testing.T) {
	for _, noise := range []ecg.Noise{{}, {Wander: .3, Muscle: .05, Mains: .02, MainsHz: 50}} {
		for seed := range uint64(3) {
			cfg := stConfig(250, 50+30*float64(seed), noise)
			cfg.Seed, cfg.PVCsPerHour, cfg.APBsPerHour = seed, 400, 100
			rec, _ := simulate(t, cfg)
			levels, episodes := stMeasured(t, ecg.NewSTMeter(), stWindows(t, rec))
			require.NotEmpty(t, levels)
			require.Empty(t, episodes)
		}
	}
}

// An episode of 40 s, and one of 90 µV, are none.
func TestSTMeterKeepsToTheRule(t *testing.T) {
	for _, e := range []ecg.Episode{
		{Kind: ecg.STChange, At: 8 * time.Minute, Length: 40 * time.Second, Level: .3},
		{Kind: ecg.STChange, At: 8 * time.Minute, Length: 4 * time.Minute, Level: -.09},
	} {
		cfg := stConfig(250, 70, ecg.Noise{})
		cfg.Episodes = []ecg.Episode{e}
		rec, _ := simulate(t, cfg)
		_, episodes := stMeasured(t, ecg.NewSTMeter(), stWindows(t, rec))
		require.Empty(t, episodes)
	}
}

// An episode of an hour stays one: the baseline stands still meanwhile. A slow drift
// of the same size is followed.
func TestSTBaselineStandsStillInAnEpisodeOnly(t *testing.T) {
	cfg := stConfig(128, 70, ecg.Noise{})
	cfg.Leads, cfg.Duration = []string{"II"}, 80*time.Minute
	cfg.Episodes = []ecg.Episode{{Kind: ecg.STChange, At: 10 * time.Minute, Length: time.Hour, Level: .15}}
	rec, _ := simulate(t, cfg)
	_, episodes := stMeasured(t, ecg.NewSTMeter(), stWindows(t, rec))
	require.Len(t, episodes, 1)
	require.InDelta(t, time.Hour, episodes[0].End.Sub(episodes[0].Start), float64(time.Minute))

	cfg.Episodes = nil
	cfg.Duration = 2 * time.Hour
	rec, _ = simulate(t, cfg)
	drift := stWindows(t, rec)
	for k, w := range drift { // of the ST segment alone
		shiftST(w, .12*float64(k)/float64(len(drift)))
	}
	_, episodes = stMeasured(t, ecg.NewSTMeter(), drift)
	require.Empty(t, episodes)
}

// shiftST adds a level in mV to what follows every QRS complex of a window.
func shiftST(w ecg.STWindow, level float64) {
	for i, lead := range w.Leads {
		moved := make([]float32, len(lead))
		copy(moved, lead)
		for _, r := range w.Beats {
			for s := r + 6; s < min(r+25, len(moved)); s++ {
				moved[s] += float32(level)
			}
		}
		w.Leads[i] = moved
	}
}

// Bundle branch block has a shifted ST segment of its own, which is the patient's
// baseline; when the block comes to stay, the lead begins anew.
func TestSTMeterTakesBundleBranchBlockAsItIs(t *testing.T) {
	cfg := stConfig(250, 70, ecg.Noise{})
	cfg.Leads, cfg.PVCsPerHour, cfg.Duration = []string{"II"}, 0, 30*time.Minute
	rec, _ := simulate(t, cfg)
	always, later := stWindows(t, rec), stWindows(t, rec)
	for i := range always {
		block(always[i])
		if i >= len(later)/2 {
			block(later[i])
		}
	}
	levels, episodes := stMeasured(t, ecg.NewSTMeter(), always)
	require.Empty(t, episodes)
	require.Greater(t, len(levels), len(always)*3/4)
	levels, episodes = stMeasured(t, ecg.NewSTMeter(), later)
	require.Empty(t, episodes)
	last := levels[len(levels)-1]
	require.Greater(t, last.To.Sub(stBegan), 29*time.Minute, "it is measured again")
	require.InDelta(t, 0, last.Deviation, 25)
}

// block makes the beats of a window wide, with an ST segment of −0.3 mV.
func block(w ecg.STWindow) {
	for i, lead := range w.Leads {
		wide := make([]float32, len(lead))
		copy(wide, lead)
		for _, r := range w.Beats {
			for s := max(r-4, 0); s < min(r+30, len(wide)); s++ {
				d := float64(s - r)
				wide[s] += float32(1.2*math.Exp(-(d-6)*(d-6)/12) - .3/(1+math.Exp(-(d-10)))/(1+math.Exp(d-25)))
			}
		}
		w.Leads[i] = wide
	}
}

// Whenever a meter is stopped and taken up from its state in JSON, it goes on alike.
func TestSTMeterResumes(t *testing.T) {
	cfg := stConfig(250, 80, ecg.Noise{Wander: .1, Muscle: .03})
	cfg.Episodes = []ecg.Episode{{Kind: ecg.STChange, At: 7 * time.Minute, Length: 3 * time.Minute, Level: .25}}
	rec, _ := simulate(t, cfg)
	windows := stWindows(t, rec)
	run := func(restart bool) (out []any) {
		m := ecg.NewSTMeter()
		for i, w := range windows {
			w.Segment = i / 70 // an episode ends with its segment
			levels, spans := m.Add(w)
			out = append(out, levels, spans)
			if restart {
				text, err := json.Marshal(m.State())
				require.NoError(t, err)
				require.Less(t, len(text), 1500*len(w.Leads))
				var state ecg.STState
				require.NoError(t, json.Unmarshal(text, &state))
				m = ecg.ResumeSTMeter(state)
			}
		}
		return out
	}
	require.Equal(t, run(false), run(true))
}

// Nonsense does not stop a meter.
func TestSTMeterOnAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 1500).Draw(t, "length")
		lead := make([]float32, n)
		for i := range lead {
			lead[i] = rapid.SampledFrom([]float32{0, 1, -1, .1, 1e30, float32(math.NaN()), float32(math.Inf(1))}).Draw(t, "sample")
		}
		beats := rapid.SliceOfNDistinct(rapid.IntRange(0, max(n-1, 0)), 0, min(n, 20), rapid.ID[int]).Draw(t, "beats")
		slices.Sort(beats)
		m := ecg.NewSTMeter()
		for k := range 4 {
			m.Add(ecg.STWindow{
				Leads: [][]float32{lead}, Slots: []ecg.Slot{ecg.II}, Beats: beats, CoreTo: n,
				At: func(i int) time.Time { return stBegan.Add(time.Duration(k*n+i) * 10 * time.Millisecond) },
			})
			_, err := json.Marshal(m.State())
			require.NoError(t, err)
		}
	})
}

// On real records without ischaemia there are few episodes; most are of a patient
// whose conduction changes (230), and of one with a pacemaker (217).
func TestSTMeterOnRealRecords(t *testing.T) {
	var hours float64
	total := 0
	for _, folder := range []string{"mitdb", "nstdb"} {
		for i, path := range realRecords(t, folder) {
			if testing.Short() && i%5 != 0 {
				continue
			}
			rec, err := ecg.ReadRecord(path)
			require.NoError(t, err)
			levels, episodes := stMeasured(t, ecg.NewSTMeter(), stWindows(t, rec))
			hours += rec.Duration().Hours()
			total += len(episodes)
			t.Logf("%s: %d levels, episodes %v", rec.Name, len(levels), episodes)
			require.NotEmpty(t, levels, rec.Name)
		}
	}
	t.Logf("%d episodes in %.1f h of two leads", total, hours)
	if testing.Short() {
		return // a fifth of the records says nothing of how often: most episodes are of one person
	}
	require.Less(t, float64(total)/hours, 1.5)
}

// BenchmarkSTMeter measures a second of one lead; the QRS detection that comes
// before is not in it.
func BenchmarkSTMeter(b *testing.B) {
	cfg := stConfig(250, 70, ecg.Noise{Wander: .1, Muscle: .02})
	cfg.Leads = []string{"II"}
	rec, _ := simulate(b, cfg)
	windows := stWindows(b, rec)
	seconds := 0.0
	m := ecg.NewSTMeter()
	for b.Loop() {
		for _, w := range windows {
			m.Add(w)
		}
		seconds += rec.Duration().Seconds()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/seconds, "ns/second")
}
