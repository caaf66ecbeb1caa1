package analyzer

import (
	"slices"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// measure measures the ST segments of the window's core: their deviations, and
// the episodes that go on or have ended.
func (a *asked) measure(slots []ecg.Slot, samples [][]float32, peaks []int) (levels []localize.Level, measured []localize.Measured) {
	found, spans := a.recording.meter.Add(ecg.STWindow{
		Segment: a.window.Segment, Slots: slots, Leads: samples, Beats: peaks,
		CoreFrom: a.window.CoreFrom, CoreTo: a.window.CoreTo, At: a.window.TimeAt,
	})
	for _, l := range found {
		levels = append(levels, localize.Level{From: l.From, To: l.To, Deviation: l.Deviation, Lead: l.Lead.String()})
	}
	for _, s := range spans {
		measured = append(measured, localize.Measured{Start: s.Start, End: s.End, Peak: s.Peak, Lead: s.Lead.String(), PeakAt: s.PeakAt, Open: s.Open})
	}
	return levels, measured
}

// measuredOnly are the conditions that measured episodes become events of although
// the model is not asked for them: elevation and depression, unless ST changes of
// either kind are asked for.
func measuredOnly(questions []question) (conditions []localize.Condition) {
	asked := func(code string) bool {
		return slices.ContainsFunc(questions, func(q question) bool { return q.condition.Code == code })
	}
	for _, code := range []string{"STE", "STD"} {
		if c, ok := localize.ByCode(code); ok && !asked(code) && !asked("ST") {
			conditions = append(conditions, c)
		}
	}
	return conditions
}
