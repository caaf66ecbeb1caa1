package eval

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Print writes the table for people.
func (t Table) Print(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(format string, values ...any) { _, _ = fmt.Fprintf(out, format+"\t\n", values...) }
	line("kind\tquestions\tIoU\tpresent\tIoU there\tabsent\tIoU there\talways \"No\"\tbest constant span")
	for _, r := range t.Rows {
		line("%s\t%d\t%.3f\t%d\t%s\t%d\t%s\t%.3f\t%.3f", r.Kind, r.All.Questions, r.All.IoU,
			r.Present.Questions, r.Present, r.Absent.Questions, r.Absent, r.AlwaysNo, r.BestSpan.IoU)
	}
	for _, s := range []struct {
		name string
		Summary
	}{{"macro", t.Macro}, {"micro", t.Micro}} {
		line("%s\t\t%.3f\t\t%.3f\t\t%.3f\t%.3f\t%.3f", s.name, s.IoU, s.Present, s.Absent, s.AlwaysNo, s.BestSpan)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for _, r := range t.Rows {
		if r.BestSpan.Answer == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "best constant span for %s: %q to every question\n", r.Kind, r.BestSpan.Answer); err != nil {
			return err
		}
	}
	return nil
}

// String is the IoU, a dash when there was no question.
func (s Score) String() string {
	if s.Questions == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f", s.IoU)
}
