package window

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/ecg"
)

var begin = time.Date(2026, 3, 1, 8, 0, 0, 123456789, time.UTC)

const testGain = 200 // ADC units per mV

// source is a device's signal before it is cut into chunks.
type source struct {
	rate  float64
	leads []string
	adc   [][]int32
}

// newSource makes n samples of something lively.
func newSource(seed uint64, rate float64, n int, leads ...string) source {
	random := rand.New(rand.NewPCG(seed, 1))
	s := source{rate: rate, leads: leads}
	for range leads {
		row := make([]int32, n)
		phase, offset := random.Float64()*6, random.IntN(2000)-1000
		for i := range row {
			row[i] = int32(offset + int(150*math.Sin(phase+float64(i)*7/rate)) + random.IntN(40))
		}
		s.adc = append(s.adc, row)
	}
	return s
}

func (s source) len() int { return len(s.adc[0]) }

// timeOf is the exact time of a sample.
func (s source) timeOf(i int) time.Time {
	return begin.Add(time.Duration(math.Round(float64(i) / s.rate * 1e9)))
}

func (s source) chunk(sequence, from, to int) Chunk {
	c := Chunk{Sequence: uint64(sequence), Start: s.timeOf(from), Rate: s.rate, Leads: s.leads}
	for _, row := range s.adc {
		c.Samples, c.Gain = append(c.Samples, row[from:to]), append(c.Gain, testGain)
	}
	return c
}

// chunks cuts the signal into pieces of the given lengths, over and over.
func (s source) chunks(lengths ...int) []Chunk {
	var out []Chunk
	for from := 0; from < s.len(); {
		to := min(s.len(), from+lengths[len(out)%len(lengths)])
		out = append(out, s.chunk(len(out), from, to))
		from = to
	}
	out[len(out)-1].End = true
	return out
}

// recording is the signal of one stretch as pkg/ecg has it.
func (s source) recording(from, to int) *ecg.Recording {
	rec := &ecg.Recording{Name: "test", Rate: s.rate}
	for i, row := range s.adc {
		lead := ecg.Lead{Name: s.leads[i]}
		for _, adc := range row[from:to] {
			x := float32(float64(adc) / testGain)
			if adc == MissingSample {
				x = float32(math.NaN())
			}
			lead.Samples = append(lead.Samples, x)
		}
		rec.Leads = append(rec.Leads, lead)
	}
	return rec
}

func pushAll(t require.TestingT, w *Windower, chunks []Chunk) []Window {
	var windows []Window
	for _, c := range chunks {
		got, err := w.Push(c)
		require.NoError(t, err)
		windows = append(windows, got...)
	}
	return windows
}

// drawSource draws a signal of 0.1 to 45 s with lead failures and dropouts.
func drawSource(t *rapid.T) source {
	rate := rapid.SampledFrom([]float64{50, 100, 128, 128.5, 250, 257, 360, 999.9}).Draw(t, "rate")
	leads := rapid.SampledFrom([][]string{{"ECG"}, {"MLII", "V1"}, {"V5", "II"}, {"I", "II", "III"}}).Draw(t, "leads")
	n := int(rapid.Float64Range(0.1, 45).Draw(t, "seconds") * rate)
	s := newSource(rapid.Uint64().Draw(t, "seed"), rate, n, leads...)
	for range rapid.IntRange(0, 4).Draw(t, "failures") {
		lead := rapid.IntRange(0, len(leads)).Draw(t, "lead") // the last: all leads
		from := rapid.IntRange(0, n-1).Draw(t, "from")
		to := min(n, from+int(rapid.Float64Range(0, 3).Draw(t, "for")*rate))
		for i, row := range s.adc {
			if i == lead || lead == len(leads) {
				for j := from; j < to; j++ {
					row[j] = MissingSample
				}
			}
		}
	}
	return s
}

// drawLengths draws chunk lengths of 0.02 to 10 s.
func drawLengths(t *rapid.T, rate float64) []int {
	seconds := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(0.02, 0.5), rapid.Float64Range(0.1, 10)), 1, 6).Draw(t, "chunk lengths")
	lengths := make([]int, len(seconds))
	for i, s := range seconds {
		lengths[i] = max(1, int(s*rate))
	}
	return lengths
}

func drawConfig(t *rapid.T) Config {
	return rapid.SampledFrom([]Config{
		{},
		{Length: 15 * time.Second, Overlap: 3 * time.Second},
		{Length: 30 * time.Second, Overlap: 4 * time.Second, MaxGap: 200 * time.Millisecond},
		{Overlap: 1010 * time.Millisecond, MaxGap: time.Second},
	}).Draw(t, "config")
}

// requireSameSignal compares all but times, which may differ by a rounding.
func requireSameSignal(t require.TestingT, want, got []Window) {
	require.Len(t, got, len(want))
	for i := range want {
		a, b := want[i], got[i]
		require.WithinDuration(t, a.Start, b.Start, 5*time.Nanosecond)
		require.WithinDuration(t, a.End(), b.End(), 5*time.Nanosecond)
		a.Start, a.times, b.Start, b.times = time.Time{}, nil, time.Time{}, nil
		require.Equal(t, a, b)
	}
}

// requirePartition checks the invariants of windows that were returned in order.
func requirePartition(t require.TestingT, cfg Config, windows []Window) {
	cfg = cfg.withDefaults()
	core, index, segment := int64(0), 0, -1
	for i, w := range windows {
		if w.Segment != segment {
			require.Greater(t, w.Segment, segment)
			require.True(t, i == 0 || windows[i-1].EndsSegment)
			core, index, segment = 0, 0, w.Segment
		}
		n := w.Clip.Len()
		require.Equal(t, index, w.Index)
		require.Equal(t, core, w.First+int64(w.CoreFrom), "cores follow each other")
		require.GreaterOrEqual(t, w.CoreFrom, 0)
		require.Less(t, w.CoreFrom, w.CoreTo)
		require.LessOrEqual(t, w.CoreTo, n)
		if w.EndsSegment {
			require.Equal(t, n, w.CoreTo)
			require.LessOrEqual(t, int64(n), samples(cfg.Length))
			require.True(t, n >= SegmentSamples || w.First == 0, "at least 10 s if the segment has them")
		} else {
			require.Equal(t, samples(cfg.Length), int64(n))
			require.Equal(t, n-int(samples(cfg.Overlap))/2, w.CoreTo)
		}
		for _, lead := range w.Clip {
			require.True(t, lead == nil || len(lead) == n)
			require.False(t, slices.ContainsFunc(lead, missing))
		}
		require.GreaterOrEqual(t, n, shortest)
		core, index = core+int64(w.CoreTo-w.CoreFrom), index+1
	}
	require.True(t, len(windows) == 0 || windows[len(windows)-1].EndsSegment)
}

func TestSourceIsExact(t *testing.T) {
	s := newSource(1, 250, 500, "I")
	chunks := s.chunks(100, 33)
	require.Len(t, chunks, 8)
	require.Equal(t, begin.Add(400*time.Millisecond), chunks[1].Start)
	require.True(t, chunks[7].End)
}
