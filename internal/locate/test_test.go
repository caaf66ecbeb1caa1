package locate

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/eval"
)

const someTests = `[
 {"question": "Where is the X?", "answer": "Duration: 1.9s-3.1s", "ecg_path": "/old/place/100.dat", "dataset": "mitdb",
  "task": "localization", "abnormal_type": "V", "ecg_start": 3600, "ecg_end": 7200.0, "extra": {"b": 1, "a": [2]}},
 {"question": "Ünd <wo>?", "ecg_path": "100", "prediction": "of an earlier run", "confidence": 1}
]`

func TestReadTests(t *testing.T) {
	tests, err := ReadTests(strings.NewReader(someTests))
	require.NoError(t, err)
	require.Len(t, tests, 2)
	first := tests[0]
	require.NotEmpty(t, first.fields)
	first.fields = nil
	require.Equal(t, Test{Task: eval.Localization, Question: "Where is the X?", Answer: "Duration: 1.9s-3.1s",
		ECGs: []Stretch{{"/old/place/100.dat", 3600, 7200}}, Dataset: "mitdb", Kind: "V"}, first)
	require.Equal(t, "100", first.ECGs[0].Record())
}

func TestReadTestsOfOtherTasks(t *testing.T) {
	tests, err := ReadTests(strings.NewReader(`[
 {"question": "Report?", "task": "report", "answer": "Report: sinus rhythm", "labels": ["NORM", "SR"], "ecg_path": ["a"]},
 {"question": "Is it?", "task": "QA", "answer": "Yes", "question_type": "single-verify", "abnormal_type": "V", "ecg_path": "a"},
 {"question": "Where?", "task": "localization_long", "answer": "no", "ecg_path": "a", "ecg_start": null},
 {"question": "Differ?", "task": "comparison", "answer": ["qt interval", "rr interval"], "ecg_path": ["a", "b"], "ecg_end": [1000, 0]}
]`))
	require.NoError(t, err)
	for i := range tests {
		tests[i].fields = nil
	}
	require.Equal(t, []Test{
		{Task: eval.Report, Question: "Report?", Answer: "Report: sinus rhythm", Labels: []string{"NORM", "SR"}, ECGs: []Stretch{{Path: "a"}}},
		{Task: eval.QA, Question: "Is it?", Answer: "Yes", Kind: "single-verify", ECGs: []Stretch{{Path: "a"}}},
		{Task: eval.Localization, Question: "Where?", Answer: "no", ECGs: []Stretch{{Path: "a"}}},
		{Task: eval.Comparison, Question: "Differ?", Answer: "qt interval, rr interval", ECGs: []Stretch{{Path: "a", End: 1000}, {Path: "b"}}},
	}, tests)
}

func TestReadAnswers(t *testing.T) {
	answers, err := ReadAnswers(strings.NewReader(`{"question": "Where?", "answer": "no", "ecg_path": "a", "prediction": "yes", "confidence": 0.5}
{"question": "Where?", "ecg_path": "b", "prediction": ""}`))
	require.NoError(t, err)
	require.Len(t, answers, 2)
	require.Equal(t, "yes", answers[0].Prediction)
	require.Equal(t, 0.5, *answers[0].Confidence)
	require.Nil(t, answers[1].Confidence)
	line, err := json.Marshal(answers[1])
	require.NoError(t, err)
	require.Equal(t, `{"question":"Where?","ecg_path":"b","prediction":""}`, string(line))

	for text, want := range map[string]string{
		`[]`:                                 "answer 1:",
		`{"question": "?", "ecg_path": "a"}`: "answer 1: no prediction",
		`{"question": "?", "ecg_path": "a", "prediction": "x", "confidence": 1.5}`: "confidence of 1.5",
		`{"question": "?", "ecg_path": "a", "prediction": "x"} ]`:                  "after answer 1",
	} {
		_, err := ReadAnswers(strings.NewReader(text))
		require.ErrorContains(t, err, want, text)
	}
}

func TestPredictionKeepsTheFieldsOfTheTest(t *testing.T) {
	tests, err := ReadTests(strings.NewReader(someTests))
	require.NoError(t, err)
	line, err := json.Marshal(Prediction{Test: tests[0], Prediction: "No", Confidence: new(0.5)})
	require.NoError(t, err)
	require.Equal(t, `{"question":"Where is the X?","answer":"Duration: 1.9s-3.1s","ecg_path":"/old/place/100.dat",`+
		`"dataset":"mitdb","task":"localization","abnormal_type":"V","ecg_start":3600,"ecg_end":7200.0,`+
		`"extra":{"b":1,"a":[2]},"prediction":"No","confidence":0.5}`, string(line))

	line, err = json.Marshal(Prediction{Test: tests[1], Prediction: "No", Confidence: new(0.5)})
	require.NoError(t, err)
	require.JSONEq(t, `{"question":"Ünd <wo>?","ecg_path":"100","prediction":"No","confidence":0.5}`, string(line))
}

func TestReadTestsSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		``:                      "'[' expected",
		`{}`:                    "expected where {",
		`[1]`:                   "test 1:",
		`[{"question": 1}]`:     `field "question"`,
		`[{"ecg_path": "100"}]`: "no question",
		`[{"question": "?"}]`:   "no ecg_path",
		`[{"question": "?", "ecg_path": "1", "ecg_start": 5, "ecg_end": 5}]`:                "from sample 5 to 5 is empty",
		`[{"question": "?", "ecg_path": "1", "ecg_start": -5, "ecg_end": 5}]`:               "from sample -5",
		`[{"question": "?", "ecg_path": "1", "task": "poetry"}]`:                            `test 1: unknown task "poetry": it is one of localization, report, qa, comparison`,
		`[{"question": "?", "ecg_path": ["1", "2"]}]`:                                       "about 2 ECGs",
		`[{"question": "?", "ecg_path": ["1", "2"], "ecg_start": 5, "task": "comparison"}]`: "2 ecg_path with 1 ecg_start and 0 ecg_end",
		`[{"question": "?", "ecg_path": []}]`:                                               "no ecg_path",
		`[{"question": "?", "ecg_path": "1"}`:                                               "after test 1",
		`[{"question": "?", "ecg_path": "1", "ecg_start": "x"}]`:                            `field "ecg_start"`,
	} {
		_, err := ReadTests(strings.NewReader(text))
		require.ErrorContains(t, err, strings.ReplaceAll(want, "'", `"`), text)
	}
}

func FuzzReadTests(f *testing.F) {
	f.Add(someTests)
	f.Add(`[{"question":"?","ecg_path":"1","ecg_start":1e308,"ecg_end":1e309}]`)
	f.Add(`[{"question":"?","ecg_path":"1","":null}]`)
	f.Add(`[{"question":"?","ecg_path":"1","":1e700}]`)
	f.Fuzz(func(t *testing.T, text string) {
		tests, err := ReadTests(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, test := range tests {
			line, err := json.Marshal(Prediction{Test: test, Prediction: "x"})
			require.NoError(t, err)
			var back map[string]json.RawMessage // a field may hold a number that no float64 does
			require.NoError(t, json.Unmarshal(line, &back))
			require.Equal(t, `"x"`, string(back["prediction"]))
		}
	})
}
