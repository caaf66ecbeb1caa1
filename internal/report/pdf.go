package report

import (
	"fmt"
	"io"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/vg/draw"

	"github.com/holterd/holter/internal/picture"
)

// The page, in millimetres.
const (
	sans       = "liberation"
	pageMargin = 14.
	pageWidth  = 210 - 2*pageMargin
	pageEnd    = 297 - 16.
	lineHeight = 4.4 // of text of 9 points
)

// pdf writes the report on pages of A4.
func (r *Report) pdf(out io.Writer) error {
	d := &pages{doc: fpdf.New("P", "mm", "A4", ""), links: make(map[*figure]int)}
	d.doc.AddUTF8FontFromBytes(sans, "", liberationsansregular.TTF)
	d.doc.AddUTF8FontFromBytes(sans, "B", liberationsansbold.TTF)
	d.doc.SetMargins(pageMargin, pageMargin, pageMargin)
	d.doc.SetAutoPageBreak(false, 0)
	d.doc.SetCellMargin(0)
	d.doc.SetTitle(r.document.Title+", "+r.document.Subtitle, true)
	d.doc.SetCreator("Holter", true)
	d.doc.SetCreationDate(r.made)
	d.doc.SetModificationDate(r.made)
	d.doc.SetLang("en")
	d.doc.AliasNbPages("{pages}")
	d.doc.SetFooterFunc(func() {
		d.font("", 7.5, grey)
		d.doc.SetXY(pageMargin, 297-11)
		d.doc.CellFormat(pageWidth-25, 4, r.document.Footer, "", 0, "L", false, 0, "")
		d.doc.CellFormat(25, 4, fmt.Sprintf("Page %d of {pages}", d.doc.PageNo()), "", 0, "R", false, 0, "")
	})
	d.doc.AddPage()
	d.head(r.document)
	for _, s := range r.document.Sections {
		d.section(s)
	}
	if err := d.doc.Output(out); err != nil {
		return fmt.Errorf("write the report as PDF: %w", err)
	}
	return nil
}

// pages is a document on paper, written from top to bottom.
type pages struct {
	doc   *fpdf.Fpdf
	links map[*figure]int
}

type shade struct{ r, g, b int }

var ink, grey, blue = shade{0x1d, 0x1d, 0x2b}, shade{0x50, 0x50, 0x5e}, shade{0x1f, 0x5f, 0xa8}

func (d *pages) font(weight string, size float64, in shade) {
	d.doc.SetFont(sans, weight, size)
	d.doc.SetTextColor(in.r, in.g, in.b)
}

// room begins another page unless there is so much room, and tells whether it did.
func (d *pages) room(height float64) bool {
	if d.doc.GetY()+height <= pageEnd {
		return false
	}
	d.doc.AddPage()
	return true
}

// down leaves room.
func (d *pages) down(height float64) { d.doc.SetXY(pageMargin, d.doc.GetY()+height) }

// link is where a figure will be, or is.
func (d *pages) link(f *figure) int {
	if _, known := d.links[f]; !known {
		d.links[f] = d.doc.AddLink()
	}
	return d.links[f]
}

func (d *pages) head(r document) {
	d.font("B", 18, ink)
	d.doc.CellFormat(pageWidth, 9, r.Title, "", 2, "L", false, 0, "")
	d.font("", 12, ink)
	d.doc.MultiCell(pageWidth, 6, r.Subtitle, "", "L", false)
	d.down(1)
	d.facts(r.Facts)
}

func (d *pages) section(s section) {
	d.room(30)
	d.down(4)
	d.doc.Bookmark(s.Title, 0, -1)
	d.font("B", 12, ink)
	d.doc.CellFormat(pageWidth, 6.5, s.Title, "", 2, "L", false, 0, "")
	d.doc.SetDrawColor(blue.r, blue.g, blue.b)
	d.doc.SetLineWidth(0.5)
	d.doc.Line(pageMargin, d.doc.GetY(), pageMargin+pageWidth, d.doc.GetY())
	d.down(1.5)
	d.tiles(s.Tiles)
	for _, text := range s.Notes {
		d.paragraph(text, 9, ink)
	}
	for _, c := range s.Charts {
		d.drawing(c.Title, c.Drawing)
	}
	d.facts(s.Facts)
	for _, t := range s.Tables {
		d.table(t)
	}
	for _, f := range s.Figures {
		d.figure(f)
	}
	for _, text := range s.After {
		d.paragraph(text, 7.5, grey)
	}
}

