package picture

import (
	"fmt"
	"image/color"
	"math"
	"time"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// Strip is a stretch of ECG as on paper: 25 mm/s and 10 mm/mV.
type Strip struct {
	Title string
	// Note stands at the right, opposite to the title.
	Note string
	// Rate is in samples per second.
	Rate float64
	// Leads are in mV; NaN is a gap.
	Leads []ecg.Lead
	// From is what the time axis says at the first sample, in seconds.
	From float64
	// Start is the time of the first sample: the axis says the time of day in its
	// zone, and From does not count. Zero: it is not known.
	Start time.Time
	// Rows are drawn under the ECG, one bar for each span.
	Rows []Row
}

// Row is spans of one origin: an expert's, a model's.
type Row struct {
	Label  string
	Colour color.NRGBA
	// Spans are in seconds from the strip's first sample.
	Spans localize.Spans
	// Shade tints the ECG over the spans too.
	Shade bool
}

// The layout.
const (
	perSecond = 25 * mm
	perMV     = 10 * mm

	leftMargin  = 16 * mm // row labels and the calibration pulse
	rightMargin = 3 * mm
	titleHeight = 7 * mm
	rowHeight   = 4.5 * mm
	axisHeight  = 6 * mm

	leastLead, mostLead = 20 * mm, 60 * mm // of a lead's height
	margin              = 2.5 * mm         // above and below a lead's trace
)

// seconds is how long the strip lasts.
func (s Strip) seconds() float64 {
	n := 0
	for _, lead := range s.Leads {
		n = max(n, len(lead.Samples))
	}
	return float64(n) / s.Rate
}

// Size is the strip's on paper.
func (s Strip) Size() (width, height vg.Length) {
	height = titleHeight + vg.Length(len(s.Rows))*rowHeight + axisHeight
	for _, lead := range s.Leads {
		height += spread(lead).height
	}
	return leftMargin + vg.Length(s.seconds())*perSecond + rightMargin, height
}

// Draw draws the strip at the canvas's upper left corner.
func (s Strip) Draw(c draw.Canvas) {
	left, top := c.Min.X+leftMargin, c.Max.Y
	right := left + vg.Length(s.seconds())*perSecond
	c.FillText(bold(style(9, text.XLeft, text.YCenter)), vg.Point{X: left, Y: top - titleHeight/2}, s.Title)
	c.FillText(style(8, text.XRight, text.YCenter), vg.Point{X: right, Y: top - titleHeight/2}, s.note())
	top -= titleHeight

	leads := rectangle(left, top, right, top)
	for _, lead := range s.Leads {
		leads.Min.Y -= spread(lead).height
	}
	grid(c, leads)
	for _, row := range s.Rows {
		if row.Shade {
			for _, span := range s.visible(row.Spans) {
				tint := row.Colour
				tint.A = 0x30
				fill(c, tint, rectangle(left+vg.Length(span.Start)*perSecond, leads.Min.Y, left+vg.Length(span.End)*perSecond, leads.Max.Y))
			}
		}
	}
	pulse(c, vg.Point{X: left - 7*mm, Y: (leads.Min.Y+leads.Max.Y)/2 - perMV/2})
	for _, lead := range s.Leads {
		height := spread(lead).height
		s.trace(c, lead, rectangle(left, top-height, right, top))
		top -= height
	}
	for _, row := range s.Rows {
		s.row(c, row, left, right, top)
		top -= rowHeight
	}
	s.axis(c, left, top)
}

// note is the strip's own and the paper's scale.
func (s Strip) note() string {
	const scale = "25 mm/s, 10 mm/mV"
	if s.Note == "" {
		return scale
	}
	return s.Note + " · " + scale
}

// visible is what of the spans lies within the strip.
func (s Strip) visible(spans localize.Spans) localize.Spans { return spans.Clip(0, s.seconds()) }

func (s Strip) row(c draw.Canvas, row Row, left, right, top vg.Length) {
	middle := top - rowHeight/2
	stroke(c, thin, vg.Points(0.5), line(vg.Point{X: left, Y: middle}, vg.Point{X: right, Y: middle}))
	label := style(7, text.XRight, text.YCenter)
	label.Color = row.Colour
	c.FillText(label, vg.Point{X: left - 1.5*mm, Y: middle}, row.Label)
	for _, span := range s.visible(row.Spans) {
		fill(c, row.Colour, rectangle(left+vg.Length(span.Start)*perSecond, middle-1.2*mm, left+vg.Length(span.End)*perSecond, middle+1.2*mm))
	}
}

// axis writes the seconds.
func (s Strip) axis(c draw.Canvas, left, top vg.Length) {
	label := style(7, text.XCenter, text.YTop)
	from, second := s.From, func(at int) string { return fmt.Sprintf("%d s", at) }
	if whole := s.Start.Truncate(time.Second); !s.Start.IsZero() {
		from = s.Start.Sub(whole).Seconds()
		second = func(at int) string { return whole.Add(time.Duration(at) * time.Second).Format(time.TimeOnly) }
	}
	for at := int(math.Ceil(from - 1e-9)); float64(at) <= from+s.seconds()+1e-9; at++ {
		x := left + vg.Length(float64(at)-from)*perSecond
		stroke(c, ink, vg.Points(0.5), line(vg.Point{X: x, Y: top}, vg.Point{X: x, Y: top - 1*mm}))
		c.FillText(label, vg.Point{X: x, Y: top - 1.5*mm}, second(at))
	}
}
