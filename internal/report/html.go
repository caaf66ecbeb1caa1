package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/holterd/holter/internal/picture"
)

//go:embed report.html
var page string

//go:embed report.css
var styles string

// pageTemplate is the report as one file that needs nothing else. Pictures are images, not
// parts of the document, so that no text in them can become markup or script.
var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"picture": inline,
	"styles":  func() template.CSS { return template.CSS(styles) }, //nolint:gosec // it is our own
	"lower": func(c column) string {
		if c.Number {
			return "number"
		}
		return ""
	},
}).Parse(page))

func (r *Report) html(out io.Writer) error {
	if err := pageTemplate.Execute(out, r.document); err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	return nil
}

// inline is a drawing as the address of an image.
func inline(d picture.Drawing) (template.URL, error) {
	var b bytes.Buffer
	if err := picture.SVG(&b, d); err != nil {
		return "", err
	}
	return template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), nil //nolint:gosec // it is an image
}
