package picture

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
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

// Reliability sets the confidence of answers beside how often they are right:
// one panel for each kind of answers.
type Reliability struct{ Panels []Panel }

// Panel is the reliability diagram of some answers.
type Panel struct {
	Title string
	Bins  []Bin
}

// Bin is the answers of similar confidence.
type Bin struct {
	From, To          float64
	Confidence, Right float64 // the mean confidence, the share of right answers
	Answers           int
}

const panelSize, panelsInRow = 72 * mm, 3

// Size is that of all panels.
func (r Reliability) Size() (width, height vg.Length) {
	rows := (len(r.Panels) + panelsInRow - 1) / panelsInRow
	return vg.Length(min(len(r.Panels), panelsInRow)) * panelSize, vg.Length(rows) * (panelSize + 4*mm)
}

// Draw draws the panels, row by row.
func (r Reliability) Draw(c draw.Canvas) {
	for i, panel := range r.Panels {
		left := c.Min.X + vg.Length(i%panelsInRow)*panelSize
		top := c.Max.Y - vg.Length(i/panelsInRow)*(panelSize+4*mm)
		part := c
		part.Rectangle = rectangle(left+2*mm, top-panelSize-2*mm, left+panelSize-4*mm, top-2*mm)
		panel.draw(part)
	}
}

func (p Panel) draw(c draw.Canvas) {
	out := newPlot(p.Title)
	out.X.Label.Text, out.Y.Label.Text = "confidence", "share of right answers"
	most := 0
	for _, bin := range p.Bins {
		most = max(most, bin.Answers)
	}
	out.Add(gridLines(true))
	pale := Blue
	pale.A = 0x50
	var points plotter.XYs
	var radii []vg.Length
	for _, bin := range p.Bins {
		if bin.Answers == 0 {
			continue
		}
		box, err := plotter.NewPolygon(plotter.XYs{{X: bin.From, Y: 0}, {X: bin.From, Y: bin.Right}, {X: bin.To, Y: bin.Right}, {X: bin.To, Y: 0}})
		if err != nil {
			continue // not a number
		}
		box.Color, box.LineStyle = pale, draw.LineStyle{Color: white, Width: vg.Points(0.5)}
		out.Add(box)
		points = append(points, plotter.XY{X: bin.Confidence, Y: bin.Right})
		radii = append(radii, vg.Points(1.2+4*math.Sqrt(float64(bin.Answers)/float64(most))))
	}
	diagonal := plotter.NewFunction(func(x float64) float64 { return x })
	diagonal.Samples, diagonal.XMin, diagonal.XMax = 2, 0, 1
	diagonal.LineStyle = draw.LineStyle{Color: Grey, Width: vg.Points(1), Dashes: []vg.Length{vg.Points(3), vg.Points(3)}}
	out.Add(diagonal)
	if scatter, err := plotter.NewScatter(points); err == nil {
		scatter.GlyphStyleFunc = func(i int) draw.GlyphStyle {
			return draw.GlyphStyle{Color: Orange, Radius: radii[i], Shape: draw.CircleGlyph{}}
		}
		out.Add(scatter)
	}
	unit(&out.X)
	unit(&out.Y)
	out.Draw(c)
}

// newPlot is an empty diagram in this package's style.
func newPlot(title string) *plot.Plot {
	p := plot.New()
	sans := func(size float64) font.Font {
		return font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)}
	}
	p.BackgroundColor = nil
	p.Title.Text, p.Title.TextStyle.Font, p.Title.Padding = title, bold(style(10, 0, 0)).Font, 3*mm
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font, axis.Tick.Label.Font = sans(8), sans(7)
		axis.LineStyle.Width, axis.Tick.LineStyle.Width = vg.Points(0.5), vg.Points(0.5)
		axis.Padding = 0
	}
	return p
}

// unit is an axis from 0 to 1.
func unit(axis *plot.Axis) {
	axis.Min, axis.Max = 0, 1
	var ticks plot.ConstantTicks
	for i := 0; i <= 10; i += 2 {
		ticks = append(ticks, plot.Tick{Value: float64(i) / 10, Label: fmt.Sprintf("%.1f", float64(i)/10)})
	}
	axis.Tick.Marker = ticks
}

func gridLines(vertical bool) *plotter.Grid {
	g := plotter.NewGrid()
	g.Horizontal = draw.LineStyle{Color: color.NRGBA{0, 0, 0, 0x18}, Width: vg.Points(0.5)}
	g.Vertical = draw.LineStyle{}
	if vertical {
		g.Vertical = g.Horizontal
	}
	return g
}
