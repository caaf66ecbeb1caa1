// Package gallery draws the pictures of an evaluation: bars record by record, how
// the confidence can be relied on, and strips of answers that are right, that
// miss something, and that find what is not there.
//
// What is drawn, and which strips, follows from the answers alone.
package gallery

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/holterd/holter/internal/eval"
	"github.com/holterd/holter/internal/locate"
	"github.com/holterd/holter/internal/picture"
)

// Write draws what there is to draw into a folder, each as SVG and PNG:
// records, reliability, strips.
func Write(dir string, result eval.Result, answers []locate.Prediction, signals *locate.Signals) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder for the pictures: %w", err)
	}
	drawings := map[string]picture.Drawing{}
	if len(result.Records) > 0 {
		drawings["records"] = records(result.Records)
	}
	if len(result.Calibration) > 0 {
		drawings["reliability"] = reliability(result.Calibration)
	}
	page, err := strips(answers, signals)
	if err != nil {
		return fmt.Errorf("draw strips: %w", err)
	}
	if len(page.Sections) > 0 {
		drawings["strips"] = page
	}
	for name, drawing := range drawings {
		if err := picture.Save(filepath.Join(dir, name), drawing); err != nil {
			return err
		}
	}
	return nil
}

// records are bars of the mean IoU, a group for each record.
func records(scores []eval.RecordScore) picture.Bars {
	bars := picture.Bars{Title: "Localization, record by record", Axis: "mean IoU"}
	value := map[[2]string]float64{}
	var kinds []string
	for _, s := range scores {
		value[[2]string{s.Record, s.Kind}] = s.IoU
		bars.Names, kinds = append(bars.Names, s.Record), append(kinds, s.Kind)
	}
	slices.Sort(kinds)
	bars.Names = slices.Compact(bars.Names) // in order already
	for _, kind := range slices.Compact(kinds) {
		series := picture.Series{Label: kind}
		for _, record := range bars.Names {
			v, ok := value[[2]string{record, kind}]
			if !ok {
				v = math.NaN()
			}
			series.Values = append(series.Values, v)
		}
		bars.Series = append(bars.Series, series)
	}
	return bars
}

func reliability(calibrations []eval.Calibration) picture.Reliability {
	var out picture.Reliability
	for _, c := range calibrations {
		kind := c.Kind
		if kind == "" {
			kind = string(c.Task)
		}
		panel := picture.Panel{Title: fmt.Sprintf("%s: %d answers, ECE %.3f", kind, c.Questions, c.Error)}
		for _, b := range c.Bins {
			panel.Bins = append(panel.Bins, picture.Bin{From: b.From, To: b.To, Confidence: b.Confidence, Right: b.Right, Answers: b.Questions})
		}
		out.Panels = append(out.Panels, panel)
	}
	return out
}
