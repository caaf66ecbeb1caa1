package eval

import (
	"fmt"
	"io"
	"strings"
)

// Print writes all that was scored for people, one table after the other.
func (r Result) Print(w io.Writer, style Style) error {
	sections := 0
	begin := func(title string) error {
		sections++
		gap := ""
		if sections > 1 {
			gap = "\n"
		}
		_, err := fmt.Fprintf(w, "%s%s\n\n", gap, title)
		return err
	}
	for _, s := range []struct {
		title string
		print func() error
		there bool
	}{
		{"Localization: mean intersection over union", func() error { return r.Table.Print(w, style) }, r.Table != nil},
		{"Reports", func() error { return r.Report.print(w, style) }, r.Report != nil},
		{"Questions: exact match", func() error { return r.QA.print(w, style) }, r.QA != nil},
		{"Comparisons: exact match", func() error { return r.Comparison.print(w, style) }, r.Comparison != nil},
		{fmt.Sprintf("Confidence: expected calibration error of %d bins", CalibrationBins),
			func() error { return printCalibration(w, style, r.Calibration) }, len(r.Calibration) > 0},
	} {
		if !s.there {
			continue
		}
		if err := begin(s.title); err != nil {
			return err
		}
		if err := s.print(); err != nil {
			return err
		}
	}
	return nil
}

// Print writes the table for people.
func (t Table) Print(w io.Writer, style Style) error {
	var g grid
	g.addf("kind\tquestions\tIoU\tpresent\tIoU there\tabsent\tIoU there\talways \"No\"\tbest constant span")
	for _, r := range t.Rows {
		g.addf("%s\t%d\t%.3f\t%d\t%s\t%d\t%s\t%.3f\t%.3f", r.Kind, r.All.Questions, r.All.IoU,
			r.Present.Questions, r.Present, r.Absent.Questions, r.Absent, r.AlwaysNo, r.BestSpan.IoU)
	}
	for _, s := range []struct {
		name string
		Summary
	}{{"macro", t.Macro}, {"micro", t.Micro}} {
		g.addf("%s\t\t%.3f\t\t%.3f\t\t%.3f\t%.3f\t%.3f", s.name, s.IoU, s.Present, s.Absent, s.AlwaysNo, s.BestSpan)
	}
	if err := g.print(w, style); err != nil {
		return err
	}
	var lines []string
	for _, r := range t.Rows {
		if r.BestSpan.Answer != "" {
			lines = append(lines, fmt.Sprintf("best constant span for %s: %q to every question\n", r.Kind, r.BestSpan.Answer))
		}
	}
	if style == Markdown {
		return nil // the span itself is for the curious
	}
	_, err := io.WriteString(w, strings.Join(lines, ""))
	return err
}

// String is the IoU, a dash when there was no question.
func (s Score) String() string {
	if s.Questions == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f", s.IoU)
}

func (s ReportScore) print(w io.Writer, style Style) error {
	var g grid
	g.add("answers", "reports", "BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-1", "ROUGE-2", "ROUGE-L", "label AUC (macro)")
	row := func(name string, t TextScore, area float64) {
		g.addf("%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f", name, s.Questions,
			t.BLEU[0], t.BLEU[1], t.BLEU[2], t.BLEU[3], t.ROUGE.One, t.ROUGE.Two, t.ROUGE.L, area)
	}
	row("model", s.TextScore, s.Labels.MacroAUC)
	row("commonest report", s.Commonest.TextScore, 0.5)
	if err := g.print(w, style); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d labels, by %s\n", len(s.Labels.Labels), s.Labels.Similarity)
	return err
}

func (s ExactScore) print(w io.Writer, style Style) error {
	var g grid
	g.add("kind", "questions", "exact match", "commonest answer", "its exact match")
	row := func(kind string, e ExactShare) {
		g.addf("%s\t%d\t%.3f\t%s\t%.3f", kind, e.Questions, e.ExactMatch, e.Commonest.Answer, e.Commonest.ExactMatch)
	}
	for _, k := range s.Kinds {
		row(k.Kind, k.ExactShare)
	}
	row("all", s.ExactShare)
	if err := g.print(w, style); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nwording: BLEU-4 %.3f, ROUGE-L %.3f\n", s.BLEU[3], s.ROUGE.L)
	return err
}

func printCalibration(w io.Writer, style Style, calibrations []Calibration) error {
	var g grid
	g.add("answers", "kind", "questions", "mean confidence", "right", "error")
	for _, c := range calibrations {
		kind := c.Kind
		if kind == "" {
			kind = "all"
		}
		g.addf("%s\t%s\t%d\t%.3f\t%.3f\t%.3f", c.Task, kind, c.Questions, c.Confidence, c.Right, c.Error)
	}
	return g.print(w, style)
}

// PrintBeats writes beat scores for people: of each record, gross and average.
func PrintBeats(w io.Writer, records []string, scores []EC57, gross EC57, means EC57Means) error {
	g := grid{{"record", "QRS Se", "QRS +P", "VEB", "VEB Se", "VEB +P", "VEB F1", "SVEB", "SVEB Se", "SVEB +P", "SVEB F1"}}
	row := func(name string, s EC57) {
		g.addf("%s\t%v\t%v\t%d\t%v\t%v\t%v\t%d\t%v\t%v\t%v", name, s.QRS.Sensitivity, s.QRS.Predictivity,
			s.VEB.Sensitivity.Of, s.VEB.Sensitivity, s.VEB.Predictivity, s.VEB.F1,
			s.SVEB.Sensitivity.Of, s.SVEB.Sensitivity, s.SVEB.Predictivity, s.SVEB.F1)
	}
	for i, name := range records {
		row(name, scores[i])
	}
	row("gross", gross)
	g.addf("average\t%v\t%v\t\t%v\t%v\t%v\t\t%v\t%v\t%v", means.QRS.Sensitivity, means.QRS.Predictivity,
		means.VEB.Sensitivity, means.VEB.Predictivity, means.VEB.F1, means.SVEB.Sensitivity, means.SVEB.Predictivity, means.SVEB.F1)
	return g.print(w, Plain)
}
