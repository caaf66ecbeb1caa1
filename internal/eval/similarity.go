package eval

import (
	"math"
	"strings"
)

// The n-grams that texts are taken for.
const shortestGram, longestGram = 2, 4

const similarityName = "TF-IDF cosine over character n-grams (2 to 4, within words)"

// similarity compares texts with labels by their n-grams of characters. The
// paper compares text embeddings; these need no model and no download, but see
// likeness of spelling, not of meaning.
//
// A text is the counts of the n-grams of its words, each word with a space on
// either side, times ln((1+N)/(1+df))+1 with N labels, df of which hold the
// n-gram; similarity is the cosine of two such vectors.
type similarity struct {
	labels  []string
	df      map[string]int
	vectors []map[string]float64 // of the labels
}

func newSimilarity(labels []string) *similarity {
	s := &similarity{labels: labels, df: map[string]int{}}
	for _, label := range labels {
		for gram := range grams(label) {
			s.df[gram]++
		}
	}
	for _, label := range labels {
		s.vectors = append(s.vectors, s.vector(label))
	}
	return s
}

// greatest gives each label's greatest similarity with any of the texts.
func (s *similarity) greatest(texts []string) map[string]float64 {
	out := map[string]float64{}
	for _, text := range texts {
		v := s.vector(text)
		for i, label := range s.labels {
			out[label] = max(out[label], dot(v, s.vectors[i]))
		}
	}
	return out
}

// vector is the text's, of length 1.
func (s *similarity) vector(text string) map[string]float64 {
	v := grams(text)
	sum := 0.0
	for gram := range v {
		v[gram] *= math.Log(float64(1+len(s.labels))/float64(1+s.df[gram])) + 1
		sum += v[gram] * v[gram]
	}
	for gram := range v {
		v[gram] /= math.Sqrt(sum)
	}
	return v
}

// grams counts the n-grams of a text.
func grams(text string) map[string]float64 {
	out := map[string]float64{}
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		runes := []rune(" " + word + " ")
		for n := shortestGram; n <= longestGram; n++ {
			for from := 0; from+n <= len(runes); from++ {
				out[string(runes[from:from+n])]++
			}
		}
	}
	return out
}

// dot is rounded, so that the order in which a map is read makes no difference.
func dot(a, b map[string]float64) float64 {
	sum := 0.0
	for gram, x := range a {
		sum += x * b[gram]
	}
	const digits = 1e12
	return math.Round(sum*digits) / digits
}
