package eval

import (
	"math"
	"regexp"
	"strings"
)

// bleu is corpus BLEU (Papineni et al. 2002) of up to 1, 2, 3 and 4 words, as
// sacrebleu has it: one reference, tokens of mteval-v13a, no smoothing. Texts are
// taken as they are written: lower their case before.
func bleu(references, texts []string) [4]float64 {
	const orders = 4
	var matched, written [orders]int
	referenceLength, length := 0, 0
	for i := range texts {
		want, got := tokens13a(references[i]), tokens13a(texts[i])
		referenceLength, length = referenceLength+len(want), length+len(got)
		for n := range orders {
			m, _, w := shared(want, got, n+1)
			matched[n], written[n] = matched[n]+m, written[n]+w
		}
	}
	var out [orders]float64
	brevity := 1.0
	if length < referenceLength {
		brevity = math.Exp(1 - float64(referenceLength)/float64(length))
	}
	logs := 0.0
	for n := range orders {
		if matched[n] == 0 {
			break
		}
		logs += math.Log(float64(matched[n]) / float64(written[n]))
		out[n] = brevity * math.Exp(logs/float64(n+1))
	}
	return out
}

// shared counts the n-grams of words that two texts have in common, each as
// often as both have it, and those of either.
func shared(want, got []string, n int) (common, wanted, gotten int) {
	count := map[string]int{}
	for i := 0; i+n <= len(want); i++ {
		count[strings.Join(want[i:i+n], " ")]++
		wanted++
	}
	for i := 0; i+n <= len(got); i++ {
		gram := strings.Join(got[i:i+n], " ")
		if count[gram] > 0 {
			count[gram]--
			common++
		}
		gotten++
	}
	return common, wanted, gotten
}

// The rules of mteval-v13a: punctuation stands apart but for points and commas
// within numbers; so does a hyphen after a digit.
var rules13a = []struct {
	find    *regexp.Regexp
	replace string
}{
	{regexp.MustCompile("([{-~\\[-` -&(-+:-@/])"), " $1 "},
	{regexp.MustCompile(`([^0-9])([.,])`), "$1 $2 "},
	{regexp.MustCompile(`([.,])([^0-9])`), " $1 $2"},
	{regexp.MustCompile(`([0-9])(-)`), "$1 $2 "},
}

func tokens13a(text string) []string {
	text = " " + text + " "
	for _, rule := range rules13a {
		text = rule.find.ReplaceAllString(text, rule.replace)
	}
	return strings.Fields(text)
}
