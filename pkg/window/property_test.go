package window

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestWindowsDoNotDependOnChunking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, cfg := drawSource(t), drawConfig(t)
		want := pushAll(t, New(cfg), s.chunks(drawLengths(t, s.rate)...))
		got := pushAll(t, New(cfg), s.chunks(drawLengths(t, s.rate)...))
		requirePartition(t, cfg, want)
		requireSameSignal(t, want, got)
	})
}

// Without failures the cores put together are the recording, bit for bit.
func TestCoresAreTheRecording(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]float64{50, 128.5, 250, 360, 999.9}).Draw(t, "rate")
		n := int(rapid.Float64Range(0.6, 50).Draw(t, "seconds") * rate)
		s, cfg := newSource(uint64(n), rate, n, "MLII", "V1"), drawConfig(t)
		windows := pushAll(t, New(cfg), s.chunks(drawLengths(t, rate)...))
		requirePartition(t, cfg, windows)
		require.True(t, windows[len(windows)-1].EndsRecording)

		rec := s.recording(0, n)
		whole, err := FromRecording(rec)
		require.NoError(t, err)
		var together Clip
		for _, w := range windows {
			for slot, lead := range w.Clip {
				if lead != nil {
					together[slot] = append(together[slot], lead[w.CoreFrom:w.CoreTo]...)
				}
			}
		}
		require.Equal(t, whole.Len(), together.Len())
		for slot, lead := range whole {
			require.InDeltaSlice(t, lead, together[slot], 1e-6) // a Recording rounds to float32 before
		}
	})
}

func TestOrderAndDoublesDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, cfg := drawSource(t), drawConfig(t)
		chunks := s.chunks(drawLengths(t, s.rate)...)
		want := pushAll(t, New(cfg), chunks)

		w := New(cfg)
		var got []Window
		for len(chunks) > 0 {
			// Any chunk that starts less than 5 s after the next one may come first.
			reach := 1
			for reach < len(chunks) && chunks[reach].Start.Add(chunks[reach].duration()).Sub(chunks[0].Start) < 5*time.Second {
				reach++
			}
			at := rapid.IntRange(0, reach-1).Draw(t, "next")
			for range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "times") {
				more, err := w.Push(chunks[at])
				require.NoError(t, err)
				got = append(got, more...)
			}
			if rapid.IntRange(0, 4).Draw(t, "keep") > 0 || at > 0 {
				chunks = append(chunks[:at:at], chunks[at+1:]...)
			}
		}
		require.True(t, w.Ended())
		require.Zero(t, w.Lost())
		require.Equal(t, want, got)
	})
}

// entry is one thing that happens to a Windower.
type entry struct {
	chunk Chunk
	flush bool
}

func (e entry) on(t require.TestingT, w *Windower) []Window {
	if e.flush {
		return w.Flush()
	}
	windows, err := w.Push(e.chunk)
	require.NoError(t, err)
	return windows
}

// drawLog draws what a bad connection makes of a recording: chunks late, lost,
// doubled, stamps off, the clock set, the device silent.
func drawLog(t *rapid.T) []entry {
	s := drawSource(t)
	chunks := s.chunks(drawLengths(t, s.rate)...)
	var log []entry
	shift := time.Duration(0)
	for _, c := range chunks {
		switch rapid.IntRange(0, 30).Draw(t, "trouble") {
		case 0:
			continue // lost
		case 1:
			shift += time.Duration(rapid.IntRange(-2000, 2000).Draw(t, "clock set by ms")) * time.Millisecond
		case 2:
			shift += time.Duration(rapid.IntRange(-100, 100).Draw(t, "clock set by s")) * time.Second
		case 3:
			log = append(log, entry{flush: true})
		case 4:
			c.End = true
		}
		c.Start = c.Start.Add(shift + time.Duration(rapid.IntRange(-20, 20).Draw(t, "jitter"))*time.Millisecond)
		at := len(log)
		if rapid.IntRange(0, 8).Draw(t, "early") == 0 {
			at -= rapid.IntRange(0, min(3, len(log))).Draw(t, "by")
		}
		log = append(log[:at:at], append([]entry{{chunk: c}}, log[at:]...)...)
		if rapid.IntRange(0, 8).Draw(t, "doubled") == 0 {
			log = append(log, entry{chunk: c})
		}
	}
	return append(log, entry{flush: true})
}

func TestResumeGoesOnBitForBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg, log := drawConfig(t), drawLog(t)
		cfg.Reorder = 2 * time.Second
		w := New(cfg)
		var windows [][]Window
		var states []State
		var needs []uint64
		var any []bool
		for _, e := range log {
			windows = append(windows, e.on(t, w))
			states = append(states, w.State())
			sequence, ok := w.Needs()
			needs, any = append(needs, sequence), append(any, ok)
		}
		var all []Window
		for _, some := range windows {
			all = append(all, some...)
		}
		requirePartition(t, cfg, all)

		stop := rapid.IntRange(0, len(log)-1).Draw(t, "stop")
		text, err := json.Marshal(states[stop])
		require.NoError(t, err)
		var state State
		require.NoError(t, json.Unmarshal(text, &state))
		require.Less(t, len(text), 600, "%s", text)

		resumed := Resume(cfg, state)
		sequence, ok := resumed.Needs()
		if any[stop] {
			require.Equal(t, needs[stop], sequence)
		}
		for i, e := range log[:stop+1] {
			// As read again from the first chunk that is needed.
			if any[stop] && again(log[:i+1], sequence) && !e.flush {
				require.Empty(t, e.on(t, resumed), "nothing comes twice")
			}
		}
		_ = ok
		for i := stop + 1; i < len(log); i++ {
			require.Equal(t, windows[i], log[i].on(t, resumed), "after entry %d", i)
			require.Equal(t, states[i], resumed.State())
		}
	})
}

// The operator may change the configuration between two runs: cores still
// follow each other.
func TestResumeWithAnotherConfig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.SampledFrom([]float64{50, 250, 999.9}).Draw(t, "rate")
		s := newSource(1, rate, int(80*rate), "MLII", "V1")
		chunks := s.chunks(int(rate))
		w := New(drawConfig(t))
		stop := rapid.IntRange(1, 79).Draw(t, "stop")
		windows := pushAll(t, w, chunks[:stop])
		resumed := Resume(drawConfig(t), w.State())
		sequence, ok := resumed.Needs()
		require.True(t, ok)
		for _, w := range append(windows, pushAll(t, resumed, chunks[sequence:])...) {
			windows = append(windows[:w.Index:w.Index], w)
		}
		core := int64(0)
		for _, w := range windows {
			require.Equal(t, core, w.First+int64(w.CoreFrom))
			require.Less(t, w.CoreFrom, w.CoreTo)
			core = w.First + int64(w.CoreTo)
		}
		require.Equal(t, int64(8000), core)
	})
}

// Not all that was there need be there again.
func TestResumeWithoutTheChunks(t *testing.T) {
	s := newSource(1, 250, 250*40, "I")
	chunks := s.chunks(250)
	w := New(Config{})
	first := pushAll(t, w, chunks[:25])
	sequence, ok := w.Needs()
	require.True(t, ok)
	require.Equal(t, uint64(11), sequence) // the next window may begin at 12 s, its filter at 11.9 s
	require.Len(t, first, 3)

	resumed := Resume(Config{}, w.State())
	windows := pushAll(t, resumed, chunks[30:])
	require.Equal(t, 1, windows[0].Segment)
	require.Equal(t, s.timeOf(30*250).UTC(), windows[0].Start)

	resumed = Resume(Config{}, w.State())
	windows = pushAll(t, resumed, append(chunks[11:13:13], chunks[30:]...))
	require.Equal(t, 1, windows[0].Segment, "the rest of the old segment is older than what was answered")
}

// again tells whether a chunk from sequence on has come.
func again(log []entry, sequence uint64) bool {
	for _, e := range log {
		if !e.flush && e.chunk.Sequence >= sequence {
			return true
		}
	}
	return false
}
