package tokenizer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// splitter cuts a text into the pieces within which tokens are merged.
type splitter func(pieces []string) ([]string, error)

// bytePattern is how a ByteLevel pre-tokenizer splits with use_regex, GPT-2's
// way.
const bytePattern = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

type preTokenizer struct {
	Type           string            `json:"type"`
	PreTokenizers  []json.RawMessage `json:"pretokenizers"`
	Pattern        pattern           `json:"pattern"`
	Behavior       string            `json:"behavior"`
	Invert         bool              `json:"invert"`
	AddPrefixSpace bool              `json:"add_prefix_space"`
	UseRegex       *bool             `json:"use_regex"`
}

type pattern struct {
	Regex  string `json:"Regex"`
	String string `json:"String"`
}

// splitters reads a pre_tokenizer. It must contain ByteLevel, last.
func splitters(raw json.RawMessage) ([]splitter, error) {
	flat, err := flatten(raw)
	if err != nil {
		return nil, err
	}
	if len(flat) == 0 || flat[len(flat)-1].Type != "ByteLevel" {
		return nil, errors.New("pre_tokenizer does not end with ByteLevel: not byte-level BPE")
	}
	var out []splitter
	for i, p := range flat {
		s, err := p.splitter()
		if err != nil {
			return nil, fmt.Errorf("pre_tokenizer %d (%s): %w", i+1, p.Type, err)
		}
		if s != nil {
			out = append(out, s)
		}
	}
	return out, nil
}

func flatten(raw json.RawMessage) ([]preTokenizer, error) {
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil, nil
	}
	var p preTokenizer
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, fmt.Errorf("pre_tokenizer: %w", err)
	}
	if p.Type != "Sequence" {
		return []preTokenizer{p}, nil
	}
	var out []preTokenizer
	for _, part := range p.PreTokenizers {
		more, err := flatten(part)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

func (p preTokenizer) splitter() (splitter, error) {
	switch {
	case p.Type == "ByteLevel" && p.AddPrefixSpace:
		return nil, errors.New("add_prefix_space is not supported")
	case p.Type == "ByteLevel" && p.UseRegex != nil && !*p.UseRegex:
		return nil, nil
	case p.Type == "ByteLevel":
		return isolate(bytePattern)
	case p.Type != "Split":
		return nil, errors.New("not supported, want Split or ByteLevel")
	case p.Pattern.Regex == "" && p.Pattern.String == "":
		return nil, errors.New("no pattern")
	case p.Behavior != "Isolated":
		return nil, fmt.Errorf("behavior %q is not supported, want Isolated", p.Behavior)
	case p.Pattern.Regex != "":
		return isolate(p.Pattern.Regex)
	}
	return isolate(regexp2.Escape(p.Pattern.String))
}

// longS makes a pattern's "any case of 's" match 'ſ too: to Unicode, and so to
// the reference library, ſ is a lower case of S, to regexp2 it is not.
var longS = strings.NewReplacer("(?i:'s|", "(?i:'[sſ]|")

// patience bounds a pattern that backtracks without end on some text.
const patience = 2 * time.Second

// isolate cuts so that every match of the pattern is a piece of its own, and
// so is what lies between two matches.
func isolate(pattern string) (splitter, error) {
	re, err := regexp2.Compile(longS.Replace(pattern), regexp2.None)
	if err != nil {
		return nil, fmt.Errorf("pattern: %w", err)
	}
	re.MatchTimeout = patience
	return func(pieces []string) ([]string, error) {
		var out []string
		for _, piece := range pieces {
			runes := []rune(piece)
			done := 0
			m, err := re.FindRunesMatch(runes)
			for ; m != nil && err == nil; m, err = re.FindNextMatch(m) {
				out = appendPiece(out, runes[done:m.Index])
				out = appendPiece(out, runes[m.Index:m.Index+m.Length])
				done = m.Index + m.Length
			}
			if err != nil {
				return nil, fmt.Errorf("split text: %w", err)
			}
			out = appendPiece(out, runes[done:])
		}
		return out, nil
	}, nil
}

func appendPiece(pieces []string, piece []rune) []string {
	if len(piece) == 0 {
		return pieces
	}
	return append(pieces, string(piece))
}
