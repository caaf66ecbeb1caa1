package morphology

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// answer is a model's that gives each beat of the clip the probability.
func answer(code string, length int, probability map[int]float64) model.Answer {
	c, _ := localize.ByCode(code)
	a := model.Answer{Localized: true, Condition: c, Heat: make([]float32, (length+4)/5), Confidence: .9}
	for sample, p := range probability {
		a.Heat[sample/5] = float32(p)
		if p >= 0.5 {
			a.Spans = append(a.Spans, localize.Span{Start: float64(sample)/window.Rate - .7, End: float64(sample)/window.Rate + .7, Confidence: .8})
		}
	}
	a.Spans = a.Spans.Merge()
	a.Text = localize.Format(c, a.Spans)
	return a
}

// windows cuts a recording as the analyzer does. say gives the probability that the
// model sees in a beat, by the expert's symbol.
func windows(t *testing.T, rec *ecg.Recording, reference []ecg.Annotation, say func(symbol string) float64) (out []Window, symbols []map[int]string) {
	t.Helper()
	clip, err := window.FromRecording(rec)
	require.NoError(t, err)
	at, said := map[int]string{}, map[int]float64{}
	var peaks []int
	for _, a := range reference {
		if sample := int(float64(a.Sample) / rec.Rate * window.Rate); ecg.IsBeat(a.Symbol) && sample < clip.Len() {
			peaks, at[sample], said[sample] = append(peaks, sample), a.Symbol, say(a.Symbol)
		}
	}
	for _, p := range window.Cut(clip.Len(), 1000, 400) {
		w := Window{First: int64(p.From), Clip: clip.Slice(p.From, p.To), CoreFrom: p.CoreFrom - p.From, CoreTo: p.CoreTo - p.From}
		probability, own := map[int]float64{}, map[int]string{}
		for _, sample := range peaks {
			if sample < p.From || sample >= p.To {
				continue
			}
			w.Beats = append(w.Beats, sample-p.From)
			probability[sample-p.From] = said[sample]
			if sample >= p.CoreFrom && sample < p.CoreTo {
				own[sample-p.From] = at[sample]
			}
		}
		w.Answers = []model.Answer{answer("V", w.Clip.Len(), probability)}
		out, symbols = append(out, w), append(symbols, own)
	}
	return out, symbols
}

// wrong counts the beats of the cores that the answers about V tell otherwise than
// the expert.
func wrong(w Window, answers []model.Answer, symbols map[int]string) (missed, added int) {
	w.Answers = answers
	located := w.located(answers[0])
	for i, sample := range w.Beats {
		symbol, own := symbols[sample]
		switch {
		case own && symbol == "V" && !located[i]:
			missed++
		case own && symbol != "V" && located[i]:
			added++
		}
	}
	return missed, added
}

// hesitant says the wrong thing of one beat in five.
func hesitant() func(symbol string) float64 {
	r := rand.New(rand.NewPCG(1, 2))
	return func(symbol string) float64 {
		if (symbol == "V") == (r.Float64() < .8) {
			return .9
		}
		return .02
	}
}

func simulated(t *testing.T) (*ecg.Recording, []ecg.Annotation) {
	t.Helper()
	cfg := ecg.DefaultSimConfig()
	cfg.Duration, cfg.PVCsPerHour = 5*time.Minute, 600
	rec, reference, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	return rec, reference
}

// judge is what is wrong before, as windows come, and when all are known.
func judge(all []Window, symbols []map[int]string) (before, streaming, whole [2]int) {
	m := New()
	beats := make([]Beats, len(all))
	count := func(sum *[2]int, i int, answers []model.Answer) {
		missed, added := wrong(all[i], answers, symbols[i])
		sum[0], sum[1] = sum[0]+missed, sum[1]+added
	}
	for i, w := range all {
		beats[i] = m.Add(w)
		count(&before, i, w.Answers)
		count(&streaming, i, m.Revise(w, beats[i]))
	}
	for i, w := range all {
		count(&whole, i, m.Revise(w, beats[i]))
	}
	return before, streaming, whole
}

func TestBeatsOfOneShapeAreOfOneKind(t *testing.T) {
	rec, reference := simulated(t)
	all, symbols := windows(t, rec, reference, hesitant())
	before, streaming, whole := judge(all, symbols)
	require.Greater(t, before[0], 5)
	require.Greater(t, before[1], 40)
	require.Zero(t, whole[0]+whole[1])
	require.Less(t, streaming[0]+streaming[1], (before[0]+before[1])/4, "only the first are told before enough is known")
}

func TestRealBeatsOfOneShapeAreOfOneKind(t *testing.T) {
	data := os.Getenv("HOLTER_DATA")
	if data == "" {
		t.Skip("HOLTER_DATA is not set: this test needs the MIT-BIH recordings")
	}
	for _, name := range []string{"106", "119", "223"} {
		path := filepath.Join(data, "mitdb", name)
		rec, err := ecg.ReadRecord(path)
		require.NoError(t, err)
		reference, err := ecg.ReadAnnotations(path + ".atr")
		require.NoError(t, err)
		all, symbols := windows(t, rec, reference, hesitant())
		before, streaming, whole := judge(all, symbols)
		t.Log(name, before, streaming, whole)
		require.Less(t, whole[0], before[0]/3, name)
		require.Less(t, whole[1], before[1]/10, name)
		require.Less(t, streaming[0]+streaming[1], (before[0]+before[1])/4, name)
	}
}

func TestARestartChangesNothing(t *testing.T) {
	rec, reference := simulated(t)
	all, _ := windows(t, rec, reference, hesitant())
	m, restarted := New(), New()
	for _, w := range all {
		text, err := json.Marshal(restarted.State())
		require.NoError(t, err)
		var state State
		require.NoError(t, json.Unmarshal(text, &state))
		restarted = Resume(state)
		require.Equal(t, m.Revise(w, m.Add(w)), restarted.Revise(w, restarted.Add(w)))
		require.Less(t, len(text), 20000)
	}
	require.NotEmpty(t, m.State().Templates)
	require.Equal(t, m.State(), restarted.State())
}

func TestABrokenShapeIsAnError(t *testing.T) {
	var s shape
	require.Error(t, json.Unmarshal([]byte(`"AAAA"`), &s))
	require.Error(t, json.Unmarshal([]byte(`7`), &s))
}

func TestWithoutHeatAnswersStay(t *testing.T) {
	rec, reference := simulated(t)
	all, _ := windows(t, rec, reference, hesitant())
	m := New()
	for _, w := range all {
		w.Answers[0].Heat = nil
		require.Equal(t, w.Answers, m.Revise(w, m.Add(w)))
	}
	require.Empty(t, m.State().Templates)
}

func TestOtherLeadsBeginAnew(t *testing.T) {
	rec, reference := simulated(t)
	all, _ := windows(t, rec, reference, hesitant())
	m := New()
	m.Add(all[0])
	had := m.State()
	one := all[1]
	clip := *one.Clip
	for slot := range clip {
		if ecg.Slot(slot) != ecg.II {
			clip[slot] = nil
		}
	}
	one.Clip = &clip
	m.Add(one)
	got := m.State()
	require.NotEqual(t, had.Leads, got.Leads)
	for _, template := range got.Templates {
		require.Len(t, template.Shape, length)
		require.GreaterOrEqual(t, template.ID, had.Next, "no beat is taken for one of a template of the other leads")
	}
}
