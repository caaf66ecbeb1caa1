package eval

import "io"

// GrossEpisodes sums the scores of several records.
func GrossEpisodes(records [][]EpisodeScore) []EpisodeScore {
	var out []EpisodeScore
	for _, kind := range EpisodeKinds {
		sum := EpisodeScore{Kind: kind}
		for _, s := range ofKind(records, kind) {
			sum.Sensitivity = sum.Sensitivity.plus(s.Sensitivity)
			sum.Predictivity = sum.Predictivity.plus(s.Predictivity)
			sum.Time.Sensitivity = sum.Time.Sensitivity.plus(s.Time.Sensitivity)
			sum.Time.Predictivity = sum.Time.Predictivity.plus(s.Time.Predictivity)
		}
		if sum.Sensitivity.Of+sum.Predictivity.Of > 0 {
			out = append(out, sum)
		}
	}
	return out
}

// EpisodeMeans are means over records; a record without such an episode does not
// count.
type EpisodeMeans struct {
	Kind         string `json:"kind"`
	Sensitivity  Mean   `json:"sensitivity"`
	Predictivity Mean   `json:"positive_predictivity"`
	Time         struct {
		Sensitivity  Mean `json:"sensitivity"`
		Predictivity Mean `json:"positive_predictivity"`
	} `json:"duration"`
}

// MeanEpisodes averages the scores of several records.
func MeanEpisodes(records [][]EpisodeScore) []EpisodeMeans {
	var out []EpisodeMeans
	for _, kind := range EpisodeKinds {
		scores := ofKind(records, kind)
		if len(scores) == 0 {
			continue
		}
		m := EpisodeMeans{Kind: kind}
		for _, s := range scores {
			m.Sensitivity.Add(s.Sensitivity)
			m.Predictivity.Add(s.Predictivity)
			m.Time.Sensitivity.AddTime(s.Time.Sensitivity)
			m.Time.Predictivity.AddTime(s.Time.Predictivity)
		}
		out = append(out, m)
	}
	return out
}

func ofKind(records [][]EpisodeScore, kind string) []EpisodeScore {
	var out []EpisodeScore
	for _, record := range records {
		for _, s := range record {
			if s.Kind == kind {
				out = append(out, s)
			}
		}
	}
	return out
}

func (r Ratio) plus(o Ratio) Ratio { return Ratio{r.Part + o.Part, r.Of + o.Of} }

func (r TimeRatio) plus(o TimeRatio) TimeRatio { return TimeRatio{r.Part + o.Part, r.Of + o.Of} }

// PrintEpisodes writes gross and average scores for people.
func PrintEpisodes(w io.Writer, gross []EpisodeScore, means []EpisodeMeans) error {
	var g grid
	g.add("kind", "", "expert's", "found", "Se", "+P", "expert's s", "found s", "duration Se", "duration +P")
	for i, s := range gross {
		g.addf("%s\tgross\t%d\t%d\t%v\t%v\t%.0f\t%.0f\t%v\t%v", s.Kind, s.Sensitivity.Of, s.Predictivity.Of, s.Sensitivity, s.Predictivity,
			s.Time.Sensitivity.Of, s.Time.Predictivity.Of, s.Time.Sensitivity, s.Time.Predictivity)
		m := means[i]
		g.addf("\taverage\t\t\t%v\t%v\t\t\t%v\t%v", m.Sensitivity, m.Predictivity, m.Time.Sensitivity, m.Time.Predictivity)
	}
	return g.print(w, Plain)
}
