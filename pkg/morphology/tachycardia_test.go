package morphology

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// beating gives the runs of beats with the intervals; early are the odds by number
// of a beat, of the others the least.
func beating(intervals []int, early map[int]float64, ventricular map[int]float64) (runs []*run) {
	p := &pulse{Last: unplaced}
	at := int64(0)
	for i, interval := range intervals {
		at += int64(interval)
		odds := func(of map[int]float64) float64 {
			if o, ok := of[i]; ok {
				return o
			}
			return -surest
		}
		runs = append(runs, p.beat(at, odds(early), odds(ventricular)))
	}
	return runs
}

func times(n, interval int) (out []int) {
	for range n {
		out = append(out, interval)
	}
	return out
}

func sure(runs []*run) (out []int) {
	for i, r := range runs {
		if r.odds(0) > 0 {
			out = append(out, i)
		}
	}
	return out
}

func TestATachycardiaBeginsAbruptly(t *testing.T) {
	calm := times(20, 80)
	row := append(append(calm, times(5, 45)...), times(5, 80)...)
	called := map[int]float64{21: 1}
	require.Equal(t, []int{20, 21, 22, 23, 24}, sure(beating(row, called, nil)))
	require.Empty(t, sure(beating(row, nil, nil)), "the model thinks of none of its beats as premature")
	require.Equal(t, []int{20, 21, 22, 23, 24}, sure(beating(row, map[int]float64{22: -1.5}, nil)), "five beats speak for themselves")
	require.Empty(t, sure(beating(append(append(times(20, 80), times(3, 45)...), times(5, 80)...), map[int]float64{22: -1.5}, nil)), "three do not")
	require.Empty(t, sure(beating(append(append(times(20, 80), times(2, 45)...), times(5, 80)...), called, nil)), "two beats are a couplet")
	require.Empty(t, sure(beating(append(times(20, 110), times(5, 70)...), called, nil)), "not faster than 100/min")
	require.Empty(t, sure(beating(append(times(5, 80), times(5, 45)...), map[int]float64{6: 1}, nil)), "the rhythm before is not known")
	require.Equal(t, []int{23, 24, 25}, sure(beating(append(append(calm, times(6, 45)...), 80), map[int]float64{24: 1}, map[int]float64{22: 1})),
		"a ventricular beat is none of it")

	require.Less(t, beating(row, called, nil)[22].odds(.6), 0.0, "noise")

	var uneven, slowly []int
	for i := range 40 {
		uneven = append(uneven, 60+40*(i%2))
		slowly = append(slowly, 80-i)
	}
	require.Empty(t, sure(beating(append(uneven, times(5, 45)...), map[int]float64{41: 1}, nil)), "fibrillation")
	require.Empty(t, sure(beating(slowly, map[int]float64{35: 1}, nil)), "exercise")
}

// spikes is a clip of ten seconds with beats, and the model's answers to V and A.
func spikes(beats []int, early map[int]float64) Window {
	w := Window{Clip: &window.Clip{}, CoreTo: 1000, Beats: beats}
	lead := make([]float32, 1000)
	probability := map[int]float64{}
	for _, at := range beats {
		for i := -3; i <= 3 && at+i < len(lead); i++ {
			lead[at+i] = float32(4 - max(i, -i))
		}
		probability[at] = early[at]
	}
	w.Clip[ecg.II] = lead
	w.Answers = []model.Answer{answer("V", 1000, nil), answer("A", 1000, probability)}
	return w
}

func TestBeatsOfATachycardiaAreToldByOneOfThem(t *testing.T) {
	calm := spikes([]int{20, 100, 180, 260, 340, 420, 500, 580, 660, 740, 820, 900, 980}, nil)
	fast := spikes([]int{60, 105, 150, 195, 240, 285, 330, 410, 490}, map[int]float64{150: .9})
	fast.First = 1000
	m := New()
	for i := range 2 { // the rhythm before is known
		calm.First = int64(i-1) * 1000
		require.Equal(t, calm.Answers, m.Revise(calm, m.Add(calm)))
	}
	got := m.Revise(fast, m.Add(fast))
	require.Equal(t, fast.Answers[0], got[0])
	a := got[1]
	require.Equal(t, "Duration: 0.6s-4.1s", a.Text)
	require.Equal(t, []bool{false, true, true, true, true, true, true, false, false}, fast.located(a))
	c, _ := localize.ByCode("A")
	require.Equal(t, localize.Format(c, a.Spans), a.Text)
	require.InDelta(t, .8, a.Confidence, 1e-6, "as sure as the answer was")
}
