package ecg_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
var shares = map[ecg.Slot]float64{ecg.I: .3, ecg.II: 1, ecg.V1: -.4, ecg.V3: .3, ecg.V5: .9}

func TestExplore(t *testing.T) {
	for _, hr := range []float64{50, 70, 100, 125} {
		for _, rate := range []float64{128, 250, 360} {
			for _, noise := range []ecg.Noise{{}, {Wander: .2, Muscle: .02, Mains: .01, MainsHz: 50}, {Wander: .3, Muscle: .05, Mains: .02, MainsHz: 50}} {
				for _, level := range []float64{.2, -.3} {
					cfg := ecg.DefaultSimConfig()
					cfg.Rate, cfg.Noise, cfg.HeartRate = rate, noise, hr
					cfg.Leads = []string{"MLII", "V1", "V5"}
					cfg.PVCsPerHour = 200
					cfg.Duration = 15 * time.Minute
					cfg.Episodes = []ecg.Episode{{Kind: ecg.STChange, At: 8 * time.Minute, Length: 4 * time.Minute, Level: level}}
					rec, _ := simulate(t, cfg)
					ws := stWindows(t, rec)
					levels, eps := stMeasured(t, ecg.NewSTMeter(), ws)
					worst := map[ecg.Slot]float64{}
					n := map[ecg.Slot]int{}
					for _, l := range levels {
						want := 0.
						from, to := l.From.Sub(stBegan), l.To.Sub(stBegan)
						if to > 8*time.Minute && from < 12*time.Minute {
							if from < 510*time.Second || to > 690*time.Second {
								continue
							}
							want = 1000 * level * shares[l.Lead]
						}
						n[l.Lead]++
						worst[l.Lead] = max(worst[l.Lead], math.Abs(l.Deviation-want))
					}
					text := ""
					for _, e := range eps {
						text += fmt.Sprintf(" %s %.0f-%.0f %.0f", e.Lead, e.Start.Sub(stBegan).Seconds(), e.End.Sub(stBegan).Seconds(), e.Peak)
					}
					t.Log(hr, rate, noise.Muscle, level, worst, n, text)
				}
			}
		}
	}
	_ = json.Marshal
}
