package morphology

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// bump is a shape with a peak at a sample.
func bump(at int) shape {
	s := make(shape, length)
	for i := range s {
		s[i] = float32(math.Exp(-float64((i-at)*(i-at)) / 8))
	}
	s.normalize()
	return s
}

// pooled is a template of n beats, of which the model says v, l, r and p on average.
func pooled(n float64, s shape, v, l, r, p float64) *template {
	return &template{Shape: s, Count: n, Sum: odds{n * v, n * l, n * r, n * p}}
}

func TestWeigh(t *testing.T) {
	normal := pooled(100, bump(12), -5, -6, -6, -6)
	unlike := bump(26)
	require.Equal(t, -1.0, weigh(-1, pooled(1, unlike, -1, -6, -6, -6), normal, 0), "a lone beat is what the model says")
	require.InDelta(t, 1-9*.5, weigh(1, pooled(1, unlike, 1, -6, -6, -6), normal, .7), 1e-9, "in noise it needs more")
	require.InDelta(t, .2, weigh(-1, pooled(5, unlike, -1, -6, -6, -6), nil, 0), 1e-9, "half of the 2.4 with half the trust")
	require.Greater(t, weigh(-1, pooled(20, unlike, 2, -6, -6, -6), normal, 0), 2.0, "the others speak for it")
	require.Less(t, weigh(1, pooled(90, bump(12), -5, -6, -6, -6), normal, 0), -5.0, "it looks like the normal ones")
	require.Less(t, weigh(-1.5, pooled(80, unlike, -1.5, -6, 2, -6), normal, 0), 0.0, "a block that comes and goes")
	require.Less(t, weigh(-1.5, pooled(80, unlike, -1.5, -6, -6, 2), normal, 0), 0.0, "a pacemaker that comes and goes")
	require.Less(t, weigh(-1, pooled(80, unlike, -1, -6, -6, -6), pooled(100, bump(12), -5, -6, -6, 3), 0), 0.0, "own beats beside paced ones")
	require.InDelta(t, 1-.6*(3+6*4./23), weigh(1, pooled(20, unlike, -5, -6, -6, -6), normal, .8), 1e-9, "in noise templates do not speak")
}

// oneWindow is a window of a flat lead with three beats, the middle of which is
// decided to be ventricular.
func oneWindow(answers ...model.Answer) (Window, Beats) {
	var clip window.Clip
	clip[1] = make([]float32, 1000)
	w := Window{Clip: &clip, Beats: []int{300, 400, 500}, CoreTo: 1000, Answers: answers}
	return w, Beats{own: []own{{sample: 400}}}
}

func TestAnswersAreRevised(t *testing.T) {
	no := answer("V", 1000, map[int]float64{400: .2})
	w, b := oneWindow(no)
	got := w.revised(no, b, []float64{1.5}, 0)
	require.Equal(t, "Duration: 3.0s-5.0s", got.Text, "from the beat before to the beat after")
	require.Len(t, got.Spans, 1)
	require.InDelta(t, sigmoid(1.5), got.Spans[0].Confidence, 1e-9)
	require.InDelta(t, sigmoid(1.5), got.Confidence, 1e-9)
	require.InDelta(t, sigmoid(1.5), got.Heat[80], 1e-6)
	require.InDelta(t, .2, no.Heat[80], 1e-6, "the model's answer is not modified")
	require.Equal(t, no, w.revised(no, b, []float64{-1}, 0))

	yes := answer("V", 1000, map[int]float64{400: .8})
	got = w.revised(yes, b, []float64{-1.5}, 0)
	require.Equal(t, localize.Format(yes.Condition, nil), got.Text)
	require.InDelta(t, sigmoid(1.5), got.Confidence, 1e-9)
	require.Less(t, got.Heat[80], float32(.5))
	require.Equal(t, yes, w.revised(yes, b, []float64{3}, 0))
}

func TestAVentricularBeatIsOfNoOtherKind(t *testing.T) {
	early := answer("A", 1000, map[int]float64{400: .9})
	w, b := oneWindow(early)
	got := w.revised(early, b, []float64{1}, 0)
	require.Empty(t, got.Spans)
	require.Less(t, got.Heat[80], float32(.5))
	require.Equal(t, early, w.revised(early, b, []float64{-1}, 0))

	fusion := answer("F", 1000, map[int]float64{400: .9})
	require.Equal(t, fusion, w.revised(fusion, b, []float64{1}, 0), "surer of a fusion beat")
	require.Empty(t, w.revised(fusion, b, []float64{4}, 0).Spans)
}

func TestTheLeastTemplateGivesWay(t *testing.T) {
	m := New()
	for i := range most {
		m.add(template{ID: uint64(i), Count: float64(2 + i%5)})
	}
	m.add(template{ID: most, Count: 1})
	require.Len(t, m.state.Templates, most)
	require.Nil(t, m.template(0))
	require.NotNil(t, m.template(5))
	require.NotNil(t, m.template(most))
}

func TestShapesAreComparedMoved(t *testing.T) {
	require.InDelta(t, 1, bump(12).shifted(bump(15)), 1e-3)
	require.Less(t, bump(10).correlation(bump(17)), .3)
	require.InDelta(t, 1, pooled(1, bump(12), 0, 0, 0, 0).Shape.shifted(bump(12)), 1e-6)
}
