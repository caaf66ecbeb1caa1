package eval

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/localize"
)

const (
	noV = "No Premature ventricular contraction Found"
	noA = "No Atrial premature beat Found"
)

func sampleAnswers() []Answer {
	return []Answer{
		{Task: Localization, Kind: "V", Truth: "Duration: 0.0s-2.0s", Prediction: "Duration: 0.0s-1.0s"},
		{Task: Localization, Kind: "V", Truth: "Duration: 0.0s-2.0s", Prediction: "Duration: 0.0s-2.0s"},
		{Task: Localization, Kind: "V", Truth: noV, Prediction: "Duration: 0.0s-1.0s"},
		{Task: Localization, Kind: "V", Truth: noV, Prediction: noV},
		{Task: Localization, Question: "Where is the Atrial premature beat located in this ECG?", Truth: noA, Prediction: noA},
	}
}

func TestEvaluate(t *testing.T) {
	table := Evaluate(sampleAnswers()).Table
	require.Len(t, table.Rows, 2)
	a, v := table.Rows[0], table.Rows[1]
	require.Equal(t, Row{Kind: "A", All: Score{1, 1}, Absent: Score{1, 1}, AlwaysNo: 1}, a)
	require.Equal(t, Row{Kind: "V", All: Score{4, 0.625}, Present: Score{2, 0.75}, Absent: Score{2, 0.5},
		AlwaysNo: 0.5, BestSpan: Constant{"Duration: 0.0s-2.0s", 0.5}}, v)
	require.InDelta(t, (1+0.625)/2, table.Macro.IoU, 1e-12)
	require.InDelta(t, (1+4*0.625)/5, table.Micro.IoU, 1e-12)
	require.InDelta(t, 0.75, table.Macro.Present, 1e-12, "kinds without a present question do not count")
	require.InDelta(t, 0.75, table.Macro.Absent, 1e-12)
	require.InDelta(t, 2.0/3, table.Micro.Absent, 1e-12)
	require.InDelta(t, 3.0/5, table.Micro.AlwaysNo, 1e-12)

	var text strings.Builder
	require.NoError(t, table.Print(&text, Plain))
	golden.Assert(t, text.String(), "table.txt")
}

func TestNothingToScore(t *testing.T) {
	require.Zero(t, Evaluate(nil))
}

func TestBestSpanIsWhatScoringItByHandGives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		condition := localize.Conditions[0]
		answers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Answer {
			var spans localize.Spans
			for range rapid.IntRange(0, 3).Draw(t, "spans") {
				start := rapid.Float64Range(0, 8).Draw(t, "start")
				spans = append(spans, localize.Span{Start: start, End: start + rapid.Float64Range(0.2, 3).Draw(t, "length")})
			}
			return Answer{Kind: "V", Truth: localize.Format(condition, spans)}
		}), 1, 5).Draw(t, "answers")

		best := Locate(answers).Rows[0].BestSpan
		byHand := func(text string) float64 {
			sum := 0.0
			for _, a := range answers {
				sum += localize.IoU(a.Truth, text)
			}
			return sum / float64(len(answers))
		}
		if best.Answer == "" {
			if byHand("Duration: 0.0s-12.0s") > 0 {
				t.Fatal("no span was found, though one scores")
			}
			return
		}
		if got := byHand(best.Answer); got < best.IoU-1e-9 || got > best.IoU+1e-9 {
			t.Fatalf("%s scores %g, said %g", best.Answer, got, best.IoU)
		}
		for from := 0.0; from < 11; from += 0.5 {
			for to := from + 0.5; to <= 11.5; to += 0.5 {
				if text := fmt.Sprintf("Duration: %.1fs-%.1fs", from, to); byHand(text) > best.IoU+1e-9 {
					t.Fatalf("%s scores %g, more than %v", text, byHand(text), best)
				}
			}
		}
	})
}
