package locate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/model"
	"github.com/holterd/holter/pkg/window"
)

// writeRamp writes a record whose samples tell where they are: lead II rises by
// 20 mV per minute, V1 is its negative.
func writeRamp(t *testing.T, dir, name string, rate float64, length time.Duration) {
	t.Helper()
	rec := &ecg.Recording{Name: name, Rate: rate, Leads: []ecg.Lead{{Name: "MLII"}, {Name: "V1"}}}
	for i := range int(length.Seconds() * rate) {
		v := float32(float64(i) / rate / 3)
		rec.Leads[0].Samples = append(rec.Leads[0].Samples, v)
		rec.Leads[1].Samples = append(rec.Leads[1].Samples, -v)
	}
	require.NoError(t, ecg.WriteRecord(dir, rec, 16))
}

// seconds reads where a value of the ramp is.
func seconds(v float32) float64 { return float64(v) * 3 }

func TestAStretchIsCutWhereItIs(t *testing.T) {
	for _, rate := range []float64{128, 250, 257, 360, 1000} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			dir := t.TempDir()
			writeRamp(t, dir, "ramp", rate, time.Minute)
			record, err := ReadRecord(filepath.Join(dir, "ramp"), "all")
			require.NoError(t, err)
			require.Equal(t, int(60*rate), record.Samples)

			for _, from := range []time.Duration{0, 12345 * time.Millisecond, 50 * time.Second} {
				clip, err := record.Between(from, from+10*time.Second)
				require.NoError(t, err)
				require.Equal(t, 1000, clip.Len())
				lead := clip[ecg.II]
				require.InDelta(t, from.Seconds(), seconds(lead[0]), 0.3, "the ramp's own ends bend")
				require.InDelta(t, from.Seconds()+5, seconds(lead[500]), 0.011)
				if from > 0 {
					require.InDelta(t, from.Seconds(), seconds(lead[0]), 0.011, "a cut has no bent end")
				}
				require.InDelta(t, -lead[500], clip[ecg.V1][500], 2e-3)
			}
			whole, err := record.Between(0, 0)
			require.NoError(t, err)
			require.Equal(t, 6000, whole.Len())
		})
	}
}

func TestAStretchOutsideIsRefused(t *testing.T) {
	dir := t.TempDir()
	writeRamp(t, dir, "ramp", 360, time.Minute)
	record, err := ReadRecord(filepath.Join(dir, "ramp"), "first")
	require.NoError(t, err)
	for _, bounds := range [][2]float64{{0, 60 * 361}, {60 * 360, 0}, {math.Inf(1), 0}, {7200, 3600}, {10, 10.5}} {
		_, err := record.cut(bounds[0], bounds[1])
		require.ErrorContains(t, err, "not within", "%v", bounds)
	}
	_, err = ReadRecord(filepath.Join(dir, "ramp"), "V7")
	require.ErrorContains(t, err, "--leads")
}

// oracle answers with what it sees: lead, start and length of the clip.
type oracle struct {
	asked int
	clips map[*window.Clip]bool
	err   error
}

func (o *oracle) Ask(_ context.Context, requests []model.Request) ([]model.Answer, error) {
	if o.err != nil {
		return nil, o.err
	}
	var answers []model.Answer
	for _, r := range requests {
		o.asked++
		text := r.Turns[0].Question
		for _, clip := range r.Turns[0].ECGs {
			if o.clips != nil {
				o.clips[clip] = true
			}
			for slot, lead := range clip {
				if lead != nil {
					text += fmt.Sprintf(" %v %.1f+%.1f", ecg.Slot(slot), math.Abs(seconds(lead[len(lead)/2]))-float64(len(lead))/200, float64(len(lead))/100)
				}
			}
		}
		answers = append(answers, model.Answer{Text: text, Confidence: 0.25})
	}
	return answers, nil
}

func openSignals(t *testing.T, dir, leads string) *Signals {
	t.Helper()
	folder, err := OpenFolder(dir)
	require.NoError(t, err)
	return &Signals{Folder: folder, Leads: leads, Seed: 1}
}

func rampTests(n int) []Test {
	var tests []Test
	for i := range n {
		tests = append(tests, Test{Question: fmt.Sprint("q", i),
			ECGs: []Stretch{{fmt.Sprintf("/x/r%d.dat", i%3), float64(i%40) * 360, float64(i%40+20) * 360}}})
	}
	return tests
}

func TestRunAnswersInOrder(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 {
		writeRamp(t, dir, fmt.Sprint("r", i), 360, time.Minute)
	}
	signals := openSignals(t, dir, "second")
	tests := rampTests(150)
	o := &oracle{}
	var got []string
	err := Run(t.Context(), o, signals, tests, func(p Prediction) error {
		require.Equal(t, 0.25, *p.Confidence)
		require.Equal(t, tests[len(got)].Question, p.Question)
		got = append(got, p.Prediction)
		return nil
	})
	require.NoError(t, err)
	require.Len(t, got, 150)
	require.Equal(t, "q77 V1 37.0+20.0", got[77])
}

