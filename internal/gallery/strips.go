package gallery

import (
	"fmt"

	"github.com/holterd/holter/internal/eval"
	"github.com/holterd/holter/internal/locate"
	"github.com/holterd/holter/internal/picture"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/window"
)

const (
	// perSection is how many strips show each way in which answers come out.
	perSection = 3
	// stripSeconds is how much of a longer stretch a strip shows.
	stripSeconds = 10.0
	// mostLeads is how many leads a strip shows.
	mostLeads = 3
)

// example is an answer worth showing, and the span that makes it so.
type example struct {
	locate.Prediction
	truth, found localize.Spans
	focus        localize.Span
	name         string
	lot          uint64 // its number in the draw
}

// sections are the ways in which localization answers come out. An answer may be
// both missed and false.
var sections = []struct {
	title string
	focus func(truth, found localize.Spans) localize.Spans
}{
	{fmt.Sprintf("Right: an IoU of %.1f or more", eval.RightIoU), func(truth, found localize.Spans) localize.Spans {
		if union := truth.Union(found).Total(); union == 0 || truth.Intersect(found).Total()/union < eval.RightIoU {
			return nil
		}
		return truth
	}},
	{"Missed: where the expert marks something, the answer does not", untouched},
	{"False: where the answer marks something, the expert does not", func(truth, found localize.Spans) localize.Spans {
		return untouched(found, truth)
	}},
}

// untouched are the spans that no other one overlaps.
func untouched(spans, others localize.Spans) localize.Spans {
	var out localize.Spans
	for _, span := range spans {
		if len(others.Clip(span.Start, span.End)) == 0 {
			out = append(out, span)
		}
	}
	return out
}

func strips(answers []locate.Prediction, signals *locate.Signals) (picture.Page, error) {
	page := picture.Page{Title: "Answers beside the expert's"}
	chooser := chooser{answers: answers, shown: map[string]int{}}
	for _, section := range sections {
		drawn := picture.Section{Title: section.title}
		for _, e := range chooser.choose(section.focus) {
			strip, err := draw(e, signals)
			if err != nil {
				return page, err
			}
			drawn.Strips = append(drawn.Strips, strip)
		}
		if len(drawn.Strips) > 0 {
			page.Sections = append(page.Sections, drawn)
		}
	}
	return page, nil
}

func draw(e example, signals *locate.Signals) (picture.Strip, error) {
	clips, err := signals.Clips(e.Test)
	if err != nil {
		return picture.Strip{}, err
	}
	clip, stretch := clips[0], e.ECGs[0]
	length := float64(clip.Len()) / window.Rate
	from := min(max(0, (e.focus.Start+e.focus.End-stripSeconds)/2), max(0, length-stripSeconds))
	first := int(from * window.Rate)
	clip = clip.Slice(first, min(clip.Len(), first+int(stripSeconds*window.Rate)))
	from = float64(first) / window.Rate

	strip := picture.Strip{
		Title: fmt.Sprintf("%s from sample %g: %s", stretch.Record(), stretch.Start, condition(e.Test)),
		Note:  fmt.Sprintf("IoU %.2f", localize.IoU(e.Answer, e.Prediction.Prediction)),
		Rate:  window.Rate, From: from,
		Rows: []picture.Row{
			{Label: "expert", Colour: picture.Blue, Spans: e.truth.Shift(-from)},
			{Label: "answer", Colour: picture.Orange, Spans: e.found.Shift(-from), Shade: true},
		},
	}
	if e.Confidence != nil {
		strip.Note += fmt.Sprintf(", confidence %.2f", *e.Confidence)
	}
	for slot, lead := range clip {
		if lead != nil && len(strip.Leads) < mostLeads {
			strip.Leads = append(strip.Leads, ecg.Lead{Name: ecg.Slot(slot).String(), Samples: lead})
		}
	}
	return strip, nil
}

// condition is the name of what a test asks for, as far as it is known.
func condition(t locate.Test) string {
	if c, ok := localize.ParseQuestion(t.Question); ok {
		return c.Name
	}
	if c, ok := localize.ByCode(t.Kind); ok {
		return c.Name
	}
	return t.Question
}
