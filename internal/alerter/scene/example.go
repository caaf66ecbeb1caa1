package scene

import (
	"bytes"
	"fmt"
	"time"

	"github.com/holterd/holter/internal/picture"
	"github.com/holterd/holter/internal/strip"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// Example is the picture of a test message: a simulated run, at a time.
func Example(at time.Time, zone *time.Location) ([]byte, error) {
	cfg := ecg.DefaultSimConfig()
	cfg.Duration, cfg.Start = length, at.Truncate(time.Second)
	cfg.Episodes = []ecg.Episode{{Kind: ecg.PVCs, At: 4 * time.Second, Beats: 4}}
	rec, marks, err := ecg.Simulate(cfg)
	if err != nil {
		return nil, err
	}
	run := localize.Event{Kind: "V"}
	for _, m := range marks {
		if m.Symbol == "V" {
			run.End = rec.Start.Add(time.Duration(float64(m.Sample) / rec.Rate * float64(time.Second)))
			if run.Start.IsZero() {
				run.Start = run.End
			}
		}
	}
	drawing := strip.Of(rec, "", []localize.Event{run}, strip.Options{Zone: zone, MostLeads: mostLeads})
	var png bytes.Buffer
	err = picture.PNGAt(&png, picture.Page{
		Title:    "Test of the messages: a simulated ECG, of nobody",
		Sections: []picture.Section{{Title: "Onset" + legend(drawing.Rows), Strips: []picture.Strip{drawing}}},
	}, dpi)
	if err != nil {
		return nil, fmt.Errorf("draw the example: %w", err)
	}
	return png.Bytes(), nil
}
