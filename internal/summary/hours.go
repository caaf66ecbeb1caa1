package summary

import (
	"slices"
	"sort"
	"time"

	"github.com/holterd/holter/internal/influx"
)

// hours are those of the clock, cut to the period.
func hours(p Period) []Hour {
	var all []Hour
	for at := p.From; at.Before(p.To); {
		local := at.In(p.Zone)
		past := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
		next := earliest(at.Add(time.Hour-past), p.To)
		all = append(all, Hour{Span: Span{at.UTC(), next.UTC()}, Kinds: map[string]int{}, Rhythms: map[string]float64{}})
		at = next
	}
	return all
}

// hourOf is the hour of a time in the period.
func (c *counter) hourOf(at time.Time) *Hour {
	i := sort.Search(len(c.out.Hours), func(i int) bool { return c.out.Hours[i].To.After(at) })
	return &c.out.Hours[min(i, len(c.out.Hours)-1)]
}

func (c *counter) hours() {
	c.out.Hours = hours(c.Period)
	for i := range c.out.Hours {
		h := &c.out.Hours[i]
		h.Recorded = h.Seconds()
		for _, gap := range c.Coverage.Gaps {
			h.Recorded -= max(earliest(gap.To, h.To).Sub(latest(gap.From, h.From)).Seconds(), 0)
		}
	}
	for _, w := range c.counted() {
		h := c.hourOf(w.From)
		h.Analysed += w.To.Sub(w.From).Seconds()
		h.Beats += w.Beats
	}
	for i := range c.out.Hours {
		if h := &c.out.Hours[i]; h.Analysed > 0 {
			h.Mean = float64(h.Beats) / h.Analysed * 60
		}
	}
	for _, b := range c.beats {
		if c.inPeriod(b.Time) {
			c.hourOf(b.Time).Kinds[b.Kind]++
		}
	}
}

// counted are the windows of the period.
func (c *counter) counted() []influx.Window {
	return slices.DeleteFunc(slices.Clone(c.windows), func(w influx.Window) bool { return !c.inPeriod(w.From) })
}

func (c *counter) coverage() {
	v := &c.out.Coverage
	v.Period = c.To.Sub(c.From).Seconds()
	v.Recorded, v.Analysable = c.Coverage.Recorded.Seconds(), c.Coverage.Analysable.Seconds()
	for _, g := range c.Coverage.Gaps {
		v.Gaps = append(v.Gaps, Span{g.From.UTC(), g.To.UTC()})
		v.LongestGap = max(v.LongestGap, g.To.Sub(g.From).Seconds())
	}
	for _, h := range c.out.Hours {
		v.Analysed += h.Analysed
		v.Beats += h.Beats
	}
	devices, models := make(map[string]bool), make(map[string]float64)
	for _, w := range c.counted() {
		devices[w.Device] = true
		if _, known := models[w.Model]; !known {
			c.out.Models = append(c.out.Models, Model{Name: w.Model})
		}
		models[w.Model] += w.To.Sub(w.From).Seconds()
	}
	for i := range c.out.Models {
		c.out.Models[i].Seconds = models[c.out.Models[i].Name]
	}
	for _, r := range c.Runs {
		devices[r.Device] = true
	}
	for d := range devices {
		c.out.Devices = append(c.out.Devices, d)
	}
	slices.Sort(c.out.Devices)
}

// asked is how long a condition was asked for, and for how long that is not known.
func (c *counter) asked(code string) (asked, unknown float64) {
	for _, w := range c.counted() {
		seconds := w.To.Sub(w.From).Seconds()
		switch {
		case w.Asked == "" && w.Questions > 0:
			unknown += seconds
		case slices.Contains(split(w.Asked), code):
			asked += seconds
		}
	}
	return asked, unknown
}
