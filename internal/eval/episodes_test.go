package eval

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"

	"github.com/holterd/holter/pkg/ecg"
)

// notes are annotations like "+ 100 (AFIB".
func notes(t *testing.T, lines ...string) []ecg.Annotation {
	t.Helper()
	var out []ecg.Annotation
	for _, line := range lines {
		f := strings.Fields(line)
		a := ecg.Annotation{Symbol: f[0]}
		for _, digit := range f[1] {
			a.Sample = 10*a.Sample + int64(digit-'0')
		}
		if len(f) > 2 {
			a.Aux = f[2]
		}
		out = append(out, a)
	}
	return out
}

func TestEpisodesAreRead(t *testing.T) {
	rhythms := notes(t, "+ 0 (N", "N 50", "+ 100 (AFIB", "+ 150 (AFIB", "+ 200 (N", "+ 300 (AFIB", "[ 320", "] 340", "+ 350 (VFL", "+ 400 (VT", "+ 450 comment")
	require.Equal(t, []Episode{{100, 200, -1}, {300, 350, -1}}, Episodes(rhythms, "AFIB", 0, 1000))
	require.Equal(t, []Episode{{320, 340, -1}, {350, 400, -1}}, Episodes(rhythms, "VF", 0, 1000))
	require.Equal(t, []Episode{{400, 1000, -1}}, Episodes(rhythms, "VT", 0, 1000), "it lasts to the end")
	require.Equal(t, []Episode{{120, 200, -1}, {300, 330, -1}}, Episodes(rhythms, "AFIB", 120, 330), "clipped")
	require.Empty(t, Episodes(rhythms, "AFIB", 200, 300))

	st := notes(t, "s 100 (ST0+", "s 150 AST0+250", "s 180 (ST1-", "s 200 ST0+)", "s 260 ST1-)", "s 400 (st0-100", "s 450 ast0-200", "s 500 st0-90)", "s 600 (rtst0-120", "s 700 rtst0-90)", "s 800 (ST1+")
	require.Equal(t, []Episode{{100, 200, 150}, {800, 1000, -1}}, Episodes(st, "STE", 0, 1000))
	require.Equal(t, []Episode{{180, 260, -1}, {400, 500, 450}}, Episodes(st, "STD", 0, 1000), "changes with the heart rate are none")
	require.Equal(t, []Episode{{100, 260, 150}, {400, 500, 450}, {800, 1000, -1}}, Episodes(st, "ST", 0, 1000), "both signals and directions")
}

func TestEpisodesAreCompared(t *testing.T) {
	reference := notes(t, "+ 0 (N", "+ 1000 (AFIB", "+ 2000 (N", "+ 3000 (AFIB", "+ 4000 (N")
	test := notes(t, "+ 0 (N", "+ 1900 (AFIB", "+ 2100 (N", "+ 5000 (AFIB", "+ 5100 (VT", "+ 5200 (N")
	got := CompareEpisodes(reference, test, 100, 0, 10000)
	require.Len(t, got, 2)
	afib := got[0]
	require.Equal(t, "AFIB", afib.Kind)
	require.Equal(t, Ratio{1, 2}, afib.Sensitivity)
	require.Equal(t, Ratio{1, 2}, afib.Predictivity)
	require.Equal(t, TimeRatio{1, 20}, afib.Time.Sensitivity)
	require.Equal(t, TimeRatio{1, 3}, afib.Time.Predictivity)
	require.Equal(t, EpisodeScore{Kind: "VT", Predictivity: Ratio{0, 1}}.Predictivity, got[1].Predictivity)

	late := CompareEpisodes(reference, test, 100, 35*time.Second, 10000)[0]
	require.Equal(t, Ratio{0, 1}, late.Sensitivity, "the first episode is before the time that counts")
	require.Equal(t, TimeRatio{0, 5}, late.Time.Sensitivity)

	require.Equal(t, CompareEpisodes(reference, test, 100, 0, 5200), CompareEpisodes(reference, test, 100, 0, 0), "of unknown length: to the last annotation")
}

func TestSTEpisodesMatchByHalfOrByTheExtreme(t *testing.T) {
	compare := func(want, got Episode) [2]int {
		s := compareEpisodes("ST", []Episode{want}, []Episode{got}, 100)
		return [2]int{s.Sensitivity.Part, s.Predictivity.Part}
	}
	require.Equal(t, [2]int{1, 1}, compare(Episode{0, 100, -1}, Episode{50, 150, -1}), "half of either")
	require.Equal(t, [2]int{0, 0}, compare(Episode{0, 100, -1}, Episode{51, 151, -1}))
	require.Equal(t, [2]int{1, 0}, compare(Episode{0, 100, 90}, Episode{80, 200, -1}), "the extreme is found")
	require.Equal(t, [2]int{0, 1}, compare(Episode{0, 100, -1}, Episode{90, 110, -1}))
	require.Equal(t, [2]int{0, 1}, compare(Episode{0, 100, 10}, Episode{80, 200, 85}), "the found extreme lies in the expert's")
	afib := compareEpisodes("AFIB", []Episode{{0, 100, -1}}, []Episode{{99, 300, -1}}, 100)
	require.Equal(t, 1, afib.Sensitivity.Part, "of a rhythm any overlap counts")
}

func TestEpisodesOfSeveralRecords(t *testing.T) {
	one := CompareEpisodes(notes(t, "+ 0 (AFIB", "+ 1000 (N"), notes(t, "+ 0 (AFIB", "+ 500 (N"), 100, 0, 2000)
	two := CompareEpisodes(notes(t, "+ 0 (AFIB", "+ 3000 (N", "+ 3500 (AFIB"), notes(t, "+ 0 (N"), 100, 0, 4000)
	none := CompareEpisodes(notes(t, "+ 0 (N"), notes(t, "+ 0 (AFIB", "+ 100 (N"), 100, 0, 4000)
	records := [][]EpisodeScore{one, two, none}
	gross, means := GrossEpisodes(records), MeanEpisodes(records)
	require.Len(t, gross, 1)
	require.Equal(t, Ratio{1, 3}, gross[0].Sensitivity)
	require.Equal(t, Ratio{1, 2}, gross[0].Predictivity)
	require.Equal(t, TimeRatio{5, 45}, gross[0].Time.Sensitivity)
	require.Equal(t, TimeRatio{5, 6}, gross[0].Time.Predictivity)
	require.Equal(t, Mean{n: 2, sum: 1}, means[0].Sensitivity)
	require.Equal(t, Mean{n: 2, sum: 1}, means[0].Predictivity, "a record where none was found does not count")
	require.Equal(t, Mean{n: 2, sum: 0.5}, means[0].Time.Sensitivity)
	var out strings.Builder
	require.NoError(t, PrintEpisodes(&out, gross, means))
	golden.Assert(t, out.String(), "episodes.txt")
	text, err := means[0].Sensitivity.MarshalJSON()
	require.NoError(t, err)
	require.JSONEq(t, `{"mean": 0.5, "records": 2}`, string(text))
}
