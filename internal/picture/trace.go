package picture

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/holterd/holter/pkg/ecg"
)

// extent is where a lead's trace lies.
type extent struct {
	middle float64   // mV, in the middle of the lead's strip
	height vg.Length // of that strip
}

// spread gives a lead as much paper as its trace needs, within limits. What is
// beyond the highest limit is cut off around the median.
func spread(lead ecg.Lead) extent {
	var finite []float32
	for _, v := range lead.Samples {
		if !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) {
			finite = append(finite, v)
		}
	}
	if len(finite) == 0 {
		return extent{0, leastLead}
	}
	slices.Sort(finite)
	low, high := float64(finite[0]), float64(finite[len(finite)-1])
	height := max(leastLead, 5*mm*vg.Length(math.Ceil(float64((vg.Length(high-low)*perMV+2*margin)/(5*mm)))))
	if height > mostLead {
		median := float64(finite[len(finite)/2])
		room := float64((mostLead - 2*margin) / perMV)
		middle := min(max(median, low+room/2), high-room/2)
		return extent{middle, mostLead}
	}
	return extent{(low + high) / 2, height}
}

// trace draws a lead and its name.
func (s Strip) trace(c draw.Canvas, lead ecg.Lead, in vg.Rectangle) {
	middle := spread(lead).middle
	inside := c
	inside.Rectangle = in
	var path []vg.Point
	flush := func() {
		inside.StrokeLines(draw.LineStyle{Color: ink, Width: vg.Points(0.8)}, inside.ClipLinesY(path)...)
		path = nil
	}
	for i, v := range lead.Samples {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			flush()
			continue
		}
		path = append(path, vg.Point{
			X: in.Min.X + vg.Length(float64(i)/s.Rate)*perSecond,
			Y: (in.Min.Y+in.Max.Y)/2 + vg.Length(float64(v)-middle)*perMV,
		})
	}
	flush()
	name := bold(style(8, text.XLeft, text.YTop))
	c.FillText(name, vg.Point{X: in.Min.X + 1.5*mm, Y: in.Max.Y - 1.5*mm}, lead.Name)
}

// grid draws the paper: lines of a millimetre and of five.
func grid(c draw.Canvas, in vg.Rectangle) {
	fill(c, paper, in)
	rule(c, in, mm, thin, vg.Points(0.3))
	rule(c, in, 5*mm, strong, vg.Points(0.5))
}

// rule draws lines in both directions. Few are drawn at a time: the rasterizer's
// time grows with the square of the lines that cross a row of pixels.
func rule(c draw.Canvas, in vg.Rectangle, step vg.Length, colour color.Color, width vg.Length) {
	const together, rounding = 10, mm / 100
	var path vg.Path
	flush := func(least int) {
		if len(path) > least {
			stroke(c, colour, width, path)
			path = nil
		}
	}
	for x := in.Min.X; x <= in.Max.X+rounding; x += step {
		path = append(path, line(vg.Point{X: x, Y: in.Min.Y}, vg.Point{X: x, Y: in.Max.Y})...)
		flush(2 * together)
	}
	flush(0)
	for y := in.Max.Y; y >= in.Min.Y-rounding; y -= step {
		path = append(path, line(vg.Point{X: in.Min.X, Y: y}, vg.Point{X: in.Max.X, Y: y})...)
	}
	flush(0)
}

// pulse draws what calibration looks like: 1 mV for 0.2 s.
func pulse(c draw.Canvas, at vg.Point) {
	const lead = 1 * mm
	wide := vg.Length(0.2) * perSecond
	var p vg.Path
	p.Move(vg.Point{X: at.X - lead, Y: at.Y})
	p.Line(at)
	p.Line(vg.Point{X: at.X, Y: at.Y + perMV})
	p.Line(vg.Point{X: at.X + wide, Y: at.Y + perMV})
	p.Line(vg.Point{X: at.X + wide, Y: at.Y})
	p.Line(vg.Point{X: at.X + wide + lead, Y: at.Y})
	stroke(c, ink, vg.Points(0.8), p)
	c.FillText(style(6, text.XCenter, text.YTop), vg.Point{X: at.X + wide/2, Y: at.Y - 1*mm}, "1 mV")
}

func line(from, to vg.Point) vg.Path {
	var p vg.Path
	p.Move(from)
	p.Line(to)
	return p
}
