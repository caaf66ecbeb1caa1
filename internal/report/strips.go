package report

import (
	"fmt"
	"slices"
	"time"

	"github.com/holterd/holter/internal/exchange"
	"github.com/holterd/holter/internal/picture"
	"github.com/holterd/holter/internal/summary"
	"github.com/holterd/holter/pkg/localize"
)

const (
	// line is what fits on a line of A4 at 25 mm/s.
	line      = 6400 * time.Millisecond
	mostLines = 3
)

// shot is a strip that is to be drawn.
type shot struct {
	*figure
	title    string
	device   string
	from, to time.Time
	prefer   string // lead
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
	for _, s := range w.figures {
		if s.device == device && s.from.Equal(from) && s.to.Equal(from.Add(time.Duration(lines)*line)) {
			s.Title += "; " + title
			return s.figure
		}
	}
	f := &figure{Number: len(w.figures) + 1, Title: title, Detail: w.full(from)}
	if device != "" {
		f.Detail += ", " + device
	}
	w.figures = append(w.figures, shot{f, title, device, from, from.Add(time.Duration(lines) * line), prefer})
	return f
}

// around is a strip with an instant in its middle.
func (w *writer) around(title, device string, at time.Time, lines int) *figure {
	half := time.Duration(lines)*line/2 - time.Second
	return w.show(title, device, summary.Span{From: at.Add(-half), To: at.Add(half)}, "")
}

// draw reads the signal of a figure, line by line.
func (w *writer) draw(s shot) error {
	for from := s.from; from.Before(s.to); from = from.Add(line) {
		to := from.Add(line)
		stretches, err := w.maker.Sources.Signal.Read(w.sum.Patient, from, to)
		if err != nil {
			return err
		}
		tracks := exchange.Tracks(stretches)
		tracks = slices.DeleteFunc(tracks, func(t *exchange.Track) bool { return s.device != "" && t.Device != s.device })
		if len(tracks) == 0 {
			continue
		}
		track := slices.MaxFunc(tracks, func(x, y *exchange.Track) int { return x.Len - y.Len })
		rec, err := track.Recording()
		if err != nil {
			return err
		}
		leads := rec.Leads
		if i := slices.Index(track.Leads, s.prefer); i > 0 {
			leads[0], leads[i] = leads[i], leads[0]
		}
		strip := picture.Strip{
			Title: w.at(track.Start), Note: track.Device, Rate: rec.Rate,
			Leads: leads[:min(len(leads), mostLeads)],
		}
		strip.Rows = w.rows(track.Device, track.Start, rec.Duration())
		s.Lines = append(s.Lines, strip)
	}
	if len(s.Lines) == 0 {
		s.Missing = fmt.Sprintf("The archive has no signal from %s to %s.", w.full(s.from), w.full(s.to))
	}
	return nil
}

const mostLeads = 2

// rows are the findings that count in a strip, those of a kind in one.
func (w *writer) rows(device string, start time.Time, lasting time.Duration) (all []picture.Row) {
	spans := make(map[string]localize.Spans)
	for _, e := range w.sum.Events {
		if e.Device == device && e.Start.Before(start.Add(lasting)) && e.End.After(start) {
			spans[e.Kind] = append(spans[e.Kind], localize.Span{Start: e.Start.Sub(start).Seconds(), End: e.End.Sub(start).Seconds(), Confidence: e.Confidence})
		}
	}
	for _, c := range localize.Conditions {
		if len(spans[c.Code]) > 0 {
			colour := picture.Orange
			if len(all)%2 == 1 {
				colour = picture.Blue
			}
			all = append(all, picture.Row{Label: c.Code, Colour: colour, Spans: spans[c.Code], Shade: len(all) == 0})
		}
	}
	return all
}
