package locate

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
	require.Equal(t, Test{Question: "Where is the X?", Answer: "Duration: 1.9s-3.1s", Path: "/old/place/100.dat",
		Dataset: "mitdb", Kind: "V", Start: 3600, End: 7200}, first)
}

func TestPredictionKeepsTheFieldsOfTheTest(t *testing.T) {
	tests, err := ReadTests(strings.NewReader(someTests))
	require.NoError(t, err)
	line, err := json.Marshal(Prediction{Test: tests[0], Prediction: "No", Confidence: 0.5})
	require.NoError(t, err)
	require.Equal(t, `{"question":"Where is the X?","answer":"Duration: 1.9s-3.1s","ecg_path":"/old/place/100.dat",`+
		`"dataset":"mitdb","task":"localization","abnormal_type":"V","ecg_start":3600,"ecg_end":7200.0,`+
		`"extra":{"b":1,"a":[2]},"prediction":"No","confidence":0.5}`, string(line))

	line, err = json.Marshal(Prediction{Test: tests[1], Prediction: "No", Confidence: 0.5})
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
		`[{"question": "?", "ecg_path": "1", "ecg_start": 5, "ecg_end": 5}]`:  "from sample 5 to 5 is empty",
		`[{"question": "?", "ecg_path": "1", "ecg_start": -5, "ecg_end": 5}]`: "from sample -5",
		`[{"question": "?", "ecg_path": "1"}`:                                 "after test 1",
		`[{"question": "?", "ecg_path": "1", "ecg_start": "x"}]`:              `field "ecg_start"`,
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
