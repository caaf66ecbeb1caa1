package tokenizer

import (
	"container/heap"
	"fmt"
)

// bpe merges the bytes of a piece of text into tokens: again and again the
// neighbours whose pair comes first in the list of merges, leftmost first.
type bpe struct {
	bytes  [256]int        // the token of each byte
	merges map[pair]merged // what two neighbours become
	whole  map[string]int  // pieces that are a token at once, if the file says so
}

type pair struct{ left, right int }

type merged struct{ rank, id int }

func newBPE(m bpeFile) (*bpe, error) {
	b := &bpe{merges: make(map[pair]merged, len(m.Merges))}
	for i, r := range runeOf {
		id, ok := m.Vocab[string(r)]
		if !ok {
			return nil, fmt.Errorf("model.vocab has no token for byte 0x%02x", i)
		}
		b.bytes[i] = id
	}
	for rank, pieces := range m.Merges {
		left, okLeft := m.Vocab[pieces[0]]
		right, okRight := m.Vocab[pieces[1]]
		id, ok := m.Vocab[pieces[0]+pieces[1]]
		if !ok || !okLeft || !okRight {
			return nil, fmt.Errorf("model.merges %d: %q is not made of tokens of model.vocab", rank, pieces)
		}
		b.merges[pair{left, right}] = merged{rank, id}
	}
	if m.IgnoreMerges {
		b.whole = make(map[string]int, len(m.Vocab))
		for text, id := range m.Vocab {
			if raw, err := unmap(text); err == nil {
				b.whole[raw] = id
			}
		}
	}
	return b, nil
}

// append appends the tokens of a piece.
func (b *bpe) append(ids []int, piece string) []int {
	if id, ok := b.whole[piece]; ok {
		return append(ids, id)
	}
	w := word{bpe: b, symbols: make([]symbol, len(piece))}
	for i := range len(piece) {
		w.symbols[i] = symbol{id: b.bytes[piece[i]], before: i - 1, after: i + 1}
	}
	for i := range len(piece) {
		w.propose(i)
	}
	for w.candidates.Len() > 0 {
		w.merge(heap.Pop(&w.candidates).(candidate))
	}
	for i := 0; i < len(w.symbols); i = w.symbols[i].after {
		ids = append(ids, w.symbols[i].id)
	}
	return ids
}
