package picture

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

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
		axis.Width, axis.Tick.Width = vg.Points(0.5), vg.Points(0.5)
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
