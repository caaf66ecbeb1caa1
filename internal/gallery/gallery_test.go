package gallery

import (
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/eval"
	"github.com/holterd/holter/internal/locate"
	"github.com/holterd/holter/internal/picture"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// records of a minute whose lead II rises by 1 mV a minute; V1 is its negative.
func openRecords(t *testing.T, names ...string) *locate.Signals {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		rec := &ecg.Recording{Name: name, Rate: 100, Leads: []ecg.Lead{{Name: "MLII"}, {Name: "V1"}}}
		for i := range 6000 {
			rec.Leads[0].Samples = append(rec.Leads[0].Samples, float32(i)/6000)
			rec.Leads[1].Samples = append(rec.Leads[1].Samples, -float32(i)/6000)
		}
		require.NoError(t, ecg.WriteRecord(dir, rec, 16))
	}
	folder, err := locate.OpenFolder(dir)
	require.NoError(t, err)
	return &locate.Signals{Folder: folder, Leads: "all"}
}

const noV = "No Premature ventricular contraction Found"

func answer(record string, start, end float64, kind, truth, prediction string) locate.Prediction {
	return locate.Prediction{
		Test: locate.Test{
			Task: eval.Localization, Question: "Where is " + kind + "?", Kind: kind, Answer: truth,
			ECGs: []locate.Stretch{{Path: record, Start: start, End: end}},
		},
		Prediction: prediction, Confidence: new(0.75),
	}
}

func titles(section picture.Section) (out []string) {
	for _, strip := range section.Strips {
		out = append(out, strip.Title)
	}
	return out
}

func TestStripsShowWhatIsRightMissedAndFalse(t *testing.T) {
	page, err := strips([]locate.Prediction{
		answer("a", 0, 1000, "V", "Duration: 1.0s-3.0s", "Duration: 1.0s-2.5s"),
		answer("a", 1000, 2000, "V", noV, "Duration: 1.0s-2.5s"),
		answer("b", 0, 5000, "V", "Duration: 2.0s-4.0s, 30.0s-32.0s", "Duration: 2.0s-3.0s"),
		answer("b", 0, 1000, "V", noV, noV),
		answer("b", 0, 1000, "V", "Duration: 2.0s-4.0s", "unreadable"),
	}, openRecords(t, "a", "b"))
	require.NoError(t, err)
	require.Len(t, page.Sections, 3)
	const name = ": Premature ventricular contraction"
	require.Equal(t, []string{"a from sample 0" + name}, titles(page.Sections[0]))
	require.Equal(t, []string{"b from sample 0" + name}, titles(page.Sections[1]))
	require.Equal(t, []string{"a from sample 1000" + name}, titles(page.Sections[2]))

	right := page.Sections[0].Strips[0]
	require.Equal(t, "IoU 0.75, confidence 0.75", right.Note)
	require.Equal(t, localize.Spans{{Start: 1, End: 3}}, right.Rows[0].Spans)
	require.Equal(t, localize.Spans{{Start: 1, End: 2.5}}, right.Rows[1].Spans)
	require.Equal(t, "II", right.Leads[0].Name)
	require.Equal(t, "V1", right.Leads[1].Name)
	require.InDelta(t, 1.0/12, right.Leads[0].Samples[500], 1e-3)

	missed := page.Sections[1].Strips[0] // 50 s long: shown around what is missed, at 30-32 s
	require.Equal(t, 26.0, missed.From)
	require.Len(t, missed.Leads[0].Samples, 1000)
	require.InDelta(t, 31.0/60, missed.Leads[0].Samples[500], 1e-3)
	require.Equal(t, localize.Spans{{Start: -24, End: -22}, {Start: 4, End: 6}}, missed.Rows[0].Spans)
}

func TestRecordsAndKindsNotShownYetComeFirst(t *testing.T) {
	var answers []locate.Prediction
	for i := range 20 {
		answers = append(answers, answer("a", float64(100*i), float64(100*i+1000), "V", "Duration: 1.0s-3.0s", "Duration: 1.0s-3.0s"))
	}
	answers = append(answers, answer("b", 0, 1000, "V", "Duration: 1.0s-3.0s", "Duration: 1.0s-3.0s"),
		answer("b", 100, 1100, "A", "Duration: 1.0s-3.0s", "Duration: 1.0s-3.0s"))
	page, err := strips(answers, openRecords(t, "a", "b"))
	require.NoError(t, err)
	require.Len(t, page.Sections, 1)
	drawn := map[string]bool{}
	records := map[string]int{}
	for _, strip := range page.Sections[0].Strips {
		require.False(t, drawn[strip.Title], "none is shown twice")
		drawn[strip.Title] = true
		records[strip.Title[:1]]++
	}
	require.Equal(t, map[string]int{"a": 2, "b": 1}, records)
	require.True(t, drawn["b from sample 100: Atrial premature beat"], "a kind that was not shown")
	again, err := strips(answers, openRecords(t, "a", "b"))
	require.NoError(t, err)
	require.Equal(t, titles(page.Sections[0]), titles(again.Sections[0]))
}

func TestWrite(t *testing.T) {
	answers := []locate.Prediction{
		answer("a", 0, 1000, "V", "Duration: 1.0s-3.0s", "Duration: 1.0s-2.5s"),
		answer("b", 0, 1000, "A", "Duration: 1.0s-3.0s", noV),
	}
	result := eval.Evaluate([]eval.Answer{
		{Task: eval.Localization, Kind: "V", Record: "a", Truth: answers[0].Answer, Prediction: answers[0].Prediction, Confidence: new(0.9)},
		{Task: eval.Localization, Kind: "A", Record: "b", Truth: answers[1].Answer, Prediction: noV},
	})
	dir := filepath.Join(t.TempDir(), "pictures")
	require.NoError(t, Write(dir, result, answers, openRecords(t, "a", "b")))
	for _, name := range []string{"records", "reliability", "strips"} {
		require.FileExists(t, filepath.Join(dir, name+".svg"))
		file, err := os.Open(filepath.Join(dir, name+".png"))
		require.NoError(t, err)
		img, err := png.Decode(file)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		require.Greater(t, img.Bounds().Dx(), 300, name)
	}

	bars := records(result.Records)
	require.Equal(t, []string{"a", "b"}, bars.Names)
	require.Equal(t, "A", bars.Series[0].Label)
	require.True(t, math.IsNaN(bars.Series[0].Values[0]), "no question of A about record a")
	require.Equal(t, 0.75, bars.Series[1].Values[0])
	panels := reliability(result.Calibration).Panels
	require.Len(t, panels, 2)
	require.Equal(t, "V: 1 answers, ECE 0.100", panels[0].Title)
	require.Equal(t, picture.Bin{From: 13.0 / 15, To: 14.0 / 15, Confidence: 0.9, Right: 1, Answers: 1}, panels[0].Bins[13])
	require.Equal(t, "localization: 1 answers, ECE 0.100", panels[1].Title)
}

func TestARecordThatIsMissingIsNamed(t *testing.T) {
	_, err := strips([]locate.Prediction{answer("c", 0, 1000, "V", "Duration: 1.0s-3.0s", noV)}, openRecords(t, "a"))
	require.ErrorContains(t, err, fmt.Sprintf("no record %q", "c"))
}