func (d *pages) paragraph(text string, size float64, in shade) {
	d.font("", size, in)
	lines := d.doc.SplitText(text, pageWidth)
	height := size * 0.47
	d.room(float64(len(lines)) * height)
	for _, l := range lines {
		d.doc.CellFormat(pageWidth, height, l, "", 2, "L", false, 0, "")
	}
	d.down(1)
}

func (d *pages) tiles(all []tile) {
	const inRow, gap, height = 4, 2.5, 16.
	width := (pageWidth - (inRow-1)*gap) / inRow
	for i, t := range all {
		if i%inRow == 0 {
			d.room(height + gap)
		}
		x, y := pageMargin+float64(i%inRow)*(width+gap), d.doc.GetY()
		d.doc.SetDrawColor(0xc9, 0xcb, 0xd6)
		d.doc.SetLineWidth(0.3)
		d.doc.Rect(x, y, width, height, "D")
		for _, text := range []struct {
			weight string
			size   float64
			in     shade
			at     float64
			text   string
		}{{"", 7.5, grey, 1.2, t.Label}, {"B", 12, ink, 5, t.Value}, {"", 7.5, grey, 11, t.Detail}} {
			d.font(text.weight, text.size, text.in)
			d.doc.SetXY(x+1.5, y+text.at)
			d.doc.CellFormat(width-3, text.size*0.45, text.text, "", 0, "L", false, 0, "")
		}
		d.doc.SetXY(pageMargin, y)
		if i%inRow == inRow-1 || i == len(all)-1 {
			d.down(height + gap)
		}
	}
}

func (d *pages) facts(all []fact) {
	const name = 42.
	for _, f := range all {
		d.font("", 9, ink)
		value, target := f.Value, 0
		if f.Figure != nil {
			value += fmt.Sprintf(" (strip %d)", f.Figure.Number)
			target = d.link(f.Figure)
		}
		lines := d.doc.SplitText(value, pageWidth-name)
		d.room(float64(len(lines)) * lineHeight)
		y := d.doc.GetY()
		d.font("", 9, grey)
		d.doc.CellFormat(name, lineHeight, f.Name, "", 0, "L", false, 0, "")
		d.font("", 9, ink)
		for i, l := range lines {
			d.doc.SetXY(pageMargin+name, y+float64(i)*lineHeight)
			d.doc.CellFormat(pageWidth-name, lineHeight, l, "", 0, "L", false, target, "")
		}
		d.doc.SetXY(pageMargin, y+float64(len(lines))*lineHeight)
	}
	if len(all) > 0 {
		d.down(1.5)
	}
}

// drawing draws in real size.
func (d *pages) drawing(title string, what picture.Drawing) {
	width, height := what.Size()
	d.room(millimetres(height) + 6)
	if title != "" {
		d.font("", 8.5, ink)
		d.doc.CellFormat(pageWidth, 4.5, title, "", 2, "L", false, 0, "")
	}
	top := d.doc.GetY() // drawing moves it
	what.Draw(draw.New(newCanvas(d.doc, pageMargin, top, width, height)))
	d.doc.SetXY(pageMargin, top+millimetres(height)+1.5)
}

func (d *pages) figure(f *figure) {
	needed := 6.
	for _, l := range f.Lines {
		_, height := l.Size()
		needed += millimetres(height) + 1.5
	}
	d.room(min(needed, 150))
	d.doc.SetLink(d.link(f), d.doc.GetY(), -1)
	d.font("B", 8.5, ink)
	head := fmt.Sprintf("Strip %d  ", f.Number)
	width := d.doc.GetStringWidth(head) + 1
	y := d.doc.GetY()
	d.doc.CellFormat(width, 4.5, head, "", 0, "L", false, 0, "")
	d.font("", 8.5, ink)
	for _, l := range d.doc.SplitText(f.Title+" · "+f.Detail, pageWidth-width) {
		d.doc.SetXY(pageMargin+width, y)
		d.doc.CellFormat(pageWidth-width, 4.5, l, "", 0, "L", false, 0, "")
		y += 4.5
	}
	d.doc.SetXY(pageMargin, y)
	if f.Missing != "" {
		d.paragraph(f.Missing, 9, ink)
	}
	for _, l := range f.Lines {
		d.drawing("", l)
	}
}
