package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holterd/holter/internal/eval"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// Reference is what an expert says of the stretch that was played.
type Reference struct {
	Annotations []ecg.Annotation
	// Rate is that of the annotations' positions.
	Rate float64
	// From and To bound the stretch within the recording.
	From, To time.Duration
}

// stretch keeps the annotations of the stretch that was played.
func (r Reference) stretch() []ecg.Annotation {
	from, to := int64(r.From.Seconds()*r.Rate), int64(r.To.Seconds()*r.Rate)
	var out []ecg.Annotation
	for _, a := range r.Annotations {
		if a.Sample >= from && a.Sample < to {
			a.Sample -= from
			out = append(out, a)
		}
	}
	return out
}

// Summary tells what came of it; stored is how many events the store holds, a
// reference may be nil.
func (s *Story) Summary(stored int, reference *Reference) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := []string{
		fmt.Sprintf("%s of signal sent and analysed in %v: %s, %s asked, %d answers point at something",
			(time.Duration(s.played.Chunks) * time.Second), s.ended.Sub(s.began).Round(time.Second), count(s.windows, "window"),
			count(s.questions, "question"), s.found),
	}
	byKind, beats := map[string]int{}, map[string]int{}
	for _, e := range s.events {
		byKind[e.Kind]++
		beats[e.Kind] += e.Beats
	}
	for _, kind := range kinds(byKind) {
		lines = append(lines, fmt.Sprintf("%s of %s with %s", count(byKind[kind], "event"), kindName(kind), count(beats[kind], "beat")))
	}
	lines = append(lines, fmt.Sprintf("%s in InfluxDB", count(stored, "event")))
	lines = append(lines, fmt.Sprintf("%s at the caregiver's webhook", count(len(s.alerts), "alert")))
	if reference != nil {
		lines = append(lines, s.compare(*reference)...)
	}
	return lines
}

// compare sets the beats of the events beside the expert's.
func (s *Story) compare(reference Reference) []string {
	expert := reference.stretch()
	var lines []string
	for _, c := range localize.Conditions {
		if c.Kind != localize.Beat || !s.asked[c.Code] {
			continue
		}
		var found []int64
		for _, at := range s.beats[c.Code] {
			found = append(found, int64(at.Sub(s.start).Seconds()*reference.Rate))
		}
		score := eval.Kind(expert, found, c.Symbols, reference.Rate)
		if score == (eval.KindScore{}) {
			continue
		}
		line := fmt.Sprintf("%s: of the %d in the recording's own annotations, %d were found and %d missed; %d more were found that are none",
			c.Name, score.Found+score.Missed, score.Found, score.Missed, score.False)
		if score.Fusion > 0 {
			line += fmt.Sprintf(" (and %d that the annotations call fusion beats)", score.Fusion)
		}
		lines = append(lines, line)
	}
	return lines
}

func kinds(of map[string]int) []string {
	var out []string
	for kind := range of {
		out = append(out, kind)
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
