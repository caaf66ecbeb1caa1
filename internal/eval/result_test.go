package eval

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"
)

// answersOfAllTasks are few enough to work out by hand.
func answersOfAllTasks() []Answer {
	located := func(record, kind, truth, prediction string, confidence float64) Answer {
		return Answer{Task: Localization, Kind: kind, Record: record, Truth: truth, Prediction: prediction, Confidence: &confidence}
	}
	return []Answer{
		located("119", "V", "Duration: 0.0s-2.0s", "Duration: 0.0s-1.0s", 0.9), // IoU 0.5: right
		located("119", "V", "Duration: 0.0s-2.0s", "Duration: 1.2s-2.0s", 0.9), // 0.4: not
		located("223", "V", noV, noV, 0.5),
		located("223", "A", noA, "Duration: 1.0s-2.0s", 0.7),
		{Task: QA, Kind: "single-verify", Truth: "Yes", Prediction: " yes ", Confidence: new(0.6)},
		{Task: QA, Kind: "single-verify", Truth: "no", Prediction: "yes"},
		{Task: QA, Kind: "single-query", Truth: "rr interval, qt interval", Prediction: "QT interval,RR interval, qt interval"},
		{Task: Comparison, Truth: "none", Prediction: "qt interval"},
		{Task: Report, Truth: "Report: sinus rhythm, atrial fibrillation", Prediction: "Report: Sinus rhythm"},
		{Task: Report, Truth: "Report: normal ecg", Prediction: "Report: normal ecg"},
	}
}

func TestEvaluateAllTasks(t *testing.T) {
	r := Evaluate(answersOfAllTasks())
	require.InDelta(t, (0+(0.5+0.4+1)/3)/2, r.Macro.IoU, 1e-12)
	require.Equal(t, []RecordScore{
		{"119", "V", Score{2, 0.45}}, {"223", "A", Score{1, 0}}, {"223", "V", Score{1, 1}},
	}, r.Records)

	require.Equal(t, ExactShare{3, 2.0 / 3, ConstantText{"no", 1.0 / 3}}, r.QA.ExactShare)
	require.Equal(t, []ExactKind{
		{"single-query", ExactShare{1, 1, ConstantText{"rr interval, qt interval", 1}}},
		{"single-verify", ExactShare{2, 0.5, ConstantText{"no", 0.5}}},
	}, r.QA.Kinds)
	require.Equal(t, ExactScore{ExactShare: ExactShare{1, 0, ConstantText{"none", 1}}}, *r.Comparison)
	require.InDelta(t, (1+0+2*4.0/10)/3, r.QA.ROUGE.L, 1e-12)

	require.Equal(t, 2, r.Report.Questions)
	require.Equal(t, 2.0/3, r.Report.Labels.MacroAUC)
	require.Equal(t, []LabelAUC{{"atrial fibrillation", 1, 0}, {"normal ecg", 1, 1}, {"sinus rhythm", 1, 1}}, r.Report.Labels.Labels,
		"atrial is spelt more like normal than like sinus rhythm")
	require.Equal(t, "Report: sinus rhythm, atrial fibrillation", r.Report.Commonest.Answer)
	require.InDelta(t, (2.0*2/6+1)/2, r.Report.ROUGE.One, 1e-12)
	require.InDelta(t, 0.5, r.Report.Commonest.ROUGE.One, 1e-12)

	var plain, markdown strings.Builder
	require.NoError(t, r.Print(&plain, Plain))
	golden.Assert(t, plain.String(), "result.txt")
	require.NoError(t, r.Print(&markdown, Markdown))
	golden.Assert(t, markdown.String(), "result.md")
	text, err := json.MarshalIndent(r, "", "  ")
	require.NoError(t, err)
	golden.Assert(t, string(text)+"\n", "result.json")
}

func TestWhatIsNotAskedIsLeftOut(t *testing.T) {
	text, err := json.Marshal(Evaluate([]Answer{{Task: QA, Truth: "a", Prediction: "a"}}))
	require.NoError(t, err)
	require.JSONEq(t, `{"qa": {"questions": 1, "exact_match": 1, "bleu": [1, 0, 0, 0], "rouge": {"1": 1, "2": 0, "l": 1}, "commonest_answer": {"answer": "a", "exact_match": 1}}}`, string(text))
}

