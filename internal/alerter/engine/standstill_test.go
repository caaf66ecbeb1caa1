package engine_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/engine"
	"github.com/holterd/holter/internal/alerter/rule"
	"github.com/holterd/holter/pkg/ecg"
	cut "github.com/holterd/holter/pkg/window"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// builtIn is a bench with the built-in rules.
func builtIn(t testing.TB) *bench {
	b := newBench(t, `name: none, priority: low, button: {}`)
	set, err := rule.Load("")
	require.NoError(t, err)
	b.engine = engine.New(set, nil)
	return b
}

// monitor gives the bench a recording as the analyzer would tell of it, from a time
// on, without what a model finds.
func (b *bench) monitor(rec *ecg.Recording, from float64) {
	b.t.Helper()
	clip, err := cut.FromRecording(rec)
	require.NoError(b.t, err)
	meter := ecg.NewBeatMeter()
	for _, part := range cut.Cut(clip.Len(), 10*cut.Rate, 4*cut.Rate) {
		var slots []ecg.Slot
		var leads [][]float32
		for slot, lead := range clip {
			if lead != nil {
				slots, leads = append(slots, ecg.Slot(slot)), append(leads, lead[part.From:part.To])
			}
		}
		coreFrom, coreTo := part.CoreFrom-part.From, part.CoreTo-part.From
		beats, quality := meter.Add(slots, leads, cut.Rate, coreFrom, coreTo)
		w := &holterv1.Window{
			Patient: "p", Device: "d", Recording: rec.Name, Id: fmt.Sprint("w", part.CoreFrom), Quality: quality,
			StartTimeNs: at(from + float64(part.CoreFrom)/cut.Rate), EndTimeNs: at(from + float64(part.CoreTo)/cut.Rate),
		}
		for _, beat := range beats {
			if beat >= coreFrom && beat < coreTo {
				w.BeatOffsetsMs = append(w.BeatOffsetsMs, uint32((beat-coreFrom)*1000/cut.Rate))
			}
		}
		b.windows(w)
	}
}

// raised counts what was triggered, by rule.
func (b *bench) raised() map[string]int {
	rules := map[string]int{}
	for _, a := range b.alerts {
		if a.State == alert.Triggered && len(a.History) <= 1 {
			rules[a.Rule]++
		}
	}
	return rules
}

func TestStandstillIsToldAtOnceWithHighPriority(t *testing.T) {
	for length, want := range map[time.Duration][]string{
		2 * time.Second: {}, 4 * time.Second: {"pause"},
		8 * time.Second: {"standstill"}, 12 * time.Second: {"standstill"}, 90 * time.Second: {"standstill", "bradycardia"},
	} {
		t.Run(length.String(), func(t *testing.T) {
			cfg := ecg.DefaultSimConfig()
			cfg.Duration = 4 * time.Minute
			cfg.Episodes = []ecg.Episode{{Kind: ecg.Pause, At: 47 * time.Second, Length: length}}
			rec, _, err := ecg.Simulate(cfg)
			require.NoError(t, err)
			b := builtIn(t)
			b.monitor(rec, 0)
			rules := b.raised()
			for _, name := range want {
				require.Equal(t, 1, rules[name], name)
			}
			require.Zero(t, rules["noise"])
			if length < 6*time.Second {
				require.Zero(t, rules["standstill"])
				require.Len(t, rules, len(want))
				return
			}
			open := b.open("pause/p")
			require.Equal(t, "high", open.Priority.String())
			require.InDelta(t, length.Seconds(), open.Value, 1.5)
			require.Contains(t, open.Message, "lost its contact unnoticed looks the same")
		})
	}
}

// The noise of the stress test is told of as that; neither it nor the beats in it
// are a standstill.
func TestRealNoiseIsNoStandstill(t *testing.T) {
	data := os.Getenv("HOLTER_DATA")
	if data == "" {
		t.Skip("SKIPPED: HOLTER_DATA names no folder with nstdb/")
	}
	for _, name := range []string{"118e00", "118e_6", "119e00", "119e_6"} {
		rec, err := ecg.ReadRecord(filepath.Join(data, "nstdb", name))
		require.NoError(t, err)
		b := builtIn(t)
		b.monitor(rec, 0)
		rules := b.raised()
		require.NotZero(t, rules["noise"], name)
		require.Zero(t, rules["standstill"], name)
	}
}
