package eval

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// EpisodeKinds are the rhythms and ST changes that are scored, as WFDB
// annotations write them: VF are both ventricular fibrillation and flutter, ST
// changes of either direction.
var EpisodeKinds = []string{"AFIB", "AFL", "SVTA", "VT", "VF", "B", "T", "ST", "STE", "STD"}

// Episode is a stretch of a record, in samples.
type Episode struct {
	From, To int64
	// Extreme is where an ST change is largest, -1 when that is not marked.
	Extreme int64
}

// Episodes reads the episodes of a kind between two times from annotations: of a
// rhythm from its note ("+" with "(AFIB") to the next one, of ventricular
// fibrillation also between "[" and "]", of ST changes between notes like
// "(ST0+" and "ST0+)" with "AST0+250" at the extreme, of all signals together.
// What touches is one episode; what is not closed lasts to the end.
func Episodes(annotations []ecg.Annotation, kind string, from, to int64) []Episode {
	sorted := slices.Clone(annotations)
	slices.SortStableFunc(sorted, func(a, b ecg.Annotation) int { return cmp.Compare(a.Sample, b.Sample) })
	var all []Episode
	if strings.HasPrefix(kind, "ST") {
		all = stEpisodes(sorted, kind, to)
	} else {
		all = rhythmEpisodes(sorted, kind, to)
	}
	return within(all, from, to)
}

func rhythmEpisodes(sorted []ecg.Annotation, kind string, end int64) []Episode {
	var out []Episode
	since := int64(-1)
	for _, a := range append(sorted, ecg.Annotation{Sample: end, Symbol: "+", Aux: "("}) {
		if a.Symbol != "+" || !strings.HasPrefix(a.Aux, "(") {
			continue
		}
		is := rhythm(a.Aux) == kind
		if !is && since >= 0 {
			out, since = append(out, Episode{since, a.Sample, -1}), -1
		} else if is && since < 0 {
			since = a.Sample
		}
	}
	if kind == "VF" {
		for _, e := range flutterEpisodes(sorted) {
			out = append(out, Episode{e[0], min(e[1], end), -1})
		}
	}
	return out
}

// rhythm is the kind of a rhythm note.
func rhythm(note string) string {
	name := strings.TrimRight(strings.TrimPrefix(note, "("), "\x00 ")
	if name == "VFL" {
		return "VF"
	}
	return name
}

// stNote is a note of an ST change as the European ST-T and the Long-Term ST
// Database write it: begin, extreme or end; signal; direction; microvolts.
var stNote = regexp.MustCompile(`^(\(|A|a)?(?:ST|st)(\d?)([+-]?)\d*(\))?`)

func stEpisodes(sorted []ecg.Annotation, kind string, end int64) []Episode {
	var out []Episode
	open := map[string]Episode{} // by signal and direction
	for _, a := range sorted {
		m := stNote.FindStringSubmatch(a.Aux)
		if m == nil || kind == "STE" && m[3] != "+" || kind == "STD" && m[3] != "-" {
			continue
		}
		key := m[2] + m[3]
		e, ok := open[key]
		switch {
		case m[1] == "(":
			open[key] = Episode{a.Sample, end, -1}
		case m[1] != "" && ok:
			e.Extreme = a.Sample
			open[key] = e
		case m[4] != "" && ok:
			e.To = a.Sample
			out = append(out, e)
			delete(open, key)
		}
	}
	for _, e := range open {
		out = append(out, e)
	}
	return out
}

// within joins the episodes that touch and clips them. Of joined ones the first
// one's extreme is kept.
func within(all []Episode, from, to int64) []Episode {
	slices.SortFunc(all, func(a, b Episode) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	var out []Episode
	for _, e := range all {
		e.From, e.To = max(e.From, from), min(e.To, to)
		if e.From >= e.To {
			continue
		}
		if last := len(out) - 1; last >= 0 && e.From <= out[last].To {
			out[last].To = max(out[last].To, e.To)
			if out[last].Extreme < 0 {
				out[last].Extreme = e.Extreme
			}
			continue
		}
		out = append(out, e)
	}
	return out
}

// seconds of samples.
func seconds(samples int64, rate float64) float64 { return float64(samples) / rate }

// sampleAt is the sample at a time.
func sampleAt(at time.Duration, rate float64) int64 { return int64(at.Seconds() * rate) }
