package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
)

// file is the part of a tokenizer.json that decides about tokens. Truncation,
// padding and the post-processor concern whole prompts, which pkg/model builds
// itself, so they are not read.
type file struct {
	AddedTokens  []addedToken    `json:"added_tokens"`
	Normalizer   json.RawMessage `json:"normalizer"`
	PreTokenizer json.RawMessage `json:"pre_tokenizer"`
	Model        bpeFile         `json:"model"`
}

type addedToken struct {
	ID         int    `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Special    bool   `json:"special"`
}

type bpeFile struct {
	Type         string         `json:"type"`
	Dropout      *float64       `json:"dropout"`
	UnkToken     *string        `json:"unk_token"`
	Prefix       *string        `json:"continuing_subword_prefix"`
	Suffix       *string        `json:"end_of_word_suffix"`
	ByteFallback bool           `json:"byte_fallback"`
	IgnoreMerges bool           `json:"ignore_merges"`
	Vocab        map[string]int `json:"vocab"`
	Merges       []merge        `json:"merges"`
}

// check refuses what this package does not do.
func (b bpeFile) check() error {
	empty := func(s *string) bool { return s == nil || *s == "" }
	switch {
	case b.Type != "BPE" && b.Type != "":
		return fmt.Errorf("model.type is %q, want BPE", b.Type)
	case b.Dropout != nil && *b.Dropout != 0:
		return errors.New("model.dropout is set: tokens would be random")
	case !empty(b.Prefix):
		return errors.New("model.continuing_subword_prefix is set: not byte-level BPE")
	case !empty(b.Suffix):
		return errors.New("model.end_of_word_suffix is set: not byte-level BPE")
	case b.ByteFallback:
		return errors.New("model.byte_fallback is set: not byte-level BPE")
	case len(b.Vocab) == 0:
		return errors.New("model.vocab is empty")
	}
	return nil
}

// merge is a pair of tokens that becomes one; the file writes it as a string
// "a b" or as a list of two.
type merge [2]string

func (m *merge) UnmarshalJSON(data []byte) error {
	var pair []string
	if err := json.Unmarshal(data, &pair); err == nil {
		if len(pair) != 2 {
			return fmt.Errorf("merge %s is not a pair", data)
		}
		*m = merge(pair)
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("merge %s is neither a string nor a pair", data)
	}
	for i := range text {
		if i > 0 && text[i] == ' ' {
			*m = merge{text[:i], text[i+1:]}
			return nil
		}
	}
	return fmt.Errorf("merge %q is not two tokens with a space between", text)
}
