package annotate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/eval"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// oracle answers as the expert who annotated the recording would.
type oracle struct {
	beats []localize.BeatAt
	heat  bool
	// starts finds the place of a clip by its first samples.
	starts map[string]int
	asked  int
}

func newOracle(t *testing.T, rec *ecg.Recording, annotations []ecg.Annotation, heat bool) *oracle {
	t.Helper()
	o := &oracle{heat: heat, starts: map[string]int{}}
	for _, a := range annotations {
		if ecg.IsBeat(a.Symbol) {
			o.beats = append(o.beats, localize.BeatAt{Time: float64(a.Sample) / rec.Rate, Symbol: a.Symbol})
		}
	}
	clip, err := window.FromRecording(rec)
	require.NoError(t, err)
	for i := range clip.Len() - keyLength {
		o.starts[key(clip.Slice(i, i+keyLength))] = i
	}
	return o
}

const keyLength = 8

func key(clip *window.Clip) string { return fmt.Sprint(clip[ecg.II][:keyLength]) }

func (o *oracle) Ask(_ context.Context, requests []model.Request) ([]model.Answer, error) {
	var answers []model.Answer
	for _, r := range requests {
		o.asked++
		clip := r.Turns[0].ECGs[0]
		c, ok := localize.ParseQuestion(r.Turns[0].Question)
		if !ok {
			return nil, errors.New("not a question")
		}
		from := float64(o.starts[key(clip)]) / window.Rate
		to := from + float64(clip.Len())/window.Rate
		answer := model.Answer{Condition: c, Localized: true, Spans: localize.BeatSpans(o.beats, c, from, to)}
		for i := range answer.Spans {
			answer.Spans[i].Confidence = 0.9
		}
		if o.heat {
			answer.Heat = make([]float32, clip.Len()/5)
			for _, b := range o.beats {
				if i := int((b.Time - from) * 20); c.HasSymbol(b.Symbol) && i >= 0 && i < len(answer.Heat) && b.Time >= from {
					answer.Heat[i] = 0.9
				}
			}
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

func simulated(t *testing.T) (*ecg.Recording, []ecg.Annotation) {
	t.Helper()
	cfg := ecg.DefaultSimConfig()
	cfg.Duration, cfg.PVCsPerHour, cfg.APBsPerHour = 5*time.Minute, 120, 60
	cfg.Episodes = []ecg.Episode{
		{Kind: ecg.PVCs, At: 20 * time.Second, Beats: 5},
		{Kind: ecg.Bigeminy, At: 60 * time.Second, Length: 25 * time.Second},
		{Kind: ecg.Trigeminy, At: 150 * time.Second, Length: 25 * time.Second},
	}
	rec, annotations, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	return rec, annotations
}

func options(progress func(done, total int)) Options {
	v, _ := localize.ByCode("V")
	a, _ := localize.ByCode("A")
	fibrillation, _ := localize.ByCode("AFIB")
	pause, _ := localize.ByCode("P")
	return Options{Conditions: []localize.Condition{v, fibrillation, a, pause}, Length: 1000, Overlap: 400, Batch: 16, Progress: progress}
}

func TestEveryBeatGetsItsLabel(t *testing.T) {
	rec, reference := simulated(t)
	o := newOracle(t, rec, reference, true)
	done, total := 0, 0
	got, err := Recording(t.Context(), o, rec, options(func(d, n int) { done, total = d, n }))
	require.NoError(t, err)
	require.Equal(t, total, done)
	require.Equal(t, 3*total, o.asked, "each window is asked of V, A and AFIB, of a pause none")

	requireLabels(t, eval.Beats(reference, got, rec.Rate, 0))
	require.Equal(t, ecg.Annotation{Symbol: "+", Aux: "(N"}, got[0])
	for i := 2; i < len(got); i++ {
		require.Greater(t, got[i].Sample, got[i-1].Sample)
	}
}

func TestWithoutHeatTheSpansDecide(t *testing.T) {
	rec, reference := simulated(t)
	got, err := Recording(t.Context(), newOracle(t, rec, reference, false), rec, options(func(int, int) {}))
	require.NoError(t, err)
	requireLabels(t, eval.Beats(reference, got, rec.Rate, 0))
}

// requireLabels checks that every beat that was detected has its own label, and
// that nearly all were.
func requireLabels(t *testing.T, counts eval.Counts) {
	t.Helper()
	for key, n := range counts {
		if key[1] != eval.None {
			require.Equal(t, string(key[0]), string(key[1]), "%d beats", n)
		}
	}
	score := counts.Score()
	require.Greater(t, score.QRS.Sensitivity.Value(), 0.98)
	require.Greater(t, score.VEB.Sensitivity.Of, 30)
	require.Greater(t, score.SVEB.Sensitivity.Part, 4)
}

func TestTheStrongerClaimWins(t *testing.T) {
	l := newBeats([]int{100, 200, 300}, 100)
	l.claim(1.05, "A", 0.6)
	l.claim(0.95, "V", 0.8)
	l.claim(1.0, "R", 0.7)
	l.claim(2.1, "A", 0.6)
	require.Equal(t, []ecg.Annotation{{Sample: 100, Symbol: "V"}, {Sample: 200, Symbol: "A"}, {Sample: 300, Symbol: "N"}}, l.annotations())

	l.claim(2.5, "V", 0.5)
	require.Equal(t, ecg.Annotation{Sample: 250, Symbol: "V"}, l.annotations()[2], "a beat that the detector has not seen")
}

func TestRhythmsAndSTChangesAreNoted(t *testing.T) {
	var conditions []localize.Condition
	for _, code := range []string{"V", "AFIB", "VT", "STD"} {
		c, ok := localize.ByCode(code)
		require.True(t, ok)
		conditions = append(conditions, c)
	}
	e := newEpisodes(conditions)
	first := window.Part{From: 0, To: 1000, CoreFrom: 0, CoreTo: 800}
	second := window.Part{From: 600, To: 1600, CoreFrom: 800, CoreTo: 1600}
	answer := func(start, end, confidence float64) model.Answer {
		return model.Answer{Spans: localize.Spans{{Start: start, End: end, Confidence: confidence}}}
	}
	e.add(conditions[1], first, answer(3, 9.5, 0.6))
	e.add(conditions[1], second, answer(0, 6, 0.6))
	e.add(conditions[2], first, answer(5, 6, 0.9))
	e.add(conditions[2], second, answer(5, 8, 0.5))
	e.add(conditions[3], second, answer(0, 4, 0.5))
	note := func(sample int64, name string) ecg.Annotation {
		return ecg.Annotation{Sample: sample, Symbol: "+", Aux: name}
	}
	require.Equal(t, []ecg.Annotation{
		note(0, "(N"), note(600, "(AFIB"), note(1000, "(VT"), note(1200, "(AFIB"), note(2400, "(VT"), note(2800, "(N"),
		{Sample: 1600, Symbol: "s", Aux: "(ST0-"}, {Sample: 2000, Symbol: "s", Aux: "ST0-)"},
	}, e.annotations(200), "an episode goes on over windows, the surer rhythm counts")
	require.Empty(t, newEpisodes(conditions[:1]).annotations(200), "of what was not asked nothing is said")
}

func TestStrength(t *testing.T) {
	span := localize.Span{Confidence: 0.4}
	require.Equal(t, 0.4, strength(model.Answer{}, span, 1))
	heat := make([]float32, 40)
	heat[20], heat[22] = 0.5, 0.75
	require.Equal(t, 0.75, strength(model.Answer{Heat: heat}, span, 1.05))
	require.Equal(t, 0.5, strength(model.Answer{Heat: heat}, span, 1.0))
	require.Equal(t, 0.2, strength(model.Answer{Heat: heat}, span, 1.9), "the text says so, the heat does not")
	require.Equal(t, 0.2, strength(model.Answer{Heat: heat}, span, 2.5))
}

func TestAModelThatFailsIsAnError(t *testing.T) {
	rec, _ := simulated(t)
	_, err := Recording(t.Context(), broken{}, rec, options(func(int, int) {}))
	require.ErrorContains(t, err, "ask the model about sim")
	rec.Leads[0].Name = "PLETH"
	_, err = Recording(t.Context(), broken{}, rec, options(func(int, int) {}))
	require.ErrorContains(t, err, "PLETH")
}

type broken struct{}

func (broken) Ask(context.Context, []model.Request) ([]model.Answer, error) {
	return nil, errors.New("broken")
}

func TestRealBeatsGetTheLabelsThatTheAnswersGiveThem(t *testing.T) {
	data := os.Getenv("HOLTER_DATA")
	if data == "" {
		t.Skip("HOLTER_DATA is not set: this test needs the MIT-BIH recordings")
	}
	for _, name := range []string{"119", "124", "223"} {
		path := filepath.Join(data, "mitdb", name)
		rec, err := ecg.ReadRecord(path)
		require.NoError(t, err)
		reference, err := ecg.ReadAnnotations(path + ".atr")
		require.NoError(t, err)
		o := options(func(int, int) {})
		right, _ := localize.ByCode("R")
		o.Conditions = append(o.Conditions, right)
		got, err := Recording(t.Context(), newOracle(t, rec, reference, true), rec, o)
		require.NoError(t, err)
		score := eval.Beats(reference, got, rec.Rate, eval.LearningPeriod).Score()
		require.Greater(t, score.QRS.Sensitivity.Value(), 0.995, name)
		require.Greater(t, score.QRS.Predictivity.Value(), 0.995, name)
		require.Greater(t, score.VEB.Sensitivity.Value(), 0.97, name)
		require.Greater(t, score.VEB.Predictivity.Value(), 0.97, name)
	}
}
