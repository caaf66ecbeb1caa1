package window

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

// without leaves out some of the chunks.
func without(chunks []Chunk, lost ...uint64) []Chunk {
	var out []Chunk
	for _, c := range chunks {
		keep := true
		for _, sequence := range lost {
			keep = keep && c.Sequence != sequence
		}
		if keep {
			out = append(out, c)
		}
	}
	return out
}

func TestShortGapIsBridged(t *testing.T) {
	s := newSource(1, 250, 250*12, "II")
	chunks := without(s.chunks(100), 10) // 0.4 s are missing: 4.0 s to 4.4 s
	w := New(Config{})
	require.Empty(t, pushAll(t, w, chunks), "it may still come")
	windows := w.Flush()
	require.Equal(t, uint64(1), w.Lost())
	require.True(t, w.Ended())
	require.Len(t, windows, 2)
	require.Equal(t, 1200, int(windows[1].First)+windows[1].Clip.Len())
	require.Equal(t, s.timeOf(0).UTC(), windows[0].Start)

	rec := s.recording(0, s.len())
	for i := 1000; i < 1100; i++ {
		rec.Leads[0].Samples[i] = float32(math.NaN())
	}
	bridged, err := FromRecording(rec)
	require.NoError(t, err)
	require.InDeltaSlice(t, bridged[ecg.II][:1000], windows[0].Clip[ecg.II], 1e-6)
}

func TestLongGapEndsTheSegment(t *testing.T) {
	s := newSource(1, 250, 250*30, "II")
	windows := pushAll(t, New(Config{}), without(s.chunks(100), 30, 31)) // 12.0 s to 12.8 s
	requirePartition(t, Config{}, windows)
	require.Equal(t, 0, windows[1].Segment)
	require.True(t, windows[1].EndsSegment)
	require.Equal(t, 1200, int(windows[1].First)+windows[1].Clip.Len())
	require.Equal(t, 1, windows[2].Segment)
	require.Equal(t, s.timeOf(3200).UTC(), windows[2].Start)
	require.Equal(t, 1720, int(windows[4].First)+windows[4].Clip.Len())
}

func TestOverlapIsSkipped(t *testing.T) {
	s := newSource(1, 360, 360*14, "MLII", "V1")
	want := pushAll(t, New(Config{}), s.chunks(360))
	var chunks []Chunk
	for from := 0; from < s.len(); from += 360 { // every chunk repeats 0.7 s
		chunks = append(chunks, s.chunk(len(chunks), max(0, from-252), min(from+360, s.len())))
	}
	chunks = append(chunks, s.chunk(len(chunks), s.len()-400, s.len())) // nothing new
	chunks[len(chunks)-1].End = true
	requireSameSignal(t, want, pushAll(t, New(Config{}), chunks))
}

func TestClockSetBackBeginsASegment(t *testing.T) {
	s := newSource(1, 250, 250*24, "I")
	chunks := s.chunks(250)
	for i := 12; i < len(chunks); i++ {
		chunks[i].Start = chunks[i].Start.Add(-time.Hour)
	}
	windows := pushAll(t, New(Config{}), chunks)
	requirePartition(t, Config{}, windows)
	require.Equal(t, s.timeOf(3000).Add(-time.Hour).UTC(), windows[2].Start)
	require.Equal(t, 1, windows[2].Segment)
}

func TestMissingChunkIsGivenUp(t *testing.T) {
	s := newSource(1, 250, 250*40, "I")
	w := New(Config{Reorder: 5 * time.Second})
	chunks := s.chunks(250)
	for i, c := range chunks[:20] {
		if i == 8 {
			continue
		}
		windows, err := w.Push(c)
		require.NoError(t, err)
		switch i {
		case 12: // four seconds of later signal wait
			require.Empty(t, windows)
			require.Zero(t, w.Lost())
		case 13: // five
			require.Len(t, windows, 1)
			require.True(t, windows[0].EndsSegment)
			require.Equal(t, uint64(1), w.Lost())
		}
	}
	late, err := w.Push(chunks[8])
	require.NoError(t, err)
	require.Empty(t, late)
}

func TestFlushEndsWhatIsThere(t *testing.T) {
	s := newSource(1, 250, 250*30, "I")
	chunks := s.chunks(250)
	w := New(Config{})
	require.Empty(t, pushAll(t, w, without(chunks[:8], 5)))
	sequence, ok := w.Needs()
	require.True(t, ok)
	require.Zero(t, sequence)

	windows := w.Flush()
	require.Len(t, windows, 2) // before and after the chunk that is missing
	require.Equal(t, 500, windows[0].Clip.Len())
	require.Equal(t, 200, windows[1].Clip.Len())
	require.False(t, windows[1].EndsRecording)
	require.False(t, w.Ended())
	_, ok = w.Needs()
	require.False(t, ok)
	require.Empty(t, w.Flush())

	windows = pushAll(t, w, chunks[8:])
	require.Equal(t, 2, windows[0].Segment)
	require.Equal(t, s.timeOf(2000).UTC(), windows[0].Start)
	require.True(t, w.Ended())
	more, err := w.Push(chunks[29])
	require.NoError(t, err)
	require.Empty(t, more)
}

