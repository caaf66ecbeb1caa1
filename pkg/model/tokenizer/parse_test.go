package tokenizer

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// edited gives the llama3 tokenizer.json with one change.
func edited(t testing.TB, change func(map[string]any)) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "llama3.json"))
	require.NoError(t, err)
	var f map[string]any
	require.NoError(t, json.Unmarshal(data, &f))
	change(f)
	data, err = json.Marshal(f)
	require.NoError(t, err)
	return data
}

func TestParseRefusesWhatItCannotDo(t *testing.T) {
	model := func(f map[string]any) map[string]any { return f["model"].(map[string]any) }
	for name, c := range map[string]struct {
		change func(map[string]any)
		says   string
	}{
		"normalizer":         {func(f map[string]any) { f["normalizer"] = map[string]any{"type": "NFC"} }, "normalizer is set"},
		"unigram":            {func(f map[string]any) { model(f)["type"] = "Unigram" }, `model.type is "Unigram"`},
		"dropout":            {func(f map[string]any) { model(f)["dropout"] = 0.1 }, "dropout"},
		"byte fallback":      {func(f map[string]any) { model(f)["byte_fallback"] = true }, "byte_fallback"},
		"subword prefix":     {func(f map[string]any) { model(f)["continuing_subword_prefix"] = "##" }, "continuing_subword_prefix"},
		"word suffix":        {func(f map[string]any) { model(f)["end_of_word_suffix"] = "</w>" }, "end_of_word_suffix"},
		"no vocabulary":      {func(f map[string]any) { model(f)["vocab"] = map[string]int{} }, "model.vocab is empty"},
		"a byte missing":     {func(f map[string]any) { delete(model(f)["vocab"].(map[string]any), "A") }, "no token for byte 0x41"},
		"unknown merge":      {func(f map[string]any) { model(f)["merges"] = []string{"A zzz"} }, "model.merges 0"},
		"merge of three":     {func(f map[string]any) { model(f)["merges"] = [][]string{{"a", "b", "c"}} }, "not a pair"},
		"merge of one":       {func(f map[string]any) { model(f)["merges"] = []string{"ab"} }, "not two tokens"},
		"merge of numbers":   {func(f map[string]any) { model(f)["merges"] = []int{1} }, "neither a string nor a pair"},
		"no pre-tokenizer":   {func(f map[string]any) { f["pre_tokenizer"] = nil }, "does not end with ByteLevel"},
		"other pre-splitter": {func(f map[string]any) { pre(f)[0]["type"] = "Digits" }, "Digits"},
		"other behavior":     {func(f map[string]any) { pre(f)[0]["behavior"] = "Removed" }, "Removed"},
		"prefix space":       {func(f map[string]any) { pre(f)[1]["add_prefix_space"] = true }, "add_prefix_space"},
		"bad pattern":        {func(f map[string]any) { pre(f)[0]["pattern"] = map[string]any{"Regex": "("} }, "pattern"},
		"no pattern":         {func(f map[string]any) { pre(f)[0]["pattern"] = nil }, "no pattern"},
		"taken id":           {func(f map[string]any) { model(f)["vocab"].(map[string]any)["A"] = 5 }, "is taken"},
		"negative id":        {func(f map[string]any) { model(f)["vocab"].(map[string]any)["A"] = -1 }, "out of range"},
		"huge id":            {func(f map[string]any) { model(f)["vocab"].(map[string]any)["A"] = 1 << 40 }, "out of range"},
		"stripping token":    {func(f map[string]any) { added(f)[0]["lstrip"] = true }, "lstrip"},
		"empty added token":  {func(f map[string]any) { added(f)[0]["content"] = "" }, "is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(edited(t, c.change))
			require.ErrorContains(t, err, c.says)
		})
	}
}

func pre(f map[string]any) []map[string]any {
	return maps(f["pre_tokenizer"].(map[string]any)["pretokenizers"])
}

func added(f map[string]any) []map[string]any { return maps(f["added_tokens"]) }

func maps(list any) []map[string]any {
	var out []map[string]any
	for _, p := range list.([]any) {
		out = append(out, p.(map[string]any))
	}
	return out
}

func TestParseReadsBothFormsOfMerges(t *testing.T) {
	pairs := edited(t, func(map[string]any) {})
	strings := edited(t, func(f map[string]any) {
		var out []string
		for _, m := range f["model"].(map[string]any)["merges"].([]any) {
			out = append(out, m.([]any)[0].(string)+" "+m.([]any)[1].(string))
		}
		f["model"].(map[string]any)["merges"] = out
	})
	a, err := Parse(pairs)
	require.NoError(t, err)
	b, err := Parse(strings)
	require.NoError(t, err)
	require.Equal(t, a.bpe.merges, b.bpe.merges)
}

func TestLoadNamesTheFile(t *testing.T) {
	_, err := Load("testdata/none.json")
	require.ErrorContains(t, err, "none.json")
	path := filepath.Join(t.TempDir(), "broken.json")
	require.NoError(t, os.WriteFile(path, []byte("{"), 0o600))
	_, err = Load(path)
	require.ErrorContains(t, err, "broken.json")
}

func FuzzParse(f *testing.F) {
	for _, layout := range layouts {
		data, err := os.ReadFile(filepath.Join("testdata", layout+".json"))
		require.NoError(f, err)
		f.Add(data, "Where is it? 1.9s-3.1s")
	}
	f.Add([]byte(`{"model":{"type":"BPE","vocab":{"a":0},"merges":["a a"]}}`), "")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		tok, err := Parse(data)
		if err != nil {
			return
		}
		ids, err := tok.EncodeText(text)
		if err != nil {
			return
		}
		for _, id := range ids {
			require.Less(t, id, tok.Size())
		}
	})
}

func FuzzEncodeText(f *testing.F) {
	f.Add("Where is the Premature ventricular contraction located in this ECG?")
	f.Add("naïve 'ſ \xf0\x9f <|eot_id|>")
	tok := load(f, "llama3")
	f.Fuzz(func(t *testing.T, text string) {
		ids, err := tok.EncodeText(text)
		require.NoError(t, err)
		require.Equal(t, lossy(text), tok.Decode(ids))
	})
}
