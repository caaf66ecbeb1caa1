package eval

import (
	"regexp"
	"strings"
)

// ROUGE is the F1 of common words, common pairs of words, and the longest common
// subsequence of words (Lin 2004), each a mean over the texts.
type ROUGE struct {
	One float64 `json:"1"`
	Two float64 `json:"2"`
	L   float64 `json:"l"`
}

// rouge scores as Google's rouge-score does without stemming: words are runs of
// a-z and 0-9 in lower case.
func rouge(references, texts []string) ROUGE {
	var sum ROUGE
	for i := range texts {
		want, got := words(references[i]), words(texts[i])
		sum.One += f1(shared(want, got, 1))
		sum.Two += f1(shared(want, got, 2))
		sum.L += f1(subsequence(want, got), len(want), len(got))
	}
	n := float64(len(texts))
	return ROUGE{sum.One / n, sum.Two / n, sum.L / n}
}

func f1(common, wanted, gotten int) float64 {
	if common == 0 {
		return 0
	}
	return 2 * float64(common) / float64(wanted+gotten)
}

var noWord = regexp.MustCompile(`[^a-z0-9]+`)

func words(text string) []string {
	return strings.Fields(noWord.ReplaceAllString(strings.ToLower(text), " "))
}

// subsequence is the length of the longest one that both have.
func subsequence(a, b []string) int {
	row := make([]int, len(b)+1) // of the words of a so far
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}