func TestCalibration(t *testing.T) {
	calibrations := Evaluate(answersOfAllTasks()).Calibration
	require.Len(t, calibrations, 4, "A, V, both, questions; of a report no answer is right or wrong")
	a, v, all, qa := calibrations[0], calibrations[1], calibrations[2], calibrations[3]

	require.Equal(t, "A", a.Kind)
	require.InDelta(t, 0.7, a.Error, 1e-12)
	// V: two of confidence 0.9, one of them right; one of 0.5, right.
	require.InDelta(t, 2.0/3*0.4+1.0/3*0.5, v.Error, 1e-12)
	require.InDelta(t, 2.3/3, v.Confidence, 1e-12)
	require.InDelta(t, 2.0/3, v.Right, 1e-12)
	require.Len(t, v.Bins, 15)
	require.Equal(t, Bin{From: 13.0 / 15, To: 14.0 / 15, Questions: 2, Confidence: 0.9, Right: 0.5}, v.Bins[13])
	require.Equal(t, Bin{From: 7.0 / 15, To: 8.0 / 15, Questions: 1, Confidence: 0.5, Right: 1}, v.Bins[7])
	require.Zero(t, v.Bins[14].Questions)

	require.Equal(t, "", all.Kind)
	require.InDelta(t, (2*0.4+0.5+0.7)/4, all.Error, 1e-12)
	require.Equal(t, QA, qa.Task)
	require.Equal(t, 1, qa.Questions, "only answers whose confidence is known count")

	ends := calibrate([]Answer{
		{Task: QA, Truth: "a", Prediction: "a", Confidence: new(0.0)}, {Task: QA, Truth: "a", Prediction: "a", Confidence: new(1.0)},
		{Task: QA, Truth: "a", Prediction: "b", Confidence: new(0.2)},
	})
	require.Equal(t, []int{1, 0, 1}, []int{ends.Bins[0].Questions, ends.Bins[1].Questions, ends.Bins[2].Questions}, "0.2 is the end of the third bin")
	require.Equal(t, 1, ends.Bins[14].Questions)
	require.InDelta(t, (1+0.2+0)/3, ends.Error, 1e-12)
}

func TestSame(t *testing.T) {
	for _, test := range []struct {
		truth, answer string
		want          bool
	}{
		{"yes", "YES", true},
		{"yes", "yes.", false},
		{"a, b", "b,a", true},
		{"a, b", "a", false},
		{"a", "a, b", false},
		{"lead  V1", "lead v1", true},
		{"", "", true},
		{"none", "", false},
	} {
		require.Equal(t, test.want, same(test.truth, test.answer), "%q %q", test.truth, test.answer)
	}
}

func TestParseTask(t *testing.T) {
	for name, want := range map[string]Task{"": Localization, "localization": Localization, "localization_long": Localization, "QA": QA, "report": Report, "comparison": Comparison} {
		task, err := ParseTask(name)
		require.NoError(t, err)
		require.Equal(t, want, task)
	}
	_, err := ParseTask("localizations")
	require.ErrorContains(t, err, "unknown task")
}

// texts.json is written by make_texts.py.
func TestTextsScoreAsInPython(t *testing.T) {
	data, err := os.ReadFile("testdata/texts.json")
	require.NoError(t, err)
	var want struct {
		Reports [][2]string
		BLEU    [4]float64
		ROUGE   [3]float64
		Labels  []string
		Texts   []string
		Cosine  [][]float64
	}
	require.NoError(t, json.Unmarshal(data, &want))
	var truths, predictions []string
	for _, pair := range want.Reports {
		truths, predictions = append(truths, pair[0]), append(predictions, pair[1])
	}
	require.InDeltaSlice(t, want.BLEU[:], sliceOf(bleu(truths, predictions)), 1e-9)
	got := rouge(truths, predictions)
	require.InDeltaSlice(t, want.ROUGE[:], []float64{got.One, got.Two, got.L}, 1e-9)
	measure := newSimilarity(want.Labels)
	for i, text := range want.Texts {
		near := measure.greatest([]string{text})
		for j, label := range want.Labels {
			require.InDelta(t, want.Cosine[i][j], near[label], 1e-9, "%s, %s", text, label)
		}
	}
}

func sliceOf(v [4]float64) []float64 { return v[:] }

func TestTextsWithoutAnything(t *testing.T) {
	require.Zero(t, bleu([]string{"a"}, []string{""}))
	require.Zero(t, rouge([]string{"a"}, []string{""}))
	require.Equal(t, [4]float64{1}, bleu([]string{"a"}, []string{"a"}), "one word has no pair")
}

func TestLabelsAreToldFromReports(t *testing.T) {
	answers := []Answer{
		{Labels: []string{"AFIB"}, Prediction: "afib"},
		{Labels: []string{"AFIB"}, Prediction: "sinus rhythm"},
		{Labels: []string{"SR"}, Prediction: "afib"},
		{Labels: []string{"SR", "PVC"}, Prediction: "pvc, sr"},
	}
	s := labelScore(answers)
	require.Equal(t, []LabelAUC{{"afib", 2, 0.5}, {"pvc", 1, 1}, {"sr", 2, 0.625}}, s.Labels)
	require.InDelta(t, 2.125/3, s.MacroAUC, 1e-12)
}

func TestAUC(t *testing.T) {
	require.Equal(t, 1.0, auc([]float64{0.9, 0.8}, []float64{0.1}))
	require.Equal(t, 0.5, auc([]float64{0.5}, []float64{0.5, 0.5}))
	require.Equal(t, 6.5/8, auc([]float64{0.9, 0.5}, []float64{0.5, 0.6, 0.1, 0.1}))
}
