package grammar

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const name = "Atrial premature beat"

// read steps through a text.
func read(g Grammar, text string) (State, bool) {
	var s State
	for i := range len(text) {
		var ok bool
		if s, ok = g.Step(s, text[i]); !ok {
			return s, false
		}
	}
	return s, true
}

func TestReadsAnswers(t *testing.T) {
	for text, want := range map[string]struct{ begins, complete bool }{
		"":                                   {true, false},
		"No " + name + " Found":              {true, true},
		"No " + name + " Found.":             {false, false},
		"No Atrial":                          {true, false},
		"no":                                 {false, false},
		"Duration: 1.9s-3.1s":                {true, true},
		"Duration: 1.9s-3.1s, 6.8s-8.1s":     {true, true},
		"Duration: 1.9s-3.1s, 3.1s-10.0s":    {true, true},
		"Duration: 1.9s-3.1s, ":              {true, false},
		"Duration: 0.0s-10.0s":               {true, true},
		"Duration: 0.0s-10.0s,":              {false, false}, // nothing fits after it
		"Duration: 10":                       {false, false}, // would leave no room for an end
		"Duration: 9.9s-1":                   {true, false},  // 10.0
		"Duration: 9.9s-9":                   {false, false},
		"Duration: 0.0s-10.1":                {false, false},
		"Duration: 01":                       {false, false},
		"Duration: 1.9s-1.9":                 {false, false},
		"Duration: 1.9s-3.1s, 3.0":           {false, false},
		"Duration: .":                        {false, false},
		"Duration: 1.95":                     {false, false},
		"Duration: 1s":                       {false, false},
		"Duration: 1..":                      {false, false},
		"Duration: 99999999999999999999999.": {false, false},
	} {
		g := New(name, 100)
		s, ok := read(g, text)
		require.Equal(t, want.begins, ok, text)
		require.Equal(t, want.complete, ok && g.Complete(s), text)
	}
}

func TestTooShortAClipHoldsNothing(t *testing.T) {
	g := New(name, 0)
	_, ok := read(g, "D")
	require.False(t, ok)
	rest, forced := g.Forced(State{})
	require.True(t, forced)
	require.Equal(t, "No "+name+" Found", rest)
}

// answers lists all answers of at most two spans.
func answers(limit int) []string {
	spans := func(from int) (out []string, ends []int) {
		for a := from; a < limit; a++ {
			for b := a + 1; b <= limit; b++ {
				out = append(out, fmt.Sprintf("%d.%ds-%d.%ds", a/10, a%10, b/10, b%10))
				ends = append(ends, b)
			}
		}
		return out, ends
	}
	all := []string{"No " + name + " Found"}
	first, ends := spans(0)
	for i, one := range first {
		all = append(all, "Duration: "+one)
		more, _ := spans(ends[i])
		for _, two := range more {
			all = append(all, "Duration: "+one+", "+two)
		}
	}
	return all
}

func TestStepsAreExactlyTheBeginningsOfAnswers(t *testing.T) {
	for _, limit := range []int{0, 1, 2, 11} {
		g := New(name, limit)
		begins := map[string]bool{}
		whole := map[string]bool{}
		for _, a := range answers(limit) {
			whole[a] = true
			for i := range len(a) + 1 {
				begins[a[:i]] = true
			}
		}
		for text := range begins {
			s, ok := read(g, text)
			require.True(t, ok, text)
			require.Equal(t, whole[text], g.Complete(s), text)
			for b := byte(' '); b <= '~'; b++ {
				longer := text + string([]byte{b})
				if whole[text] && b == ',' || begins[text] && len(text) > 25 {
					continue // a third span
				}
				_, ok := g.Step(s, b)
				require.Equal(t, begins[longer], ok, "limit %d: %q", limit, longer)
			}
		}
	}
}

func TestFinishEndsEveryBeginning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := New(name, rapid.IntRange(0, 700).Draw(t, "limit"))
		var s State
		for range rapid.IntRange(0, 80).Draw(t, "bytes") {
			var next []State
			for b := range 128 {
				if after, ok := g.Step(s, byte(b)); ok {
					next = append(next, after)
				}
			}
			if len(next) == 0 {
				require.True(t, g.Complete(s))
				break
			}
			s = rapid.SampledFrom(next).Draw(t, "next")
		}
		for rest := g.Finish(s); rest != ""; rest = rest[1:] {
			require.Equal(t, rest, g.Finish(s), "reading Finish leaves the rest of it")
			var ok bool
			s, ok = g.Step(s, rest[0])
			require.True(t, ok)
		}
		require.True(t, g.Complete(s))
	})
}

func TestForcedAndFound(t *testing.T) {
	g := New(name, 100)
	for text, want := range map[string]struct {
		rest                   string
		forced, found, decided bool
	}{
		"":                      {"", false, false, false},
		"N":                     {"o " + name + " Found", true, false, true},
		"No " + name + " Found": {"", true, false, true},
		"Duration":              {"", false, true, true},
		"Duration: 1.9s-3.1s":   {"", false, true, true},
		"Duration: 1.9s-10.0s":  {"", true, true, true},
	} {
		s, ok := read(g, text)
		require.True(t, ok)
		rest, forced := g.Forced(s)
		require.Equal(t, want.forced, forced, text)
		require.Equal(t, want.rest, rest, text)
		found, decided := g.Found(s)
		require.Equal(t, want.decided, decided, text)
		require.Equal(t, want.found, decided && found, text)
	}
}
