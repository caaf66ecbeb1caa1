// Package picture draws: ECG strips as on paper, with spans marked, pages of
// them, bars and reliability diagrams; as SVG or PNG.
//
//	strip := picture.Strip{Rate: 100, Leads: leads, Rows: []picture.Row{{Label: "answer", Spans: spans}}}
//	err := picture.PNG(w, strip)
//
// Whatever can be drawn has a size of its own, in real millimetres. The package
// reads no recordings and knows no model.
package picture
