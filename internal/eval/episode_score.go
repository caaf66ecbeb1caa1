package eval

import (
	"fmt"
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
