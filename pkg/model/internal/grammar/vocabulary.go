package grammar

import (
	"slices"
	"strings"
)

// Vocabulary holds the texts of those tokens of a model that can be part of an
// answer, as a tree of bytes. It is safe for concurrent use.
type Vocabulary struct {
	root *node
	// single: every character of an answer is a token of its own, so that an
	// answer can always be written with as many tokens as it has bytes.
	single bool
}

type node struct {
	bytes []byte  // in order
	next  []*node // after each of the bytes
	ids   []int   // tokens that end here
}

// timing are the characters of a list of spans.
const timing = "0123456789.s-, "

// NewVocabulary reads size tokens for answers about the conditions (their
// names as in answers). text gives the bytes of a token, false for one that
// adds nothing to a text.
func NewVocabulary(size int, text func(id int) (string, bool), conditions []string) *Vocabulary {
	v := &Vocabulary{root: &node{}, single: true}
	answers := make([]string, 0, len(conditions))
	for _, c := range conditions {
		answers = append(answers, New(c, 0).none)
	}
	for id := range size {
		if t, ok := text(id); ok && t != "" && partOf(answers, t) {
			v.root.add(t, id)
		}
	}
	for _, b := range []byte(head + timing + strings.Join(answers, "")) {
		n := v.root.after(b)
		v.single = v.single && n != nil && len(n.ids) > 0
	}
	return v
}

// partOf tells whether a token may occur in an answer; it may err on the side
// of yes.
func partOf(answers []string, token string) bool {
	if strings.Contains(head, strings.TrimRight(token, timing)) {
		return true
	}
	return slices.ContainsFunc(answers, func(a string) bool { return strings.Contains(a, token) })
}

func (n *node) add(text string, id int) {
	for i := range len(text) {
		at, found := slices.BinarySearch(n.bytes, text[i])
		if !found {
			n.bytes = slices.Insert(n.bytes, at, text[i])
			n.next = slices.Insert(n.next, at, &node{})
		}
		n = n.next[at]
	}
	n.ids = append(n.ids, id)
}

func (n *node) after(b byte) *node {
	at, found := slices.BinarySearch(n.bytes, b)
	if !found {
		return nil
	}
	return n.next[at]
}

// Candidate is a token that keeps an answer readable.
type Candidate struct {
	ID    int
	State State // after it
}

// Candidates appends to out the tokens that may follow in state s such that
// the answer can still be finished with budget tokens, this one included. As
// long as Needs is within the budget there is at least one, unless the answer
// is complete.
func (v *Vocabulary) Candidates(out []Candidate, g Grammar, s State, budget int) []Candidate {
	return v.walk(out, v.root, g, s, budget)
}

func (v *Vocabulary) walk(out []Candidate, n *node, g Grammar, s State, budget int) []Candidate {
	for i, b := range n.bytes {
		after, ok := g.Step(s, b)
		if !ok {
			continue
		}
		child := n.next[i]
		if len(child.ids) > 0 && v.fits(g, after, budget-1) {
			for _, id := range child.ids {
				out = append(out, Candidate{id, after})
			}
		}
		out = v.walk(out, child, g, after, budget)
	}
	return out
}

func (v *Vocabulary) fits(g Grammar, s State, budget int) bool {
	if v.single && len(g.Finish(s)) <= budget {
		return true
	}
	needs, ok := v.Needs(g, s)
	return ok && needs <= budget
}

// Needs is how many tokens finish the answer from state s; false when the
// vocabulary cannot write the rest.
func (v *Vocabulary) Needs(g Grammar, s State) (int, bool) {
	text := g.Finish(s)
	// needs[i] is the least number of tokens that write text[i:], -1 for none.
	needs := make([]int, len(text)+1)
	for i := len(text) - 1; i >= 0; i-- {
		needs[i] = -1
		n := v.root
		for j := i; j < len(text); j++ {
			if n = n.after(text[j]); n == nil {
				break
			}
			if rest := needs[j+1]; len(n.ids) > 0 && rest >= 0 && (needs[i] < 0 || rest+1 < needs[i]) {
				needs[i] = rest + 1
			}
		}
	}
	return needs[0], needs[0] >= 0
}
