package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Tokenizer turns text into tokens and back. It is safe for concurrent use.
type Tokenizer struct {
	pieces []splitter
	bpe    *bpe
	tokens []token        // by id
	ids    map[string]int // of the added tokens, by their text
	added  []addedToken
}

// token is what an id stands for.
type token struct {
	bytes string
	kind  kind
}

type kind int

const (
	unused  kind = iota
	plain        // made of text
	special      // a mark, no part of any text
)

// Load reads a tokenizer.json.
func Load(path string) (*Tokenizer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read tokenizer: %w", err)
	}
	t, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("read tokenizer %s: %w", path, err)
	}
	return t, nil
}

// Parse reads the contents of a tokenizer.json. What it cannot do exactly as
// the file asks, it refuses.
func Parse(data []byte) (*Tokenizer, error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("not a tokenizer.json: %w", err)
	}
	if len(f.Normalizer) > 0 && string(f.Normalizer) != "null" {
		return nil, errors.New("normalizer is set: not supported")
	}
	if err := f.Model.check(); err != nil {
		return nil, err
	}
	pieces, err := splitters(f.PreTokenizer)
	if err != nil {
		return nil, err
	}
	t := &Tokenizer{pieces: pieces, ids: map[string]int{}}
	if err := t.addVocab(f.Model.Vocab); err != nil {
		return nil, err
	}
	for _, a := range f.AddedTokens {
		if err := t.add(a); err != nil {
			return nil, err
		}
	}
	if t.bpe, err = newBPE(f.Model); err != nil {
		return nil, err
	}
	return t, nil
}

// mostTokens bounds ids, so that a damaged file cannot ask for all the memory.
const mostTokens = 1 << 22

func (t *Tokenizer) addVocab(vocab map[string]int) error {
	for text, id := range vocab {
		raw, err := unmap(text)
		if err != nil {
			// An added token may be listed here as well, as it is written.
			raw = text
		}
		if err := t.put(id, token{raw, plain}); err != nil {
			return fmt.Errorf("model.vocab: token %q: %w", text, err)
		}
	}
	return nil
}

func (t *Tokenizer) add(a addedToken) error {
	if a.Content == "" || a.SingleWord || a.LStrip || a.RStrip {
		return fmt.Errorf("added_tokens: %q is empty or has single_word, lstrip or rstrip set: not supported", a.Content)
	}
	k := plain
	if a.Special {
		k = special
	}
	if a.ID >= 0 && a.ID < len(t.tokens) {
		t.tokens[a.ID] = token{} // listed in the vocabulary too
	}
	if err := t.put(a.ID, token{a.Content, k}); err != nil {
		return fmt.Errorf("added_tokens: %q: %w", a.Content, err)
	}
	t.ids[a.Content] = a.ID
	t.added = append(t.added, a)
	return nil
}

func (t *Tokenizer) put(id int, tok token) error {
	if id < 0 || id >= mostTokens {
		return fmt.Errorf("id %d is out of range", id)
	}
	for id >= len(t.tokens) {
		t.tokens = append(t.tokens, token{})
	}
	if t.tokens[id].kind != unused {
		return fmt.Errorf("id %d is taken by another token", id)
	}
	t.tokens[id] = tok
	return nil
}

// Size is the highest id plus one: a model's vocabulary must be as large.
func (t *Tokenizer) Size() int { return len(t.tokens) }

// ID finds an added token, such as <|eot_id|>, by its text.
func (t *Tokenizer) ID(text string) (int, bool) {
	id, ok := t.ids[text]
	return id, ok
}

// Bytes gives the bytes that a token adds to a text; false for special tokens
// and for ids that are none. They need not be whole characters.
func (t *Tokenizer) Bytes(id int) (string, bool) {
	if id < 0 || id >= len(t.tokens) || t.tokens[id].kind != plain {
		return "", false
	}
	return t.tokens[id].bytes, true
}

// Decode gives the text of tokens. Special tokens are left out; bytes that
// are no UTF-8 become U+FFFD.
func (t *Tokenizer) Decode(ids []int) string {
	var b strings.Builder
	for _, id := range ids {
		text, _ := t.Bytes(id)
		b.WriteString(text)
	}
	return lossy(b.String())
}
