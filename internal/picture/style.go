package picture

import (
	"image/color"

	ximage "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const mm = vg.Millimeter

// Colours that people tell apart who see few of them.
var (
	Blue   = color.NRGBA{0x1f, 0x5f, 0xa8, 0xff}
	Orange = color.NRGBA{0xe0, 0x7b, 0x00, 0xff}
	Teal   = color.NRGBA{0x1b, 0x9e, 0x77, 0xff}
	Purple = color.NRGBA{0x75, 0x4f, 0xb3, 0xff}
	Grey   = color.NRGBA{0x7a, 0x7a, 0x82, 0xff}

	palette = []color.NRGBA{Blue, Orange, Teal, Purple, Grey, {0xb3, 0x24, 0x4c, 0xff}, {0x6b, 0x8e, 0x23, 0xff}}

	white  = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	ink    = color.NRGBA{0x1d, 0x1d, 0x2b, 0xff}
	paper  = color.NRGBA{0xff, 0xfb, 0xfa, 0xff}
	thin   = color.NRGBA{0xfb, 0xe1, 0xdd, 0xff} // lines of a millimetre
	strong = color.NRGBA{0xf0, 0xb8, 0xb0, 0xff} // lines of five
)

// style is text of a size in points.
func style(size float64, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color: ink, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)},
		XAlign: x, YAlign: y, Handler: plot.DefaultTextHandler,
	}
}

func bold(s text.Style) text.Style {
	s.Font.Weight = ximage.WeightBold
	return s
}

func fill(c draw.Canvas, in color.Color, r vg.Rectangle) {
	c.SetColor(in)
	c.Fill(r.Path())
}

func stroke(c draw.Canvas, in color.Color, width vg.Length, path vg.Path) {
	c.SetLineStyle(draw.LineStyle{Color: in, Width: width})
	c.Stroke(path)
}

func rectangle(left, bottom, right, top vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: left, Y: bottom}, Max: vg.Point{X: right, Y: top}}
}
