package cli

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"

	"github.com/holterd/holter/pkg/ecg"
)

func TestScore(t *testing.T) {
	path := writeRecord(t)
	out := t.TempDir()
	marks := func(file, symbols string, from int64) {
		var annotations []ecg.Annotation
		for i, symbol := range symbols {
			annotations = append(annotations, ecg.Annotation{Sample: from + int64(i)*200, Symbol: string(symbol)})
		}
		require.NoError(t, ecg.WriteAnnotations(file, annotations))
	}
	marks(path+".atr", "NNVVANFN", 200)
	marks(filepath.Join(out, "r1.hol"), "NNVNNVVN", 210)

	a := newTestApp()
	require.Equal(t, exitOK, a.run(t, "score", path, "--annotations", out, "--from-start"), a.err.String())
	golden.Assert(t, a.out.String(), "score.txt")

	a = newTestApp()
	require.Equal(t, exitOK, a.run(t, "score", path, "--annotations", out, "--json"), a.err.String())
	require.Contains(t, a.out.String(), `"qrs":{"sensitivity":{"part":0,"of":0}`, "the first five minutes do not count")

	require.Contains(t, a.out.String(), `{"record":"average","qrs":{"sensitivity":{"mean":0,"records":0}`)

	a = newTestApp()
	require.Equal(t, exitFailure, a.run(t, "score", path, "--annotations", t.TempDir()))
	require.Contains(t, a.err.String(), "holter annotate")
	require.Equal(t, exitUsage, newTestApp().run(t, "score", path))
}

func TestScoreEpisodes(t *testing.T) {
	path := writeRecord(t) // a minute at 250 Hz
	out := t.TempDir()
	notes := func(file string, at ...int64) {
		annotations := []ecg.Annotation{{Symbol: "+", Aux: "(N"}}
		for i, sample := range at {
			annotations = append(annotations, ecg.Annotation{Sample: sample, Symbol: "+", Aux: []string{"(AFIB", "(N"}[i%2]})
		}
		require.NoError(t, ecg.WriteAnnotations(file, annotations))
	}
	notes(path+".atr", 2500, 5000, 10000)
	notes(filepath.Join(out, "r1.hol"), 3750, 5000, 6000, 7000)

	a := newTestApp()
	require.Equal(t, exitOK, a.run(t, "score", path, "--annotations", out, "--from-start", "--episodes"), a.err.String())
	golden.Assert(t, a.out.String(), "score-episodes.txt")

	a = newTestApp()
	require.Equal(t, exitOK, a.run(t, "score", path, "--annotations", out, "--from-start", "--episodes", "--json"), a.err.String())
	require.JSONEq(t, `{
		"records": [{"record": "r1", "kinds": [{"kind": "AFIB",
			"sensitivity": {"part": 1, "of": 2}, "positive_predictivity": {"part": 1, "of": 2},
			"duration": {"sensitivity": {"part_s": 5, "of_s": 30}, "positive_predictivity": {"part_s": 5, "of_s": 9}}}]}],
		"gross": [{"kind": "AFIB",
			"sensitivity": {"part": 1, "of": 2}, "positive_predictivity": {"part": 1, "of": 2},
			"duration": {"sensitivity": {"part_s": 5, "of_s": 30}, "positive_predictivity": {"part_s": 5, "of_s": 9}}}],
		"average": [{"kind": "AFIB",
			"sensitivity": {"mean": 0.5, "records": 1}, "positive_predictivity": {"mean": 0.5, "records": 1},
			"duration": {"sensitivity": {"mean": 0.16666666666666666, "records": 1}, "positive_predictivity": {"mean": 0.5555555555555556, "records": 1}}}]
	}`, a.out.String())
}
