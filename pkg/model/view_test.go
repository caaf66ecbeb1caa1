package model

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/window"
)

func TestPieces(t *testing.T) {
	require.Equal(t, []piece{{0, 250, 0, 250}}, pieces(250))
	require.Equal(t, []piece{{0, 1000, 0, 1000}}, pieces(1000))
	require.Equal(t, []piece{{0, 1000, 0, 1009}}, pieces(1009), "less than a tenth of a second is no piece")
	require.Equal(t, []piece{{0, 1000, 0, 800}, {600, 1600, 800, 1600}}, pieces(1600))
	require.Equal(t, []piece{{0, 1000, 0, 800}, {600, 1600, 800, 1160}, {730, 1730, 1160, 1734}}, pieces(1734))
}

func TestPiecesCoverTheClip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.IntRange(1, 6500).Draw(t, "length")
		at := 0
		for i, p := range pieces(length) {
			require.Equal(t, at, p.coreFrom, "cores partition the clip")
			require.Greater(t, p.coreTo, p.coreFrom)
			require.LessOrEqual(t, p.from, p.coreFrom)
			require.Zero(t, p.from%tenth)
			require.LessOrEqual(t, p.to-p.from, window.SegmentSamples)
			if i > 0 {
				require.GreaterOrEqual(t, p.coreFrom-p.from, overlap/2-tenth, "a seam is no border")
			}
			if p.coreTo < length {
				require.GreaterOrEqual(t, p.to-p.coreTo, overlap/2-tenth)
			} else {
				require.Less(t, length-p.to, tenth)
			}
			at = p.coreTo
		}
		require.Equal(t, length, at)
	})
}

func TestViewEmbeddings(t *testing.T) {
	v := &view{segments: 2, seen: []encoded{
		{embeddings: []float32{1, 2, 10, 11, 12, 13}},
		{embeddings: []float32{3, 6, 20, 21, 22, 23}},
	}}
	out := make([]float32, 2+4+4)
	v.embeddings(out, 2)
	require.Equal(t, []float32{2, 4, 10, 11, 12, 13, 20, 21, 22, 23}, out, "CLS averaged, then all tokens in order")
	require.Len(t, out, element{ecg: v}.size(3)*2)
}

func TestViewHeat(t *testing.T) {
	clip := new(window.Clip)
	clip[ecg.II] = make([]float32, 1012)
	clip[ecg.II][3] = 1
	v := newView(clip, 0, 1012, window.ScaleMinMax)
	require.Equal(t, 2, v.segments)
	for s := range 2 {
		heat := make([]float32, 2*heatFrames)
		heat[heatFrames] = float32(1 + s) // first frame of the second kind
		v.seen = append(v.seen, encoded{heat: heat})
	}
	row := v.heat(1)
	require.Len(t, row, 203)
	require.Equal(t, []float32{1, 2}, []float32{row[0], row[heatFrames]})
	require.Nil(t, v.heat(-1))

	clip[ecg.II][3] = 0
	flat := newView(clip, 0, 1012, window.ScaleMinMax)
	flat.seen = v.seen
	require.True(t, flat.silent())
	require.Equal(t, make([]float32, 203), flat.heat(1))
}
