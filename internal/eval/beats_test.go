package eval

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
)

func marks(symbols string, samples ...int64) []ecg.Annotation {
	var out []ecg.Annotation
	for i, sample := range samples {
		out = append(out, ecg.Annotation{Sample: sample, Symbol: symbols[i : i+1]})
	}
	return out
}

func TestBeats(t *testing.T) {
	const rate = 100 // so the window is 15 samples
	for name, test := range map[string]struct {
		reference, test []ecg.Annotation
		want            Counts
	}{
		"same":                         {marks("NV", 100, 200), marks("NV", 100, 200), Counts{{'N', 'N'}: 1, {'V', 'V'}: 1}},
		"within the window":            {marks("N", 100), marks("V", 115), Counts{{'N', 'V'}: 1}},
		"beyond the window":            {marks("N", 100), marks("N", 116), Counts{{'N', None}: 1, {None, 'N'}: 1}},
		"missed and too many":          {marks("NV", 100, 200), marks("NS", 100, 300), Counts{{'N', 'N'}: 1, {'V', None}: 1, {None, 'S'}: 1}},
		"the nearer of two tests":      {marks("V", 100), marks("NV", 90, 99), Counts{{None, 'N'}: 1, {'V', 'V'}: 1}},
		"the nearer of two references": {marks("NV", 90, 99), marks("V", 100), Counts{{'N', None}: 1, {'V', 'V'}: 1}},
		"out of order":                 {marks("NV", 200, 100), marks("VN", 100, 200), Counts{{'N', 'N'}: 1, {'V', 'V'}: 1}},
		"no beats":                     {marks("+~", 100, 200), marks("|", 100), Counts{}},
		"classes":                      {marks("LRaJEF/", 100, 200, 300, 400, 500, 600, 700), nil, Counts{{'N', None}: 2, {'S', None}: 2, {'V', None}: 1, {'F', None}: 1, {'Q', None}: 1}},
		"flutter":                      {marks("N[!]N", 100, 200, 250, 300, 400), marks("NVVN", 100, 220, 280, 400), Counts{{'N', 'N'}: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, Beats(test.reference, test.test, rate, 0))
		})
	}
	late := Beats(marks("NV", 100, 60000), marks("VV", 100, 60000), rate, LearningPeriod)
	require.Equal(t, Counts{{'V', 'V'}: 1}, late, "the first five minutes do not count")
	require.Equal(t, 150*time.Millisecond, MatchWindow)
}

func TestScoreOfCounts(t *testing.T) {
	counts := Counts{
		{'V', 'V'}: 8, {'V', 'N'}: 1, {'V', None}: 1,
		{'N', 'V'}: 2, {'F', 'V'}: 5, {'Q', 'V'}: 7, {None, 'V'}: 1, {'S', 'V'}: 1,
		{'S', 'S'}: 3, {'N', 'S'}: 1, {'Q', 'S'}: 4, {'F', 'S'}: 2,
		{'N', 'N'}: 70, {'N', None}: 2, {None, 'N'}: 3,
	}
	score := counts.Score()
	require.Equal(t, BeatScore{Sensitivity: Ratio{8, 10}, Predictivity: Ratio{8, 12}, F1: Ratio{16, 22}}, score.VEB)
	require.Equal(t, BeatScore{Sensitivity: Ratio{3, 4}, Predictivity: Ratio{3, 6}, F1: Ratio{6, 10}}, score.SVEB)
	require.Equal(t, Ratio{104, 107}, score.QRS.Sensitivity)
	require.Equal(t, Ratio{104, 108}, score.QRS.Predictivity)
	require.InDelta(t, 0.8, score.VEB.Sensitivity.Value(), 1e-12)
	require.Zero(t, Ratio{}.Value())

	sum := Counts{{'V', 'V'}: 1}
	sum.Add(counts)
	require.Equal(t, 9, sum[[2]Class{'V', 'V'}])
}

func TestKind(t *testing.T) {
	reference := marks("NVFVN+V", 100, 200, 300, 400, 500, 550, 600)
	require.Equal(t, KindScore{Found: 2, Missed: 1, False: 2, Fusion: 1},
		Kind(reference, []int64{605, 300, 200, 510, 700}, []string{"V"}, 100))
}
