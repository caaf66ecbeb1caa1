package eval

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Style is how tables are written.
type Style int

const (
	// Plain aligns columns with spaces.
	Plain Style = iota
	// Markdown draws tables of Markdown.
	Markdown
)

// grid is a table of texts.
type grid [][]string

func (g *grid) add(cells ...string) { *g = append(*g, cells) }

// addf adds a row whose cells are divided by tabs.
func (g *grid) addf(format string, values ...any) {
	g.add(strings.Split(fmt.Sprintf(format, values...), "\t")...)
}

func (g grid) print(w io.Writer, style Style) error {
	if style == Markdown {
		return g.markdown(w)
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range g {
		_, _ = fmt.Fprintln(out, strings.Join(row, "\t")+"\t")
	}
	return out.Flush()
}

func (g grid) markdown(w io.Writer) error {
	var b strings.Builder
	for i, row := range g {
		cells := make([]string, len(row))
		for j, cell := range row {
			cells[j] = strings.ReplaceAll(cell, "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
		if i == 0 {
			b.WriteString("|---" + strings.Repeat("|--:", len(row)-1) + "|\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
