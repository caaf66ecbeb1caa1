package locate

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// A file of questions of all tasks goes through a model with random weights and
// comes back as answers: those that the model gives to the same clips by hand.
func TestTestsOfAllTasksGoThroughAModel(t *testing.T) {
	m, err := model.Open("../../pkg/model/testdata/tiny", model.Options{Device: "cpu", Threads: 1})
	if errors.Is(err, model.ErrNoLibrary) {
		t.Skip("SKIPPED, NOTHING WAS TESTED: ", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	dir := t.TempDir()
	writeRamp(t, dir, "a", 360, time.Minute)
	writeRamp(t, dir, "b", 100, time.Minute)
	tests, err := ReadTests(strings.NewReader(`[
 {"question": "What changed?", "task": "comparison", "answer": ["x", "y"], "ecg_path": ["a", "b"], "ecg_start": [3600, 1000], "ecg_end": [7200, 3000]},
 {"question": "What changed?", "task": "comparison", "answer": "x", "ecg_path": ["b", "a"], "ecg_start": [1000, 3600], "ecg_end": [3000, 7200]},
 {"question": "Please provide the report for the following ECG.", "task": "report", "answer": "x", "ecg_path": "b", "ecg_start": 1000, "ecg_end": 3000},
 {"question": "Where is the Atrial premature beat located in this ECG?", "answer": "x", "ecg_path": "a", "ecg_start": 3600, "ecg_end": 7200}
]`))
	require.NoError(t, err)

	signals := openSignals(t, dir, "all")
	var lines bytes.Buffer
	require.NoError(t, Run(t.Context(), m, signals, tests, func(p Prediction) error { return json.NewEncoder(&lines).Encode(p) }))
	got, err := ReadAnswers(&lines)
	require.NoError(t, err)
	require.Len(t, got, len(tests))

	cut := func(path string, from, to time.Duration) *window.Clip {
		record, err := ReadRecord(dir+"/"+path, "all")
		require.NoError(t, err)
		clip, err := record.Between(from, to)
		require.NoError(t, err)
		return clip
	}
	a, b := cut("a", 10*time.Second, 20*time.Second), cut("b", 10*time.Second, 30*time.Second)
	ask := func(question string, clips ...*window.Clip) model.Request {
		return model.Request{Turns: []model.Turn{{ECGs: clips, Question: question}}}
	}
	want, err := m.Ask(t.Context(), []model.Request{
		ask(tests[0].Question, a, b), ask(tests[1].Question, b, a), ask(tests[2].Question, b), ask(tests[3].Question, a),
	})
	require.NoError(t, err)
	for i := range tests {
		require.Equal(t, tests[i].Task, got[i].Task)
		require.Equal(t, tests[i].Answer, got[i].Answer)
		require.Equal(t, tests[i].ECGs, got[i].ECGs)
		require.Equal(t, want[i].Text, got[i].Prediction, "test %d", i)
		require.InDelta(t, want[i].Confidence, *got[i].Confidence, 1e-6)
	}
	require.NotEqual(t, want[0].Confidence, want[1].Confidence, "the order of the ECGs matters")
}