func TestQuestionsAboutOneStretchShareIt(t *testing.T) {
	dir := t.TempDir()
	writeRamp(t, dir, "r", 360, time.Minute)
	tests := make([]Test, 8)
	for i := range tests {
		tests[i] = Test{Question: "?", ECGs: []Stretch{{"r", float64(i/4) * 360, 3600}}}
	}
	o := &oracle{clips: map[*window.Clip]bool{}}
	require.NoError(t, Run(t.Context(), o, openSignals(t, dir, "all"), tests, func(Prediction) error { return nil }))
	require.Equal(t, 8, o.asked)
	require.Len(t, o.clips, 2)
}

func TestAQuestionAboutSeveralECGsShowsThemInOrder(t *testing.T) {
	dir := t.TempDir()
	writeRamp(t, dir, "a", 360, time.Minute)
	writeRamp(t, dir, "b", 100, time.Minute)
	tests, err := ReadTests(strings.NewReader(`[{"question": "compare", "task": "comparison", "answer": ["x", "y"],
		"ecg_path": ["b", "a", "b"], "ecg_start": [1000, 7200, 3000], "ecg_end": [2000, 10800, 4000]}]`))
	require.NoError(t, err)
	require.Equal(t, "x, y", tests[0].Answer)
	var got []string
	require.NoError(t, Run(t.Context(), &oracle{}, openSignals(t, dir, "first"), tests, func(p Prediction) error {
		got = append(got, p.Prediction)
		return nil
	}))
	require.Equal(t, []string{"compare II 10.0+10.0 II 20.0+10.0 II 30.0+10.0"}, got)
}

func TestARandomLeadIsLeftOut(t *testing.T) {
	dir := t.TempDir()
	writeRamp(t, dir, "r", 360, time.Minute)
	leads := func(seed uint64) string {
		signals := openSignals(t, dir, RandomLead)
		signals.Seed = seed
		text := ""
		for i := range 40 {
			test := Test{ECGs: []Stretch{{"old/r.dat", float64(i) * 360, float64(i+10) * 360}}}
			clips, err := signals.Clips(test)
			require.NoError(t, err)
			require.Len(t, clips, 1)
			require.NotEqual(t, clips[0][ecg.II] == nil, clips[0][ecg.V1] == nil, "one of two is left")
			text += map[bool]string{true: "1", false: "2"}[clips[0][ecg.II] == nil]
		}
		return text
	}
	first := leads(1)
	require.Equal(t, first, leads(1), "the same seed leaves out the same leads")
	require.NotEqual(t, first, leads(2))
	require.InDelta(t, 20, strings.Count(first, "1"), 10)

	rec := &ecg.Recording{Name: "one", Rate: 100, Leads: []ecg.Lead{{Name: "II", Samples: make([]float32, 2000)}}}
	require.NoError(t, ecg.WriteRecord(dir, rec, 16))
	_, err := openSignals(t, dir, RandomLead).Clips(Test{ECGs: []Stretch{{Path: "one"}}})
	require.ErrorContains(t, err, "one lead only")
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	writeRamp(t, dir, "r0", 360, time.Minute)
	signals := openSignals(t, dir, "all")
	ignore := func(Prediction) error { return nil }

	o := &oracle{}
	require.ErrorContains(t, Run(t.Context(), o, signals, rampTests(2), ignore), `test 2: no record "r1"`)
	require.Zero(t, o.asked, "nothing is asked before all records are found")

	require.ErrorContains(t, Run(t.Context(), o, signals, []Test{{Question: "?", ECGs: []Stretch{{Path: "r0", Start: 1e6}}}}, ignore), "not within")
	broken := errors.New("broken")
	require.ErrorIs(t, Run(t.Context(), &oracle{err: broken}, signals, rampTests(1), ignore), broken)
	require.ErrorIs(t, Run(t.Context(), o, signals, rampTests(1), func(Prediction) error { return broken }), broken)
}

func TestAsk(t *testing.T) {
	dir := t.TempDir()
	writeRamp(t, dir, "r", 360, time.Minute)
	record, err := ReadRecord(filepath.Join(dir, "r"), "all")
	require.NoError(t, err)
	clip, err := record.Between(30*time.Second, 50*time.Second)
	require.NoError(t, err)
	answer, err := Ask(t.Context(), &oracle{}, "where?", clip)
	require.NoError(t, err)
	require.Equal(t, "where? II 30.0+20.0 V1 30.0+20.0", answer.Text)
}

func TestRecordsAreKeptWithinABudget(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 {
		writeRamp(t, dir, fmt.Sprint("r", i), 100, time.Minute)
	}
	kept := newRecords("all")
	kept.budget = 2 * 2 * 6000 // two records of two leads
	get := func(i int) *Record {
		record, err := kept.get(filepath.Join(dir, fmt.Sprint("r", i)))
		require.NoError(t, err)
		return record
	}
	first, second := get(0), get(1)
	require.Same(t, first, get(0))
	get(2)
	require.Len(t, kept.kept, 2)
	require.Same(t, first, get(0), "the record that was used last is kept")
	require.NotSame(t, second, get(1))
}
