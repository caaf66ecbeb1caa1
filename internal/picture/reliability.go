package picture

import (
	"math"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

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
