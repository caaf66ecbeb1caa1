package report

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"codeberg.org/go-pdf/fpdf"
	ximage "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// canvas lets drawings draw on a part of a PDF page. Its lower left corner is at
// (left, bottom) in millimetres from the page's upper left one.
type canvas struct {
	doc           *fpdf.Fpdf
	left, bottom  float64
	width, height vg.Length
	pen
	saved  []pen
	images int
}

// pen is how and where is drawn.
type pen struct {
	colour color.NRGBA
	width  vg.Length
	dash   []float64
	offset float64
	// A point (x, y) lies at (a·x + c·y + e, b·x + d·y + f).
	a, b, c, d, e, f float64
}

func newCanvas(doc *fpdf.Fpdf, left, top float64, width, height vg.Length) *canvas {
	return &canvas{
		doc: doc, left: left, bottom: top + millimetres(height), width: width, height: height,
		pen: pen{colour: color.NRGBA{A: 0xff}, width: 1, a: 1, d: 1},
	}
}

func millimetres(l vg.Length) float64 { return float64(l / vg.Millimeter) }

var _ vg.CanvasSizer = (*canvas)(nil)

func (c *canvas) Size() (width, height vg.Length) { return c.width, c.height }

func (c *canvas) SetLineWidth(w vg.Length) { c.pen.width = w }

func (c *canvas) SetLineDash(pattern []vg.Length, offset vg.Length) {
	c.dash, c.offset = nil, millimetres(offset)
	for _, l := range pattern {
		c.dash = append(c.dash, millimetres(l))
	}
}

func (c *canvas) SetColor(in color.Color) {
	c.colour = color.NRGBA{A: 0xff}
	if in != nil {
		c.colour, _ = color.NRGBAModel.Convert(in).(color.NRGBA)
	}
}

func (c *canvas) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	p := c.pen
	c.a, c.b = p.a*cos+p.c*sin, p.b*cos+p.d*sin
	c.c, c.d = p.c*cos-p.a*sin, p.d*cos-p.b*sin
}

func (c *canvas) Translate(by vg.Point) {
	x, y := float64(by.X), float64(by.Y)
	c.e, c.f = c.e+c.a*x+c.c*y, c.f+c.b*x+c.d*y
}

func (c *canvas) Scale(x, y float64) { c.a, c.b, c.c, c.d = c.a*x, c.b*x, c.c*y, c.d*y }

func (c *canvas) Push() { c.saved = append(c.saved, c.pen) }

func (c *canvas) Pop() {
	last := len(c.saved) - 1
	c.pen, c.saved = c.saved[last], c.saved[:last]
}

// at is where a point lies on the page, in millimetres.
func (c *canvas) at(p vg.Point) (x, y float64) {
	x, y = float64(p.X), float64(p.Y)
	return c.left + millimetres(vg.Length(c.a*x+c.c*y+c.e)), c.bottom - millimetres(vg.Length(c.b*x+c.d*y+c.f))
}

func (c *canvas) Stroke(path vg.Path) {
	if c.pen.width <= 0 {
		return
	}
	c.doc.SetDrawColor(int(c.colour.R), int(c.colour.G), int(c.colour.B))
	c.doc.SetLineWidth(millimetres(c.pen.width))
	c.doc.SetDashPattern(c.dash, c.offset)
	c.path(path, "D")
}

func (c *canvas) Fill(path vg.Path) {
	c.doc.SetFillColor(int(c.colour.R), int(c.colour.G), int(c.colour.B))
	c.path(path, "F")
}

func (c *canvas) path(path vg.Path, style string) {
	c.doc.SetAlpha(float64(c.colour.A)/0xff, "Normal")
	for _, part := range path {
		x, y := c.at(part.Pos)
		switch part.Type {
		case vg.MoveComp:
			c.doc.MoveTo(x, y)
		case vg.LineComp:
			c.doc.LineTo(x, y)
		case vg.CurveComp:
			x1, y1 := c.at(part.Control[0])
			x2, y2 := x1, y1 // of a quadratic curve
			if len(part.Control) > 1 {
				x2, y2 = c.at(part.Control[1])
			}
			c.doc.CurveBezierCubicTo(x1, y1, x2, y2, x, y)
		case vg.ArcComp:
			r := millimetres(part.Radius) * math.Hypot(c.a, c.b)
			turn := math.Atan2(c.b, c.a)
			from := (part.Start + turn) * 180 / math.Pi
			c.doc.ArcTo(x, y, r, r, 0, from, from+part.Angle*180/math.Pi)
		case vg.CloseComp:
			c.doc.ClosePath()
		}
	}
	c.doc.DrawPath(style)
	c.doc.SetAlpha(1, "Normal")
}

func (c *canvas) FillString(face font.Face, at vg.Point, text string) {
	weight := ""
	if face.Font.Weight >= ximage.WeightBold {
		weight = "B"
	}
	x, y := c.at(at)
	c.doc.SetFont(sans, weight, face.Font.Size.Points()*math.Hypot(c.a, c.b))
	c.doc.SetTextColor(int(c.colour.R), int(c.colour.G), int(c.colour.B))
	if turn := math.Atan2(c.b, c.a); turn != 0 {
		c.doc.TransformBegin()
		c.doc.TransformRotate(turn*180/math.Pi, x, y)
		defer c.doc.TransformEnd()
	}
	c.doc.Text(x, y, text)
}

func (c *canvas) DrawImage(in vg.Rectangle, img image.Image) {
	var data bytes.Buffer
	if err := png.Encode(&data, img); err != nil {
		c.doc.SetError(err)
		return
	}
	c.images++
	name := fmt.Sprintf("%g-%g-%d", c.left, c.bottom, c.images)
	options := fpdf.ImageOptions{ImageType: "PNG"}
	c.doc.RegisterImageOptionsReader(name, options, &data)
	left, bottom := c.at(in.Min)
	right, top := c.at(in.Max)
	c.doc.ImageOptions(name, left, top, right-left, bottom-top, false, options, 0, "")
}
