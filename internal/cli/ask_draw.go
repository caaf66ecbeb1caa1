package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/holterd/holter/internal/picture"
	"github.com/holterd/holter/internal/questions"
	"github.com/holterd/holter/internal/strip"
	"github.com/holterd/holter/pkg/localize"
)

// longestDrawn is the longest strip that is drawn.
const longestDrawn = time.Minute

func tooLong(s questions.Strip) bool { return max(s.Last, s.To.Sub(s.From)) > longestDrawn }

// drawAnswer draws what the model was shown, with the spans of its answer.
func (a *App) drawAnswer(f askFlags, q questions.Question, answer questions.Answer) error {
	page := picture.Page{Title: q.Patient, Sections: []picture.Section{{Title: q.Turns[len(q.Turns)-1].Question}}}
	var all picture.Drawing
	for _, shown := range answer.Shown {
		track, err := a.trackAt(stripFlags{patient: q.Patient, device: shown.Device, archive: f.archive}, shown.From, shown.To)
		if err != nil {
			return fmt.Errorf("draw the answer: %w", err)
		}
		var events []localize.Event
		for _, s := range answer.Spans {
			if s.Strip == shown.Strip {
				events = append(events, localize.Event{Kind: s.Kind, Device: shown.Device, Start: s.From, End: s.To, Confidence: s.Confidence})
			}
		}
		rec, err := track.Recording()
		if err != nil {
			return err
		}
		drawing := strip.Of(rec, track.Device, events, strip.Options{Title: track.Patient + ", " + track.Device})
		page.Sections[0].Strips = append(page.Sections[0].Strips, drawing)
		all = drawing
	}
	if len(answer.Shown) > 1 {
		all = page
	}
	write := drawings[filepath.Ext(f.picture)]
	if err := intoFile(f.picture, func(out io.Writer) error { return write(out, all) }); err != nil {
		return fmt.Errorf("draw the answer: %w", err)
	}
	return nil
}
