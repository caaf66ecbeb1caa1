package model

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// paper is a checkpoint of anyECG-chat's architecture and released layout with
// random weights, imported by training/holter_training/paper: see
// testdata/make_paper.py.
const paper = "testdata/paper"

func paperCases(t testing.TB) []refCase { return readCases(t, filepath.Join(paper, "cases.json")) }

func TestPaperEqualsPyTorchOneByOne(t *testing.T) {
	requireEqualOneByOne(t, openDir(t, paper, Options{}), paperCases(t))
}

func TestPaperEqualsPyTorchInBatches(t *testing.T) {
	requireEqualInBatches(t, paper, paperCases(t))
}

func TestPaperAnswersTokenByToken(t *testing.T) {
	m := openDir(t, paper, Options{})
	for _, c := range paperCases(t) {
		p, err := m.plan([]Request{c.request(t)})
		require.NoError(t, err)
		f, ok := p.jobs[0].answer.(*freeText)
		if !ok {
			continue // what the grammar forces is not asked for token by token
		}
		f.left = c.Limit
		require.NoError(t, m.run(t.Context(), p))
		require.Equal(t, c.IDs, append([]int{}, f.tokens...), c.Name)
	}
}

func TestPaperHasTheReleasedShape(t *testing.T) {
	m, err := ReadManifest(paper)
	require.NoError(t, err)
	require.Equal(t, 61, m.Encoder.TokensPerSegment)
	require.Empty(t, m.Encoder.Heat)
	require.Equal(t, logitsLast, m.Decoder.Logits)
	require.Equal(t, joint, m.Localization.Segments)
	require.Equal(t, "<|reserved_special_token_1|>", m.Tokens.ECGStart)
	require.Equal(t, "<|reserved_special_token_3|>", m.Tokens.ECG)
	require.Equal(t, "<|reserved_special_token_2|>", m.Tokens.ECGEnd)
	_, err = os.Stat(filepath.Join(paper, "decoder.onnx.data"))
	require.NoError(t, err, "weights beside the graph are tried too")
}
