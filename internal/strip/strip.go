// Package strip finds archived signal and makes an ECG strip of it, with what was
// found in it. It reads no events itself and draws nothing (package picture does).
package strip

import (
	"cmp"
	"image/color"
	"math"
	"slices"
	"time"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/exchange"
	"github.com/holterd/holter/internal/picture"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// Signal is where the signal is; *archive.Archive is one.
type Signal interface {
	Read(patient string, from, to time.Time) ([]*archive.Stretch, error)
}

// Find is a patient's signal in [from, to): of the device, or when none is named
// of the one with the most. It is nil when the archive has none.
func Find(kept Signal, patient, device string, from, to time.Time) (*exchange.Track, error) {
	stretches, err := kept.Read(patient, from, to)
	if err != nil {
		return nil, err
	}
	stretches = slices.DeleteFunc(stretches, func(s *archive.Stretch) bool { return device != "" && s.Device != device })
	if len(stretches) == 0 {
		return nil, nil
	}
	return slices.MaxFunc(exchange.Tracks(stretches), func(x, y *exchange.Track) int {
		return cmp.Compare(float64(x.Len)/x.Rate, float64(y.Len)/y.Rate)
	}), nil
}

// Options say how a strip is to look. The zero value shows all leads, in UTC.
type Options struct {
	Title string
	// Zone is the reader's; nil: UTC.
	Zone *time.Location
	// MostLeads are shown at most, those with signal: Prefer first, where it has
	// any, then in the device's order. 0: all leads, whatever they show.
	MostLeads int
	Prefer    string
}

// Of makes a strip of signal that begins at rec.Start, with a row for each kind of
// event that the device has in it.
func Of(rec *ecg.Recording, device string, events []localize.Event, o Options) picture.Strip {
	zone := o.Zone
	if zone == nil {
		zone = time.UTC
	}
	start := rec.Start.In(zone)
	return picture.Strip{
		Title: o.Title, Note: start.Format("2006-01-02 15:04:05 MST"), Start: start, Rate: rec.Rate,
		Leads: leads(rec, o), Rows: rows(rec, device, events),
	}
}

// rows are the events, those of a kind in one.
func rows(rec *ecg.Recording, device string, events []localize.Event) (all []picture.Row) {
	colours := []color.NRGBA{picture.Orange, picture.Blue}
	spans := make(map[string]localize.Spans)
	length := rec.Duration().Seconds()
	for _, e := range events {
		from, to := e.Start.Sub(rec.Start).Seconds(), e.End.Sub(rec.Start).Seconds()
		if e.Device == device && to > 0 && from < length {
			spans[e.Kind] = append(spans[e.Kind], localize.Span{Start: max(from, 0), End: min(to, length), Confidence: e.Confidence})
		}
	}
	for _, c := range append(slices.Clone(localize.Conditions), localize.Condition{Code: "NOTE"}) {
		if len(spans[c.Code]) > 0 {
			all = append(all, picture.Row{Label: c.Code, Colour: colours[len(all)%2], Spans: spans[c.Code], Shade: len(all) == 0})
		}
	}
	return all
}

// leads picks the leads to show.
func leads(rec *ecg.Recording, o Options) []ecg.Lead {
	if o.MostLeads <= 0 {
		return rec.Leads
	}
	picked := slices.DeleteFunc(slices.Clone(rec.Leads), func(l ecg.Lead) bool { return !alive(l) })
	slices.SortStableFunc(picked, func(x, y ecg.Lead) int {
		return cmp.Compare(rank(x, o.Prefer), rank(y, o.Prefer))
	})
	return picked[:min(len(picked), o.MostLeads)]
}

func rank(l ecg.Lead, prefer string) int {
	if l.Name == prefer {
		return 0
	}
	return 1
}

// leastSpread is what a lead's trace has to cover, in mV: no heart is in a flatter
// one.
const leastSpread = 0.05

// alive tells whether a lead has signal for half of the time at least.
func alive(l ecg.Lead) bool {
	n, low, high := 0, math.Inf(1), math.Inf(-1)
	for _, v := range l.Samples {
		if x := float64(v); !math.IsNaN(x) && !math.IsInf(x, 0) {
			n, low, high = n+1, min(low, x), max(high, x)
		}
	}
	return 2*n >= len(l.Samples) && high-low >= leastSpread
}
