package picture

import (
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Page is strips one below the other, under headings.
type Page struct {
	Title    string
	Sections []Section
}

// Section is some of a page's strips.
type Section struct {
	Title  string
	Strips []Strip
}

const (
	pageMargin    = 8 * mm
	pageTitle     = 10 * mm
	sectionHeight = 9 * mm
	stripGap      = 4 * mm
)

// Size is the page's on paper.
func (p Page) Size() (width, height vg.Length) {
	width, height = leftMargin+10*perSecond+rightMargin, 2*pageMargin+pageTitle
	for _, section := range p.Sections {
		height += sectionHeight
		for _, strip := range section.Strips {
			w, h := strip.Size()
			width, height = max(width, w), height+h+stripGap
		}
	}
	return width + 2*pageMargin, height
}

// Draw draws the page.
func (p Page) Draw(c draw.Canvas) {
	c = draw.Crop(c, pageMargin, -pageMargin, pageMargin, -pageMargin)
	top := c.Max.Y
	heading := func(s text.Style, title string, height vg.Length) {
		c.FillText(s, vg.Point{X: c.Min.X, Y: top}, title)
		top -= height
	}
	heading(bold(style(14, text.XLeft, text.YTop)), p.Title, pageTitle)
	for _, section := range p.Sections {
		heading(bold(style(11, text.XLeft, text.YTop)), section.Title, sectionHeight)
		for _, strip := range section.Strips {
			_, h := strip.Size()
			part := c
			part.Max.Y, part.Min.Y = top, top-h
			strip.Draw(part)
			top -= h + stripGap
		}
	}
}
