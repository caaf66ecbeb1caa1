package window

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/ecg"
)

func TestScaledMinMax(t *testing.T) {
	nan := float32(math.NaN())
	clip := Clip{
		ecg.I:  {-1, 0, 1, 3},
		ecg.II: {300.5, 300.5, 300.5, 300.5},
		ecg.V1: {1, nan, 2, 3},
	}
	scaled := clip.Scaled(ScaleMinMax)
	require.Equal(t, []float32{-1, -0.5, 0, 1}, scaled[ecg.I])
	require.Equal(t, []float32{0, 0, 0, 0}, scaled[ecg.II], "flat")
	require.Equal(t, []float32{-1, 0, 0, 1}, scaled[ecg.V1], "one bad sample does not spoil a lead")
	require.Nil(t, scaled[ecg.V2])
	require.Equal(t, float32(3), clip[ecg.I][3], "the clip itself is as before")
	require.Equal(t, clip[ecg.I], clip.Scaled(ScaleNone)[ecg.I])
}

func TestScaledStaysInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lead := rapid.SliceOfN(rapid.Float32Range(-400, 400), 1, 200).Draw(t, "lead")
		clip := Clip{ecg.V3: lead}
		for _, x := range clip.Scaled(ScaleMinMax)[ecg.V3] {
			require.LessOrEqual(t, x, float32(1))
			require.GreaterOrEqual(t, x, float32(-1))
		}
	})
}

func TestSegments(t *testing.T) {
	lead := make([]float32, 2300)
	for i := range lead {
		lead[i] = float32(i + 1)
	}
	clip := Clip{ecg.II: lead}
	segments := clip.Segments()
	require.Len(t, segments, 3)
	for _, s := range segments {
		require.Len(t, s, ecg.Slots*SegmentSamples)
		require.Zero(t, s[0], "a missing lead is 0")
	}
	require.Equal(t, float32(1), segments[0][1000])
	require.Equal(t, float32(2300), segments[2][1000+299])
	require.Zero(t, segments[2][1000+300], "beyond the end")
	require.Empty(t, new(Clip).Segments())
}

func TestSlice(t *testing.T) {
	clip := Clip{ecg.II: {1, 2, 3, 4}}
	part := clip.Slice(1, 3)
	require.Equal(t, &Clip{ecg.II: {2, 3}}, part)
	require.Equal(t, 2, part.Len())
}

func TestCut(t *testing.T) {
	require.Empty(t, Cut(0, 1000, 400))
	require.Equal(t, []Part{{0, 30, 0, 30}}, Cut(30, 1000, 400))
	require.Equal(t, []Part{{0, 1000, 0, 1000}}, Cut(1000, 1000, 400))
	require.Equal(t, []Part{{0, 1000, 0, 800}, {1, 1001, 800, 1001}}, Cut(1001, 1000, 400))
	require.Equal(t, []Part{{0, 1000, 0, 800}, {600, 1600, 800, 1400}, {700, 1700, 1400, 1700}}, Cut(1700, 1000, 400))
	require.Equal(t, []Part{{0, 3000, 0, 2800}, {2600, 4100, 2800, 4100}}, Cut(4100, 3000, 400))
}

// Cut and a Windower cut alike; a Windower only cannot know that a segment will
// end just where a window does.
func TestCutIsWhatAWindowerDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg, n := drawConfig(t), rapid.IntRange(50, 9000).Draw(t, "n")
		parts := Cut(n, int(samples(cfg.withDefaults().Length)), int(samples(cfg.withDefaults().Overlap)))
		core := 0
		for _, p := range parts {
			require.Equal(t, core, p.CoreFrom)
			require.True(t, 0 <= p.From && p.From <= p.CoreFrom && p.CoreFrom < p.CoreTo && p.CoreTo <= p.To)
			require.True(t, p.To-p.From >= min(n, SegmentSamples))
			core = p.CoreTo
		}
		require.Equal(t, n, core)

		windows := pushAll(t, New(cfg), newSource(1, 100, n, "I").chunks(500))
		if last := parts[len(parts)-1]; last.To-last.From == int(samples(cfg.withDefaults().Length)) && len(windows) == len(parts)+1 {
			return
		}
		require.Len(t, windows, len(parts))
		for i, w := range windows {
			first := int(w.First)
			require.Equal(t, parts[i], Part{first, first + w.Clip.Len(), first + w.CoreFrom, first + w.CoreTo})
		}
	})
}

func TestConfigStaysInBounds(t *testing.T) {
	require.Equal(t, Config{10 * time.Second, 4 * time.Second, 500 * time.Millisecond, 50 * time.Millisecond, 10 * time.Second}, Config{}.withDefaults())
	odd := Config{Length: time.Hour, Overlap: time.Hour, MaxGap: time.Hour, Jitter: -1, Reorder: -1}.withDefaults()
	require.Equal(t, Config{time.Minute, 30 * time.Second, 5 * time.Second, time.Millisecond, 0}, odd)
}

func TestFromRecording(t *testing.T) {
	s := newSource(1, 360, 3600, "MLII", "V1")
	clip, err := FromRecording(s.recording(0, 3600))
	require.NoError(t, err)
	require.Equal(t, 1000, clip.Len())
	require.NotNil(t, clip[ecg.II])
	require.NotNil(t, clip[ecg.V1])
	require.Nil(t, clip[ecg.I])

	for i := range s.adc[1] {
		s.adc[1][i] = MissingSample
	}
	clip, err = FromRecording(s.recording(0, 3600))
	require.NoError(t, err)
	require.Nil(t, clip[ecg.V1], "it delivered nothing")

	nothing := s.recording(0, 3600)
	nothing.Leads = nothing.Leads[1:]
	clip, err = FromRecording(nothing)
	require.NoError(t, err)
	require.Equal(t, make([]float32, 1000), clip[ecg.V1], "the length stays")

	bad := s.recording(0, 3600)
	bad.Leads[1].Samples = bad.Leads[1].Samples[1:]
	_, err = FromRecording(bad)
	require.ErrorContains(t, err, "lead V1 has 3599 samples")
	bad.Rate = 0
	_, err = FromRecording(bad)
	require.ErrorContains(t, err, "between 1 and 10000 Hz")
	bad.Leads[0].Name = "V1"
	_, err = FromRecording(bad)
	require.ErrorIs(t, err, ecg.ErrDuplicateLead)
}

func TestRepair(t *testing.T) {
	nan := float32(math.NaN())
	require.Equal(t, []float32{2, 2, 3, 4, 5, 5}, repair([]float32{nan, 2, nan, 4, 5, nan}))
	require.Nil(t, repair([]float32{nan, nan, 1, nan, nan}))
	require.Nil(t, repair([]float32{nan}))
	require.Equal(t, []float32{1}, repair([]float32{1}))
}
