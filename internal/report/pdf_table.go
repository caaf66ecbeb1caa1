package report

import "strconv"

// tableSize is that of its text, in points.
const tableSize = 8.5

// table writes a table, its head again on every page.
func (d *pages) table(t table) {
	if len(t.Rows) == 0 {
		if t.Empty != "" {
			d.paragraph(t.Empty, 9, ink)
		}
		return
	}
	d.room(24)
	if t.Title != "" {
		d.font("B", 9, ink)
		d.doc.CellFormat(pageWidth, 5.5, t.Title, "", 2, "L", false, 0, "")
	}
	columns, strips := t.Columns, t.HasFigures()
	if strips {
		columns = append(columns[:len(columns):len(columns)], column{"Strip", 1.7, false})
	}
	widths := widthsOf(columns)
	titles := make([]string, len(columns))
	for i, c := range columns {
		titles[i] = c.Title
	}
	d.row(columns, widths, titles, "B", 0)
	for _, r := range t.Rows {
		cells, target := r.Cells, 0
		if strips {
			number := ""
			if r.Figure != nil {
				number, target = strconv.Itoa(r.Figure.Number), d.link(r.Figure)
			}
			cells = append(cells[:len(cells):len(cells)], number)
		}
		if d.room(d.height(widths, cells, "")) {
			d.row(columns, widths, titles, "B", 0)
		}
		d.row(columns, widths, cells, "", target)
	}
	d.down(2)
}

func widthsOf(columns []column) []float64 {
	total := 0.
	for _, c := range columns {
		total += c.Width
	}
	widths := make([]float64, len(columns))
	for i, c := range columns {
		widths[i] = c.Width / total * pageWidth
	}
	return widths
}

const cellGap = 3 // to the next column

// height is that of a row.
func (d *pages) height(widths []float64, cells []string, weight string) float64 {
	d.font(weight, tableSize, ink)
	lines := 1
	for i, text := range cells {
		lines = max(lines, len(d.doc.SplitText(text, widths[i]-cellGap)))
	}
	return float64(lines)*lineHeight + 0.6
}

func (d *pages) row(columns []column, widths []float64, cells []string, weight string, target int) {
	height := d.height(widths, cells, weight)
	x, top := pageMargin, d.doc.GetY()
	for i, text := range cells {
		align := "L"
		if columns[i].Number {
			align = "R"
		}
		for n, l := range d.doc.SplitText(text, widths[i]-cellGap) {
			d.doc.SetXY(x, top+float64(n)*lineHeight)
			d.doc.CellFormat(widths[i]-cellGap, lineHeight, l, "", 0, align, false, target, "")
		}
		x += widths[i]
	}
	d.doc.SetDrawColor(0xc9, 0xcb, 0xd6)
	d.doc.SetLineWidth(0.15)
	if weight != "" {
		d.doc.SetDrawColor(ink.r, ink.g, ink.b)
		d.doc.SetLineWidth(0.3)
	}
	d.doc.Line(pageMargin, top+height, pageMargin+pageWidth, top+height)
	d.doc.SetXY(pageMargin, top+height+0.3)
}
