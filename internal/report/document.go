package report

import (
	"github.com/holterd/holter/internal/picture"
)

// document is what a report says, in order, whatever its form.
type document struct {
	Title    string
	Subtitle string
	Facts    []fact // of the head
	Sections []section
	Footer   string
}

// section is a chapter: its parts in the order of the fields.
type section struct {
	ID, Title string
	// Tiles are numbers to see first.
	Tiles   []tile
	Notes   []string // paragraphs
	Charts  []chart
	Facts   []fact
	Tables  []table
	Figures []*figure
	// After are paragraphs in small print.
	After []string
}

type tile struct{ Label, Value, Detail string }

// fact is a line "name: value", with the strip that shows it.
type fact struct {
	Name, Value string
	Figure      *figure
}

// table has rows of cells; a column is as wide as its share of the widths.
type table struct {
	Title   string
	Columns []column
	Rows    []row
	// Empty is said instead of a table without rows.
	Empty string
}

type column struct {
	Title string
	Width float64
	// Number aligns to the right.
	Number bool
}

type row struct {
	Cells []string
	// Figure shows it; nil: none.
	Figure *figure
}

type chart struct {
	Title   string
	Drawing picture.Drawing
}

// figure is a strip, in as many lines as it needs.
type figure struct {
	Number  int
	Title   string // what it shows
	Detail  string // when, which device
	Lines   []picture.Strip
	Missing string // why there is none
}

// hasFigures tells whether a table has a column for strips.
func (t table) HasFigures() bool {
	for _, r := range t.Rows {
		if r.Figure != nil {
			return true
		}
	}
	return false
}
