package eval

import (
	"slices"
	"strings"
)

// ReportScore is how near reports come to the expert's. Reports are compared in
// lower case and without the "Report:" that they begin with.
type ReportScore struct {
	Questions int `json:"questions"`
	TextScore
	Labels LabelScore `json:"labels"`
	// Commonest is the expert's most frequent report, given to every question.
	Commonest struct {
		Answer string `json:"answer"`
		TextScore
	} `json:"commonest_answer"`
}

// TextScore compares wordings, 0 to 1.
type TextScore struct {
	// BLEU of up to one, two, three and four words.
	BLEU  [4]float64 `json:"bleu"`
	ROUGE ROUGE      `json:"rouge"`
}

// LabelScore tells how well the labels that hold can be told from the reports.
type LabelScore struct {
	// Similarity names the measure: a label's score in a report is its greatest
	// similarity with any of the report's items.
	Similarity string `json:"similarity"`
	// MacroAUC is the mean area under the ROC curve over Labels; 0 without any.
	MacroAUC float64    `json:"macro_auc"`
	Labels   []LabelAUC `json:"each"`
}

// LabelAUC is the area under the ROC curve of one label.
type LabelAUC struct {
	Label string  `json:"label"`
	With  int     `json:"with"` // ECGs that it holds of; of none or all there is no area
	AUC   float64 `json:"auc"`
}

// Reports scores reports.
func Reports(answers []Answer) ReportScore {
	s := ReportScore{Questions: len(answers)}
	s.TextScore = textScore(answers)
	s.Commonest.Answer, _ = commonest(answers)
	constant := slices.Clone(answers)
	for i := range constant {
		constant[i].Prediction = s.Commonest.Answer
	}
	s.Commonest.TextScore = textScore(constant)
	s.Labels = labelScore(answers)
	return s
}

func textScore(answers []Answer) TextScore {
	var truths, predictions []string
	for _, a := range answers {
		truths, predictions = append(truths, findings(a.Truth)), append(predictions, findings(a.Prediction))
	}
	return TextScore{BLEU: bleu(truths, predictions), ROUGE: rouge(truths, predictions)}
}

// findings is a report in lower case without its beginning.
func findings(report string) string {
	return strings.TrimSpace(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(report)), "report:"))
}

func labelScore(answers []Answer) LabelScore {
	s := LabelScore{Similarity: similarityName}
	holds := make([][]string, len(answers))
	var labels []string
	for i, a := range answers {
		if holds[i] = items(findings(a.Truth)); a.Labels != nil {
			holds[i] = items(strings.Join(a.Labels, ","))
		}
		labels = append(labels, holds[i]...)
	}
	slices.Sort(labels)
	labels = slices.Compact(labels)
	scores := make([]map[string]float64, len(answers))
	measure := newSimilarity(labels)
	for i, a := range answers {
		scores[i] = measure.greatest(items(findings(a.Prediction)))
	}
	for _, label := range labels {
		var with, without []float64
		for i := range answers {
			if slices.Contains(holds[i], label) {
				with = append(with, scores[i][label])
			} else {
				without = append(without, scores[i][label])
			}
		}
		if len(with) > 0 && len(without) > 0 {
			s.Labels = append(s.Labels, LabelAUC{label, len(with), auc(with, without)})
			s.MacroAUC += s.Labels[len(s.Labels)-1].AUC
		}
	}
	s.MacroAUC /= max(float64(len(s.Labels)), 1)
	return s
}

// auc is the area under the ROC curve: the probability that one of those with a
// label scores higher than one of those without; a tie counts half.
func auc(with, without []float64) float64 {
	sum := 0.0
	for _, a := range with {
		for _, b := range without {
			switch {
			case a > b:
				sum++
			case a == b:
				sum += 0.5
			}
		}
	}
	return sum / float64(len(with)*len(without))
}
