package picture

import (
	"math"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars are groups of bars from 0 to 1: a group for each name, a colour for each
// series.
type Bars struct {
	Title, Axis string
	Names       []string
	Series      []Series
}

// Series is one colour of Bars: a value for each name, NaN for no bar.
type Series struct {
	Label  string
	Values []float64
}

const barWidth, groupGap, barsHeight, legendHeight = 3 * mm, 4 * mm, 75 * mm, 9 * mm

func (b Bars) group() vg.Length { return vg.Length(len(b.Series))*barWidth + groupGap }

// Size is that of the diagram.
func (b Bars) Size() (width, height vg.Length) {
	return max(110*mm, vg.Length(len(b.Names))*b.group()+22*mm), barsHeight
}

// Draw draws the diagram.
func (b Bars) Draw(c draw.Canvas) {
	p := newPlot("")
	p.Y.Label.Text = b.Axis
	p.Add(gridLines(false))
	for i, series := range b.Series {
		values := make(plotter.Values, len(series.Values))
		for j, v := range series.Values {
			if values[j] = v; math.IsNaN(v) {
				values[j] = 0
			}
		}
		bars, err := plotter.NewBarChart(values, barWidth*0.9)
		if err != nil {
			continue // a series without names: there is nothing to draw
		}
		bars.Color, bars.LineStyle.Width = palette[i%len(palette)], 0
		bars.Offset = (vg.Length(i) - vg.Length(len(b.Series)-1)/2) * barWidth
		p.Add(bars)
	}
	p.NominalX(b.Names...)
	p.X.Min, p.X.Max = -0.6, float64(len(b.Names))-0.4
	unit(&p.Y)
	p.Draw(draw.Crop(c, 2*mm, -3*mm, 2*mm, -legendHeight))
	b.legend(c, vg.Point{X: c.Min.X + 3*mm, Y: c.Max.Y - legendHeight/2})
}

// legend writes the title and the series in one line.
func (b Bars) legend(c draw.Canvas, at vg.Point) {
	title, label := bold(style(10, text.XLeft, text.YCenter)), style(8, text.XLeft, text.YCenter)
	c.FillText(title, at, b.Title)
	at.X += title.Width(b.Title) + 6*mm
	for i, series := range b.Series {
		fill(c, palette[i%len(palette)], rectangle(at.X, at.Y-1.2*mm, at.X+3*mm, at.Y+1.2*mm))
		c.FillText(label, vg.Point{X: at.X + 4*mm, Y: at.Y}, series.Label)
		at.X += 4*mm + label.Width(series.Label) + 4*mm
	}
}