func TestEmptyLastChunkEnds(t *testing.T) {
	s := newSource(1, 250, 250*3, "I")
	chunks := s.chunks(250)
	chunks[2].End = false
	w := New(Config{})
	require.Empty(t, pushAll(t, w, chunks))
	windows, err := w.Push(Chunk{Sequence: 3, End: true})
	require.NoError(t, err)
	require.Len(t, windows, 1)
	require.True(t, windows[0].EndsRecording)
	require.True(t, w.Ended())
	require.Nil(t, w.State().Open)
	require.True(t, Resume(Config{}, w.State()).Ended())
}

func TestHalfASecondIsTooShort(t *testing.T) {
	w := New(Config{})
	require.Empty(t, pushAll(t, w, newSource(1, 250, 122, "I").chunks(40)))
	require.True(t, w.Ended())
	require.Len(t, pushAll(t, New(Config{}), newSource(1, 250, 125, "I").chunks(40)), 1)
}

func TestNewLeadsOrRateBeginASegment(t *testing.T) {
	parts := []source{
		newSource(1, 250, 250*11, "MLII", "V1"),
		newSource(2, 250, 250*11, "V1", "MLII"), // the same leads
		newSource(3, 250, 250*11, "MLII"),
		newSource(4, 500, 500*11, "MLII"),
	}
	w := New(Config{})
	var windows []Window
	for i, s := range parts {
		c := s.chunk(i, 0, s.len())
		c.Start = begin.Add(time.Duration(i) * 11 * time.Second)
		got, err := w.Push(c)
		require.NoError(t, err)
		windows = append(windows, got...)
	}
	windows = append(windows, w.Flush()...)
	requirePartition(t, Config{}, windows)
	lengths := map[int]int{}
	for _, w := range windows {
		lengths[w.Segment] += w.CoreTo - w.CoreFrom
	}
	require.Equal(t, map[int]int{0: 2200, 1: 1100, 2: 1100}, lengths)
}

func TestLeadOffIsMissing(t *testing.T) {
	s := newSource(1, 250, 250*40, "MLII", "V1")
	for i := 250 * 12; i < 250*31; i++ {
		s.adc[1][i] = MissingSample
	}
	windows := pushAll(t, New(Config{}), s.chunks(250))
	requirePartition(t, Config{}, windows)
	require.Len(t, windows, 7) // at 0, 6, 12, 18, 24, 30 and 30 s
	for i, present := range []bool{true, true, false, false, true, true, true} {
		require.NotNil(t, windows[i].Clip[ecg.II])
		require.Equal(t, present, windows[i].Clip[ecg.V1] != nil, "window %d", i)
	}
	// What is missing is held: no step, no excess.
	held := windows[1].Clip[ecg.V1]
	require.Equal(t, held[590], held[999])
	measured := windows[1].Measured()
	require.False(t, missing(measured[ecg.V1][550]))
	require.True(t, missing(measured[ecg.V1][620]))
	require.Equal(t, windows[1].Clip[ecg.II], measured[ecg.II])
	require.Nil(t, windows[2].Measured()[ecg.V1])
}

// A device whose clock runs up to 200 ppm fast or slow, with stamps that
// jitter: a day is one segment, and every time is right to 20 ms.
func TestClockDriftOver24Hours(t *testing.T) {
	if testing.Short() {
		t.Skip("a day of signal takes seconds")
	}
	for _, ppm := range []float64{-200, 200} {
		for _, c := range []struct {
			chunk  time.Duration
			jitter time.Duration
		}{{10 * time.Second, 0}, {time.Second, 20 * time.Millisecond}} {
			random := rand.New(rand.NewPCG(7, 7))
			const rate, day = 50, 24 * time.Hour
			trueTime := func(sample int64) time.Time {
				return begin.Add(time.Duration(float64(sample) / rate / (1 + ppm*1e-6) * 1e9))
			}
			w := New(Config{})
			n := int(c.chunk.Seconds() * rate)
			row := make([]int32, n)
			last, worst := int64(0), time.Duration(0)
			for i := range int(day / c.chunk) {
				stamp := trueTime(int64(i * n))
				if c.jitter > 0 {
					stamp = stamp.Add(time.Duration(random.Int64N(int64(2*c.jitter))) - c.jitter)
				}
				windows, err := w.Push(Chunk{Sequence: uint64(i), Start: stamp, Rate: rate, Leads: []string{"I"}, Gain: []float64{200}, Samples: [][]int32{row}})
				require.NoError(t, err)
				for _, win := range windows {
					require.Zero(t, win.Segment)
					require.Equal(t, last, win.First+int64(win.CoreFrom))
					last = win.First + int64(win.CoreTo)
					for at := win.CoreFrom; at < win.CoreTo; at += 50 {
						worst = max(worst, win.TimeAt(at).Sub(trueTime((win.First+int64(at))/2)).Abs())
					}
					require.True(t, win.TimeAt(win.CoreFrom).Before(win.TimeAt(win.CoreFrom+1)))
				}
			}
			t.Logf("%+g ppm, chunks of %s, jitter ±%s: times off by at most %s after 24 h", ppm, c.chunk, c.jitter, worst)
			require.Less(t, worst, c.jitter+20*time.Millisecond)
			require.InDelta(t, 24*3600*100, last, 700)
		}
	}
}

func TestTimesAreInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	s := newSource(1, 250, 250*60, "I")
	chunks := s.chunks(25) // 0.1 s, stamps off by up to 45 ms
	for i := range chunks {
		chunks[i].Start = chunks[i].Start.Add(time.Duration(random.IntN(90)-45) * time.Millisecond)
	}
	windows := pushAll(t, New(Config{Jitter: 100 * time.Millisecond}), chunks)
	requirePartition(t, Config{}, windows)
	require.Zero(t, windows[len(windows)-1].Segment)
	times := map[int64]time.Time{}
	for _, w := range windows {
		for i := range w.Clip.Len() {
			at := w.TimeAt(i)
			require.True(t, i == 0 || at.After(w.TimeAt(i-1)))
			require.WithinDuration(t, begin.Add(time.Duration(w.First+int64(i))*10*time.Millisecond), at, 100*time.Millisecond)
			if seen, ok := times[w.First+int64(i)]; ok {
				require.Equal(t, seen, at, "the same in every window")
			}
			times[w.First+int64(i)] = at
		}
	}
}

func TestPushRefuses(t *testing.T) {
	good := newSource(1, 250, 250, "II", "V1").chunk(0, 0, 250)
	for name, c := range map[string]struct {
		spoil func(*Chunk)
		why   string
	}{
		"empty":        {func(c *Chunk) { c.Samples = nil }, "no samples"},
		"slow":         {func(c *Chunk) { c.Rate = 49.9 }, "rate of 49.9 Hz"},
		"no rate":      {func(c *Chunk) { c.Rate = math.NaN() }, "rate of NaN Hz"},
		"ragged":       {func(c *Chunk) { c.Samples[1] = c.Samples[1][1:] }, "lead V1 has 249 samples"},
		"no gain":      {func(c *Chunk) { c.Gain = []float64{200, 0} }, "gain of 0"},
		"gains":        {func(c *Chunk) { c.Gain = c.Gain[1:] }, "1 gains"},
		"unknown lead": {func(c *Chunk) { c.Leads = []string{"II", "X7"} }, "X7"},
		"doubled lead": {func(c *Chunk) { c.Leads = []string{"II", "MLII"} }, "two leads for one slot"},
		"no clock":     {func(c *Chunk) { c.Start = time.Time{} }, "set the device's clock"},
		"long":         {func(c *Chunk) { c.Samples = [][]int32{make([]int32, 15001), make([]int32, 15001)} }, "at most 1m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			w := New(Config{})
			bad := good
			bad.Samples = append([][]int32(nil), good.Samples...)
			c.spoil(&bad)
			_, err := w.Push(bad)
			require.ErrorIs(t, err, ErrChunk)
			require.ErrorContains(t, err, c.why)
			require.Equal(t, New(Config{}).State(), w.State(), "unchanged")
			_, err = w.Push(good)
			require.NoError(t, err)
		})
	}
}

// What a Windower holds does not grow with the recording.
func TestMemoryIsBounded(t *testing.T) {
	s := newSource(1, 250, 250*60, "MLII", "V1")
	w := New(Config{})
	most := 0
	for i := range 1200 { // 20 min
		from := i * 250 % s.len()
		c := s.chunk(i, from, from+250)
		c.Start = begin.Add(time.Duration(i)*time.Second + time.Duration(i%7)*5*time.Millisecond)
		_, err := w.Push(c)
		require.NoError(t, err)
		seg := w.segment
		size := len(seg.marks) + len(seg.clock.ties) + len(seg.fill.queue[0]) + cap(seg.out[0]) + cap(seg.resamplers[0].history)
		if i == 100 {
			most = size
		}
		require.LessOrEqual(t, size, 5000)
	}
	require.Positive(t, most)
}

func BenchmarkWindower(b *testing.B) {
	s := newSource(1, 360, 360*10, "MLII", "V1")
	w := New(Config{})
	for i := 0; b.Loop(); i++ {
		from := i % 10 * 360
		c := s.chunk(i, from, from+360)
		c.Start = begin.Add(time.Duration(i) * time.Second)
		if _, err := w.Push(c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "s-of-signal/s")
}
