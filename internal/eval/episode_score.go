package eval

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// EpisodeScore compares episodes as AAMI EC57 lays down. An episode of a rhythm
// is matched when it overlaps one of the other side. An ST episode is matched
// when half of it overlaps, or when its extreme lies in one of the other side.
type EpisodeScore struct {
	Kind string `json:"kind"`
	// Sensitivity is the share of the expert's episodes that are matched,
	// Predictivity that of the found ones.
	Sensitivity  Ratio `json:"sensitivity"`
	Predictivity Ratio `json:"positive_predictivity"`
	// Time is the shares of the time that the episodes last.
	Time struct {
		Sensitivity  TimeRatio `json:"sensitivity"`
		Predictivity TimeRatio `json:"positive_predictivity"`
	} `json:"duration"`
}

// TimeRatio is a share of a time, in seconds.
type TimeRatio struct {
	Part float64 `json:"part_s"`
	Of   float64 `json:"of_s"`
}

// Value returns the share, 0 of nothing.
func (r TimeRatio) Value() float64 { return r.Part / max(r.Of, 1e-9) }

// String is the share in percent, a dash of nothing.
func (r TimeRatio) String() string {
	if r.Of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", 100*r.Value())
}

// CompareEpisodes compares two annotations of a record of some samples (0: up to
// the last annotation), from the time after on, for each of EpisodeKinds that
// either has.
func CompareEpisodes(reference, test []ecg.Annotation, rate float64, after time.Duration, samples int64) []EpisodeScore {
	if samples == 0 {
		for _, a := range slices.Concat(reference, test) {
			samples = max(samples, a.Sample)
		}
	}
	var out []EpisodeScore
	for _, kind := range EpisodeKinds {
		from := sampleAt(after, rate)
		want, got := Episodes(reference, kind, from, samples), Episodes(test, kind, from, samples)
		if len(want)+len(got) > 0 {
			out = append(out, compareEpisodes(kind, want, got, rate))
		}
	}
	return out
}

func compareEpisodes(kind string, want, got []Episode, rate float64) EpisodeScore {
	s := EpisodeScore{Kind: kind}
	st := strings.HasPrefix(kind, "ST")
	s.Sensitivity, s.Time.Sensitivity = matches(want, got, st, rate)
	s.Predictivity, s.Time.Predictivity = matches(got, want, st, rate)
	return s
}

// matches tells how many of the episodes are matched, and how much of their time
// the others cover.
func matches(episodes, others []Episode, st bool, rate float64) (Ratio, TimeRatio) {
	count, covered := Ratio{Of: len(episodes)}, TimeRatio{}
	for _, e := range episodes {
		common, extreme := int64(0), false
		for _, o := range others {
			common += max(0, min(e.To, o.To)-max(e.From, o.From))
			extreme = extreme || e.Extreme >= o.From && e.Extreme < o.To
		}
		matched := common > 0
		if st {
			matched = extreme || 2*common >= e.To-e.From
		}
		if matched {
			count.Part++
		}
		covered.Part += seconds(common, rate)
		covered.Of += seconds(e.To-e.From, rate)
	}
	return count, covered
}

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
