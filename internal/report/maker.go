package report

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/holterd/holter/internal/summary"
)

// Maker makes reports. It is safe for concurrent use.
type Maker struct {
	Sources summary.Sources
	// Limits are those of the models that may have analysed the signal.
	Limits []Limits
	Now    func() time.Time
}

// Report is one that was made.
type Report struct {
	Summary  summary.Summary
	document document
	made     time.Time
}

// Progress is told what is being done, and how much of it is; it may be nil.
type Progress func(what string, done, total int)

// Make reads the period and draws the strips.
func (m Maker) Make(ctx context.Context, p summary.Period, progress Progress) (*Report, error) {
	if progress == nil {
		progress = func(string, int, int) {}
	}
	if p.Zone == nil {
		p.Zone = time.UTC
	}
	s, err := summary.Read(ctx, m.Sources, p, func(done, total time.Duration) {
		progress("signal", int(done.Seconds()), int(total.Seconds()))
	})
	if err != nil {
		return nil, err
	}
	if len(s.Devices) == 0 && s.Coverage.Recorded == 0 && len(s.Events) == 0 && len(s.Symptoms) == 0 {
		return nil, &NothingError{p}
	}
	w := newWriter(m, p, s)
	d := w.document()
	for i, f := range w.figures {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := w.draw(f); err != nil {
			return nil, fmt.Errorf("draw the strip of %s: %w", f.title, err)
		}
		progress("strips", i+1, len(w.figures))
	}
	return &Report{s, d, w.made}, nil
}

// NothingError says that nothing is known of a period.
type NothingError struct{ Period summary.Period }

func (e *NothingError) Error() string {
	return fmt.Sprintf("nothing is known of patient %q from %s to %s: check the name and the times",
		e.Period.Patient, e.Period.From.Format(time.RFC3339), e.Period.To.Format(time.RFC3339))
}

// Formats are the forms of a report, with their media types.
var Formats = map[string]string{"html": "text/html; charset=utf-8", "pdf": "application/pdf", "json": "application/json"}

// Write writes the report in one of the Formats.
func (r *Report) Write(out io.Writer, format string) error {
	switch format {
	case "html":
		return r.html(out)
	case "pdf":
		return r.pdf(out)
	case "json":
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r.Summary)
	}
	return fmt.Errorf("a report is html, pdf or json, not %q", format)
}
