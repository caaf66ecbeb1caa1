package eval

import (
	"slices"
	"strings"
)

// ExactScore is the share of questions whose answer says what the expert's does.
//
// Answers are compared in lower case, without space at their ends, as sets: both
// are cut at commas, and neither order nor repetition counts.
type ExactScore struct {
	ExactShare
	// TextScore is for answers in whole sentences, which hardly ever match.
	TextScore
	Kinds []ExactKind `json:"kinds,omitempty"`
}

// ExactShare is a share of questions, beside what a constant answer gets.
type ExactShare struct {
	Questions  int     `json:"questions"`
	ExactMatch float64 `json:"exact_match"`
	// Commonest is the expert's most frequent answer, given to every question.
	Commonest ConstantText `json:"commonest_answer"`
}

// ConstantText is a text given as the answer to every question.
type ConstantText struct {
	Answer     string  `json:"answer"`
	ExactMatch float64 `json:"exact_match"`
}

// ExactKind is the score of the questions of one sort.
type ExactKind struct {
	Kind string `json:"kind"`
	ExactShare
}

// Exact scores answers by exact match; by kind where questions have one.
func Exact(answers []Answer) ExactScore {
	s := ExactScore{ExactShare: exactShare(answers), TextScore: textScore(answers)}
	kinds, byKind := group(answers)
	for _, kind := range kinds {
		if kind != "" {
			s.Kinds = append(s.Kinds, ExactKind{kind, exactShare(byKind[kind])})
		}
	}
	return s
}

func exactShare(answers []Answer) ExactShare {
	text, given := commonest(answers)
	matches := 0
	for _, a := range answers {
		if same(a.Truth, a.Prediction) {
			matches++
		}
	}
	n := float64(len(answers))
	return ExactShare{len(answers), float64(matches) / n, ConstantText{text, float64(given) / n}}
}

// commonest is the expert's most frequent answer (as it is first written; of
// equally frequent ones the first in the alphabet), and how often it is given.
func commonest(answers []Answer) (text string, n int) {
	count, written := map[string]int{}, map[string]string{}
	for _, a := range answers {
		key := strings.Join(items(a.Truth), ",")
		count[key]++
		if count[key] == 1 {
			written[key] = a.Truth
		}
	}
	best := ""
	for key, c := range count {
		if c > n || c == n && key < best {
			best, n = key, c
		}
	}
	return written[best], n
}

func same(truth, answer string) bool { return slices.Equal(items(truth), items(answer)) }

// items are the parts of an answer: in lower case, each once, in order of the
// alphabet.
func items(answer string) []string {
	var out []string
	for part := range strings.SplitSeq(strings.ToLower(answer), ",") {
		if part = strings.Join(strings.Fields(part), " "); part != "" {
			out = append(out, part)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
