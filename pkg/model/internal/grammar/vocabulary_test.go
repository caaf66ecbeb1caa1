package grammar

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holterd/holter/pkg/localize"
)

// vocabulary of the texts, each the token of its index.
func vocabulary(texts []string) *Vocabulary {
	return NewVocabulary(len(texts), func(id int) (string, bool) { return texts[id], texts[id] != "" }, []string{name})
}

var letters = func() (out []string) {
	for b := byte(0); b < 128; b++ {
		out = append(out, string([]byte{b}))
	}
	return out
}()

var words = []string{
	"", "No", " Atrial", " premature", " beat", " Found", "Duration", ":", " ", " 1", " 6", ".9", ".8", "s-", "s,", "3",
	".1", "8", "s", "0", ".0", "10", ", ", ": 1.9s-", "s, 4", "é",
}

// write chooses tokens until the answer is complete and the chooser, shown an
// extra choice then, takes it.
func write(v *Vocabulary, g Grammar, budget int, text func(int) string, choose func(n int) int) (string, int) {
	var s State
	var out strings.Builder
	used := 0
	for {
		found := v.Candidates(nil, g, s, budget-used)
		choices := len(found)
		if g.Complete(s) {
			choices++
		}
		if choices == 0 {
			return out.String(), used
		}
		i := choose(choices)
		if i == len(found) {
			return out.String(), used
		}
		out.WriteString(text(found[i].ID))
		s = found[i].State
		used++
	}
}

func TestAnyChoiceOfTokensIsReadable(t *testing.T) {
	for label, texts := range map[string][]string{"letters": letters, "words": words, "both": slices.Concat(letters, words)} {
		t.Run(label, func(t *testing.T) {
			v := vocabulary(texts)
			rapid.Check(t, func(t *rapid.T) {
				g := New(name, rapid.IntRange(0, 600).Draw(t, "limit"))
				needs, ok := v.Needs(g, State{})
				require.True(t, ok)
				budget := rapid.IntRange(needs, 90).Draw(t, "budget")
				text, used := write(v, g, budget, func(id int) string { return texts[id] }, func(n int) int {
					return rapid.IntRange(0, n-1).Draw(t, "choice")
				})
				requireReadable(t, g, text)
				require.LessOrEqual(t, used, budget)
			})
		})
	}
}

// requireReadable: the answer parses, in order and within the clip.
func requireReadable(t require.TestingT, g Grammar, text string) {
	spans, err := localize.Parse(text)
	require.NoError(t, err)
	if !strings.HasPrefix(text, "Duration") {
		require.Equal(t, "No "+name+" Found", text)
		return
	}
	require.NotEmpty(t, spans)
	require.LessOrEqual(t, spans[len(spans)-1].End, float64(g.limit)/10+1e-9)
	last := -1.0
	for span := range strings.SplitSeq(strings.TrimPrefix(text, "Duration: "), ", ") {
		one, err := localize.Parse("Duration: " + span)
		require.NoError(t, err)
		require.GreaterOrEqual(t, one[0].Start, last)
		last = one[0].End
	}
}

func TestNeeds(t *testing.T) {
	g := New(name, 100)
	needs, ok := vocabulary(words).Needs(g, State{})
	require.True(t, ok)
	require.Equal(t, 5, needs, "No| Atrial| premature| beat| Found")
	needs, ok = vocabulary(letters).Needs(g, State{})
	require.True(t, ok)
	require.Equal(t, len("No "+name+" Found"), needs)
	_, ok = vocabulary([]string{"N", "o"}).Needs(g, State{})
	require.False(t, ok)
}

func TestNoTokensLeftButThoseOfNo(t *testing.T) {
	v := vocabulary(words)
	g := New(name, 100)
	found := v.Candidates(nil, g, State{}, 5)
	require.Equal(t, []Candidate{{ID: 1, State: State{part: none, at: 2}}}, found, "a span needs more tokens than five")
	require.Empty(t, v.Candidates(nil, g, State{}, 4))
	require.Len(t, v.Candidates(nil, g, State{}, 9), 2)
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte{0}, uint16(100), uint8(40))
	f.Add([]byte{1, 0, 0, 2, 3, 4, 5, 6, 7, 8, 9}, uint16(600), uint8(12))
	v := vocabulary(slices.Concat(letters, words))
	texts := slices.Concat(letters, words)
	f.Fuzz(func(t *testing.T, choices []byte, limit uint16, budget uint8) {
		g := New(name, int(limit))
		if needs, _ := v.Needs(g, State{}); int(budget) < needs {
			return
		}
		text, used := write(v, g, int(budget), func(id int) string { return texts[id] }, func(n int) int {
			if len(choices) == 0 {
				return n - 1
			}
			c := int(choices[0]) % n
			choices = choices[1:]
			return c
		})
		requireReadable(t, g, text)
		require.LessOrEqual(t, used, int(budget))
	})
}
