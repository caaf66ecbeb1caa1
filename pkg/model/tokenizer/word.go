package tokenizer

import (
	"cmp"
	"container/heap"
)

// word is a piece of text on its way from bytes to tokens: a list of symbols,
// and the neighbours that could be merged. Its time grows with n·log n, so that
// a long run of letters does not take for ever.
type word struct {
	bpe        *bpe
	symbols    []symbol
	candidates candidates
}

// symbol is one token so far; before and after are the indices of its
// neighbours, outside the list where there is none.
type symbol struct {
	id            int
	before, after int
}

// candidate is a pair of neighbours that may be merged, as it was when it was
// found.
type candidate struct {
	merged
	at   int // index of the left one
	pair pair
}

// propose looks whether a symbol can be merged with the one after it.
func (w *word) propose(at int) {
	if at < 0 || w.symbols[at].after >= len(w.symbols) {
		return
	}
	p := pair{w.symbols[at].id, w.symbols[w.symbols[at].after].id}
	if m, ok := w.bpe.merges[p]; ok {
		heap.Push(&w.candidates, candidate{m, at, p})
	}
}

// gone marks a symbol that was merged into the one before it.
const gone = -1

// merge merges a pair, unless one of the two has changed meanwhile.
func (w *word) merge(c candidate) {
	left := &w.symbols[c.at]
	if left.id != c.pair.left || left.after >= len(w.symbols) || w.symbols[left.after].id != c.pair.right {
		return
	}
	right := &w.symbols[left.after]
	left.id, left.after = c.id, right.after
	right.id = gone
	if left.after < len(w.symbols) {
		w.symbols[left.after].before = c.at
	}
	w.propose(left.before)
	w.propose(c.at)
}

// candidates is a heap: the merge that comes first in the file, and of the
// same merges the leftmost.
type candidates []candidate

func (c candidates) Len() int      { return len(c) }
func (c candidates) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *candidates) Push(x any)   { *c = append(*c, x.(candidate)) }

func (c candidates) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(c[i].rank, c[j].rank), cmp.Compare(c[i].at, c[j].at)) < 0
}

func (c *candidates) Pop() any {
	last := len(*c) - 1
	x := (*c)[last]
	*c = (*c)[:last]
	return x
}
