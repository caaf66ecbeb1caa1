package tokenizer

import "strings"

// Encode gives the tokens of a text in which special tokens, written out,
// count as such: for templates, never for what a person typed.
func (t *Tokenizer) Encode(text string) ([]int, error) {
	return t.encode(text, func(addedToken) bool { return true })
}

// EncodeText gives the tokens of a plain text: "<|eot_id|>" in it is seven
// characters and more, not the end of a turn.
func (t *Tokenizer) EncodeText(text string) ([]int, error) {
	return t.encode(text, func(a addedToken) bool { return !a.Special })
}

func (t *Tokenizer) encode(text string, known func(addedToken) bool) ([]int, error) {
	text = lossy(text)
	var ids []int
	for text != "" {
		at, mark, found := t.nextAdded(text, known)
		if !found {
			at = len(text)
		}
		more, err := t.encodePlain(text[:at])
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
		if !found {
			break
		}
		ids = append(ids, mark.ID)
		text = text[at+len(mark.Content):]
	}
	return ids, nil
}

// nextAdded finds the first added token in a text, the longest of those that
// begin at the same place.
func (t *Tokenizer) nextAdded(text string, known func(addedToken) bool) (at int, mark addedToken, found bool) {
	for _, a := range t.added {
		if !known(a) {
			continue
		}
		i := strings.Index(text, a.Content)
		if i < 0 {
			continue
		}
		if !found || i < at || i == at && len(a.Content) > len(mark.Content) {
			at, mark, found = i, a, true
		}
	}
	return at, mark, found
}

func (t *Tokenizer) encodePlain(text string) ([]int, error) {
	if text == "" {
		return nil, nil
	}
	pieces := []string{text}
	for _, split := range t.pieces {
		var err error
		if pieces, err = split(pieces); err != nil {
			return nil, err
		}
	}
	var ids []int
	for _, piece := range pieces {
		ids = t.bpe.append(ids, piece)
	}
	return ids, nil
}
