package picture

import (
	"fmt"
	"image/color"
	"math"
	"time"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Trend is values over the hours or days of a period.
type Trend struct {
	From, To time.Time
	// Zone is that of the clock on the axis.
	Zone *time.Location
	// Unit is written at the axis: "/min".
	Unit string
	Bins []TrendBin
	// Zero lets the axis begin at 0.
	Zero bool
}

// TrendBin is one value: a bar from Low to High, with a mark. NaN is not drawn.
type TrendBin struct {
	From, To        time.Time
	Low, High, Mark float64
	// Missing shades the time: there is no value.
	Missing bool
}

const (
	trendWidth, trendHeight = 170 * mm, 42 * mm
	trendLeft, trendBottom  = 14 * mm, 7 * mm
)

// Size is that of the diagram.
func (t Trend) Size() (width, height vg.Length) { return trendWidth, trendHeight }

// Draw draws the diagram.
func (t Trend) Draw(c draw.Canvas) {
	in := rectangle(c.Min.X+trendLeft, c.Min.Y+trendBottom, c.Max.X-2*mm, c.Max.Y-5*mm)
	low, high, step := t.scale()
	x := func(at time.Time) vg.Length {
		share := at.Sub(t.From).Seconds() / t.To.Sub(t.From).Seconds()
		return in.Min.X + vg.Length(min(max(share, 0), 1))*(in.Max.X-in.Min.X)
	}
	y := func(v float64) vg.Length {
		return in.Min.Y + vg.Length(min(max((v-low)/(high-low), 0), 1))*(in.Max.Y-in.Min.Y)
	}
	for _, b := range t.Bins {
		if b.Missing {
			fill(c, color.NRGBA{0xec, 0xec, 0xf0, 0xff}, rectangle(x(b.From), in.Min.Y, x(b.To), in.Max.Y))
		}
	}
	for v := low; v <= high+step/2; v += step {
		stroke(c, color.NRGBA{0, 0, 0, 0x22}, vg.Points(0.4), line(vg.Point{X: in.Min.X, Y: y(v)}, vg.Point{X: in.Max.X, Y: y(v)}))
		c.FillText(style(7, text.XRight, text.YCenter), vg.Point{X: in.Min.X - 1.5*mm, Y: y(v)}, fmt.Sprintf("%g", math.Round(v*1000)/1000))
	}
	for _, b := range t.Bins {
		left, right := x(b.From)+0.25*mm, x(b.To)-0.25*mm
		if right-left < 0.3*mm {
			left, right = x(b.From), x(b.To)
		}
		if !math.IsNaN(b.Low) && !math.IsNaN(b.High) && b.High > b.Low {
			fill(c, color.NRGBA{0x1f, 0x5f, 0xa8, 0x60}, rectangle(left, y(b.Low), right, y(b.High)))
		}
		if !math.IsNaN(b.Mark) {
			stroke(c, Blue, vg.Points(1.6), line(vg.Point{X: left, Y: y(b.Mark)}, vg.Point{X: right, Y: y(b.Mark)}))
		}
	}
	stroke(c, ink, vg.Points(0.6), line(in.Min, vg.Point{X: in.Max.X, Y: in.Min.Y}))
	c.FillText(style(7, text.XLeft, text.YTop), vg.Point{X: c.Min.X, Y: c.Max.Y}, t.Unit)
	t.clock(c, in, x)
}

// scale finds an axis of some five steps that holds all values.
func (t Trend) scale() (low, high, step float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, b := range t.Bins {
		for _, v := range []float64{b.Low, b.High, b.Mark} {
			if !math.IsNaN(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if t.Zero || low > high {
		low = 0
	}
	if high <= low {
		high = low + 1
	}
	step = math.Pow(10, math.Floor(math.Log10((high-low)/5)))
	for _, more := range []float64{2, 2.5, 2} { // 2, 5, 10
		if (high-low)/step > 6 {
			step *= more
		}
	}
	return math.Floor(low/step) * step, math.Ceil(high/step) * step, step
}

// clock writes hours, or dates where there are many.
func (t Trend) clock(c draw.Canvas, in vg.Rectangle, x func(time.Time) vg.Length) {
	hours, layout := 1, "15:04"
	for _, h := range []int{1, 2, 3, 6, 12, 24, 48, 72, 168} {
		if hours = h; t.To.Sub(t.From).Hours()/float64(h) <= 13 {
			break
		}
	}
	from := t.From.In(t.Zone)
	at := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, t.Zone)
	for n := 0; !at.After(t.To); n++ {
		if !at.Before(t.From) {
			label := at.Format(layout)
			if hours >= 24 {
				label = at.Format("01-02")
			}
			stroke(c, ink, vg.Points(0.5), line(vg.Point{X: x(at), Y: in.Min.Y}, vg.Point{X: x(at), Y: in.Min.Y - 1*mm}))
			c.FillText(style(7, text.XCenter, text.YTop), vg.Point{X: x(at), Y: in.Min.Y - 1.5*mm}, label)
		}
		// Of the calendar, not of the clock: days of summer time have other hours.
		at = time.Date(from.Year(), from.Month(), from.Day(), (n+1)*hours, 0, 0, 0, t.Zone)
	}
}
