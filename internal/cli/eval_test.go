package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/model"
)

// seer answers with the leads that it is shown.
type seer struct{}

func (seer) Ask(_ context.Context, requests []model.Request) ([]model.Answer, error) {
	answers := make([]model.Answer, len(requests))
	for i, r := range requests {
		for _, clip := range r.Turns[0].ECGs {
			for slot, lead := range clip {
				if lead != nil {
					answers[i].Text += "," + ecg.Slot(slot).String()
				}
			}
		}
		answers[i].Confidence = 0.5
	}
	return answers, nil
}

func (seer) Info() model.Info { return model.Info{} }
func (seer) Close() error     { return nil }

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// evaluated runs holter eval and reads its JSON.
func evaluated(t *testing.T, args ...string) map[string]any {
	t.Helper()
	a := newTestApp()
	a.OpenModel = func(config.Model, zerolog.Logger) (Model, error) { return seer{}, nil }
	require.Equal(t, exitOK, a.run(t, append([]string{"eval", "--json"}, args...)...), a.err.String())
	var out map[string]any
	require.NoError(t, json.Unmarshal(a.out.Bytes(), &out))
	return out
}

func TestEvalAsksTheModel(t *testing.T) {
	records := filepath.Dir(writeRecord(t))
	tests := writeFile(t, "tests.json", `[
	{"task": "qa", "question": "Which leads?", "answer": ["V1", "II"], "ecg_path": "r1"},
	{"task": "comparison", "question": "Which leads?", "answer": "II", "ecg_path": ["r1", "r1"], "ecg_end": [2500, 5000]}]`)
	score := func(leads string) (qa, comparison float64) {
		out := evaluated(t, "--tests", tests, "--records", records, "--leads", leads)
		exact := func(task string) float64 { return out[task].(map[string]any)["exact_match"].(float64) }
		return exact("qa"), exact("comparison")
	}
	qa, comparison := score("all")
	require.Equal(t, []float64{1, 0}, []float64{qa, comparison})
	qa, comparison = score("first")
	require.Equal(t, []float64{0, 1}, []float64{qa, comparison})
	qa, _ = score("random")
	require.Zero(t, qa, "one of two leads is left out")
}

const givenAnswers = `{"question": "Where is the Premature ventricular contraction located in this ECG?", "answer": "Duration: 1.0s-3.0s", "ecg_path": "r1", "ecg_end": 2500, "prediction": "Duration: 1.0s-2.5s", "confidence": 0.9}
{"question": "Where is the Premature ventricular contraction located in this ECG?", "answer": "Duration: 1.0s-3.0s", "ecg_path": "r1", "ecg_start": 2500, "ecg_end": 5000, "prediction": "nonsense"}
`

func TestEvalScoresAnswersOfOtherPrograms(t *testing.T) {
	one, two := writeFile(t, "one.jsonl", givenAnswers), writeFile(t, "two.jsonl", strings.Split(givenAnswers, "\n")[0])
	out := evaluated(t, "--answers", one, "--answers", two)
	require.InDelta(t, 0.5, out["macro"].(map[string]any)["iou"], 1e-12, "0.75, 0 and 0.75")
	require.Len(t, out["calibration"], 2)
	require.Equal(t, 2.0, out["calibration"].([]any)[0].(map[string]any)["questions"])

	a := newTestApp()
	require.Equal(t, exitOK, a.run(t, "eval", "--answers", one, "--markdown"), a.err.String())
	require.Contains(t, a.out.String(), "| V | 2 | 0.375 | 2 | 0.375 | 0 | - | 0.000 | 1.000 |")
}

func TestEvalDrawsPictures(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pictures")
	evaluated(t, "--answers", writeFile(t, "one.jsonl", givenAnswers), "--records", filepath.Dir(writeRecord(t)), "--pictures", dir)
	for _, name := range []string{"records.svg", "records.png", "reliability.svg", "reliability.png", "strips.svg", "strips.png"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
}

func TestEvalSaysWhatIsWrong(t *testing.T) {
	empty, broken := writeFile(t, "empty.jsonl", ""), writeFile(t, "broken.jsonl", `[{"question": "?"}]`)
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--answers", empty}, exitFailure, "no question to score"},
		{[]string{"--answers", broken}, exitFailure, "takes lines as holter locate --tests writes them"},
		{[]string{"--answers", empty, "--tests", empty}, exitUsage, "either --tests"},
		{[]string{"--tests", empty}, exitUsage, "needed together"},
		{[]string{"--answers", empty, "--pictures", "x"}, exitUsage, "--records"},
		{[]string{"--answers", empty, "--json", "--markdown"}, exitUsage, "not both"},
	} {
		a := newTestApp()
		require.Equal(t, test.code, a.run(t, append([]string{"eval"}, test.args...)...))
		require.Contains(t, a.err.String(), test.want)
	}
}
