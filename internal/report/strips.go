package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/holterd/holter/internal/picture"
	"github.com/holterd/holter/internal/strip"
	"github.com/holterd/holter/internal/summary"
	"github.com/holterd/holter/pkg/localize"
)

const (
	// line is what fits on a line of A4 at 25 mm/s.
	line      = 6400 * time.Millisecond
	mostLines = 2
)

// shot is a strip that is to be drawn.
type shot struct {
	*figure
	title    string
	device   string
	from, to time.Time
	of       []summary.Span // what it shows
	prefer   string         // lead
}

// show asks for a strip of a time in the middle of which something is: the start
// of it, where it is longer than the lines. Two of the same time are one.
func (w *writer) show(title, device string, of summary.Span, prefer string) *figure {
	length := of.To.Sub(of.From) + 2*time.Second
	lines := min(max(int((length+line-1)/line), 1), mostLines)
	from := of.From.Add(-time.Second)
	if spare := time.Duration(lines)*line - length; spare > 0 {
		from = from.Add(-spare / 2)
	}
	from = from.Truncate(time.Millisecond)
	for i, s := range w.figures {
		if s.device == device && s.from.Equal(from) && s.to.Equal(from.Add(time.Duration(lines)*line)) {
			s.Title += "; " + title
			w.figures[i].of = append(w.figures[i].of, of)
			return s.figure
		}
	}
	f := &figure{Number: len(w.figures) + 1, Title: title, Detail: w.full(from)}
	if device != "" {
		f.Detail += ", " + device
	}
	w.figures = append(w.figures, shot{f, title, device, from, from.Add(time.Duration(lines) * line), []summary.Span{of}, prefer})
	return f
}

// around is a strip with an instant in its middle.
func (w *writer) around(title, device string, at time.Time, lines int) *figure {
	half := time.Duration(lines)*line/2 - time.Second
	f := w.show(title, device, summary.Span{From: at.Add(-half), To: at.Add(half)}, "")
	last := w.figures[f.Number-1].of
	last[len(last)-1] = summary.Span{From: at.Add(-instant), To: at.Add(instant)}
	return f
}

// instant is half of how wide an instant is marked.
const instant = 50 * time.Millisecond

// draw reads the signal of a figure, line by line.
func (w *writer) draw(s shot) error {
	for from := s.from; from.Before(s.to); from = from.Add(line) {
		track, err := strip.Find(w.maker.Sources.Signal, w.sum.Patient, s.device, from, from.Add(line))
		if err != nil {
			return err
		}
		if track == nil {
			continue
		}
		rec, err := track.Recording()
		if err != nil {
			return err
		}
		drawn := strip.Of(rec, track.Device, w.eventsAt(track.Start, track.End()), strip.Options{
			Title: track.Device, Zone: w.zone, MostLeads: mostLeads, Prefer: s.prefer,
		})
		drawn.Rows = append(drawn.Rows, picture.Row{Label: "shown", Colour: picture.Purple, Spans: s.spans(track.Start)})
		s.Lines = append(s.Lines, drawn)
	}
	if len(s.Lines) == 0 {
		s.Missing = fmt.Sprintf("The archive has no signal from %s to %s.", w.full(s.from), w.full(s.to))
	}
	return nil
}

// spans are what a strip shows, in seconds from a time.
func (s shot) spans(start time.Time) (all localize.Spans) {
	for _, x := range s.of {
		all = append(all, localize.Span{Start: x.From.Sub(start).Seconds(), End: max(x.To.Sub(start).Seconds(), x.From.Sub(start).Seconds()+2*instant.Seconds())})
	}
	return all.Merge()
}

const mostLeads = 2

// eventsAt are the findings that count in a time.
func (w *writer) eventsAt(from, to time.Time) []localize.Event {
	return slices.DeleteFunc(slices.Clone(w.sum.Events), func(e localize.Event) bool { return !e.Start.Before(to) || !e.End.After(from) })
}
