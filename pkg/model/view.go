package model

import (
	"github.com/holterd/holter/pkg/window"
)

// view is a stretch of a clip, scaled by itself, as the model sees it.
type view struct {
	clip     *window.Clip // scaled
	segments int
	seen     []encoded // once encoded
}

func newView(clip *window.Clip, from, to int, scale window.Scale) *view {
	part := clip.Slice(from, to).Scaled(scale)
	return &view{clip: part, segments: (part.Len() + window.SegmentSamples - 1) / window.SegmentSamples}
}

// silent tells whether the view shows no signal at all: leads missing or flat.
func (v *view) silent() bool {
	for _, lead := range v.clip {
		for _, x := range lead {
			if x != 0 {
				return false
			}
		}
	}
	return true
}

// embeddings writes the view's embeddings, one row of width hidden each: the
// mean of the segments' CLS tokens, then all their other tokens in order.
func (v *view) embeddings(dst []float32, hidden int) {
	cls, rest := dst[:hidden], dst[hidden:]
	clear(cls)
	for _, s := range v.seen {
		for i, x := range s.embeddings[:hidden] {
			cls[i] += x / float32(v.segments)
		}
		rest = rest[copy(rest, s.embeddings[hidden:]):]
	}
}

// heatFrames is the number of 50 ms frames of a segment, frameSamples the
// samples of one.
const (
	frameSamples = window.Rate / heatHz
	heatFrames   = window.SegmentSamples / frameSamples
)

// heat is the row of one kind over the view's length; nil when there is none.
func (v *view) heat(kind int) []float32 {
	if kind < 0 {
		return nil
	}
	if v.silent() {
		return make([]float32, frames(v.clip.Len()))
	}
	out := make([]float32, 0, v.segments*heatFrames)
	for _, s := range v.seen {
		out = append(out, s.heat[kind*heatFrames:(kind+1)*heatFrames]...)
	}
	return out[:frames(v.clip.Len())]
}

// frames is the number of frames, the last perhaps not whole, of samples.
func frames(samples int) int { return (samples + frameSamples - 1) / frameSamples }

// piece is a stretch of a clip that is answered by itself, in samples. It
// answers for its core; the cores partition the clip.
type piece struct {
	from, to         int
	coreFrom, coreTo int
}

// overlap of two pieces that follow each other; tenth is the finest time of an
// answer. Both in samples.
const (
	overlap = 4 * window.Rate
	tenth   = window.Rate / 10
)

// pieces cuts a clip's length into pieces of one segment. The last is moved
// back to end with the clip; seams lie in the middle of an overlap. All of it
// in whole tenths of a second, so that times of pieces are times of the clip.
func pieces(length int) []piece {
	const whole = window.SegmentSamples
	out := []piece{{from: 0, to: min(whole, length)}}
	for out[len(out)-1].to < length/tenth*tenth {
		last := &out[len(out)-1]
		to := min(last.to+whole-overlap, length/tenth*tenth)
		last.coreTo = (to - whole + last.to) / 2 / tenth * tenth
		out = append(out, piece{from: to - whole, to: to, coreFrom: last.coreTo})
	}
	out[len(out)-1].coreTo = length
	return out
}
