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

	a = newTestApp()
	require.Equal(t, exitFailure, a.run(t, "score", path, "--annotations", t.TempDir()))
	require.Contains(t, a.err.String(), "holter annotate")
	require.Equal(t, exitUsage, newTestApp().run(t, "score", path))
}
