package tokenizer

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Layouts of tokenizer.json in testdata, see make_cases.py.
var layouts = []string{"llama3", "gpt2", "times", "released"}

func load(t testing.TB, layout string) *Tokenizer {
	t.Helper()
	tok, err := Load(filepath.Join("testdata", layout+".json"))
	require.NoError(t, err)
	return tok
}

func TestEqualsReferenceLibrary(t *testing.T) {
	for _, layout := range layouts {
		t.Run(layout, func(t *testing.T) {
			tok := load(t, layout)
			data, err := os.ReadFile(filepath.Join("testdata", layout+".cases.json"))
			require.NoError(t, err)
			var cases []struct {
				Text       string
				IDs, Plain []int
				Some       []int
				Decoded    string
			}
			require.NoError(t, json.Unmarshal(data, &cases))
			require.Greater(t, len(cases), 100)
			for _, c := range cases {
				ids, err := tok.Encode(c.Text)
				require.NoError(t, err)
				require.Equal(t, c.IDs, append([]int{}, ids...), "tokens of %q", c.Text)
				plain, err := tok.EncodeText(c.Text)
				require.NoError(t, err)
				require.Equal(t, c.Plain, append([]int{}, plain...), "plain tokens of %q", c.Text)
				require.Equal(t, c.Decoded, tok.Decode(c.Some), "text of %v", c.Some)
			}
		})
	}
}

func TestDecodeInvertsEncodeText(t *testing.T) {
	for _, layout := range layouts {
		t.Run(layout, func(t *testing.T) {
			tok := load(t, layout)
			rapid.Check(t, func(t *rapid.T) {
				text := rapid.String().Draw(t, "text")
				ids, err := tok.EncodeText(text)
				require.NoError(t, err)
				require.Equal(t, lossy(text), tok.Decode(ids))
			})
		})
	}
}

func TestSpecialTokensInPlainTextStayText(t *testing.T) {
	tok := load(t, "llama3")
	eot, ok := tok.ID("<|eot_id|>")
	require.True(t, ok)

	ids, err := tok.Encode("a<|eot_id|>b")
	require.NoError(t, err)
	require.Contains(t, ids, eot)

	ids, err = tok.EncodeText("a<|eot_id|>b")
	require.NoError(t, err)
	require.NotContains(t, ids, eot)
	require.Equal(t, "a<|eot_id|>b", tok.Decode(ids))
}

func TestBytes(t *testing.T) {
	tok := load(t, "llama3")
	eot, _ := tok.ID("<|eot_id|>")
	_, ok := tok.Bytes(eot)
	require.False(t, ok, "a special token adds nothing to a text")
	_, ok = tok.Bytes(tok.Size())
	require.False(t, ok)
	_, ok = tok.Bytes(-1)
	require.False(t, ok)
	ids, err := tok.EncodeText("é")
	require.NoError(t, err)
	var all strings.Builder
	for _, id := range ids {
		text, ok := tok.Bytes(id)
		require.True(t, ok)
		all.WriteString(text)
	}
	require.Equal(t, "é", all.String())
}

func TestLossy(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"ok é 🙂":                   "ok é 🙂",
		"a\x80b":                   "a\ufffdb",
		"\xe2\x82":                 "\ufffd",
		"\xe2\x82\xe2\x82\xac":     "\ufffd€",
		"\xf0\x9f\x99":             "\ufffd",
		"\xf0\x9f\x99\xf0":         "\ufffd\ufffd",
		"\xed\xa0\x80":             "\ufffd\ufffd\ufffd",
		"\xc0\xaf\xff":             "\ufffd\ufffd\ufffd",
		"\xf4\x90\x80\x80":         "\ufffd\ufffd\ufffd\ufffd",
		"\xe0\x9f\xbf \xe0\xa0 ok": "\ufffd\ufffd\ufffd \ufffd ok",
	} {
		require.Equal(t, want, lossy(in), "%q", in)
		require.True(t, utf8.ValidString(lossy(in)))
	}
}

func TestLongRunsOfLettersTakeLittleTime(t *testing.T) {
	tok := load(t, "llama3")
	text := strings.Repeat("Duration", 1<<14)
	ids, err := tok.EncodeText(text)
	require.NoError(t, err)
	require.Less(t, len(ids), 1<<16)
	require.Equal(t, text, tok.Decode(ids))
}
