package questions

import (
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/window"
)

// margin is read on either side of a strip, so that it has clean ends.
const margin = time.Second

// shortest is the shortest stretch that is shown, in samples at window.Rate: half a
// second, as in package window.
const shortest = window.Rate / 2

// clip is a stretch of a strip as the model is shown it.
type clip struct {
	signal *window.Clip
	shown  Shown
	of     *stretch
	first  int // the clip's first sample, at window.Rate, from the stretch's start
}

// timeAt is the time of a place in the clip, in seconds.
func (c clip) timeAt(seconds float64) time.Time {
	return c.of.timeAt(float64(c.first)/window.Rate + seconds)
}

// clips reads a strip: one clip for each stretch without a gap.
func (s source) clips(ctx context.Context, patient string, index int, strip Strip) ([]clip, error) {
	stretches, archived, err := s.read(ctx, patient, strip.From.Add(-margin), strip.To.Add(margin))
	if err != nil {
		return nil, err
	}
	device := strip.Device
	if device == "" {
		device = longest(stretches, strip)
	}
	var clips []clip
	for _, part := range stretches {
		if part.device != device {
			continue
		}
		c, err := show(part, index, strip)
		if err != nil {
			return nil, err
		}
		if c != nil {
			clips = append(clips, *c)
		}
	}
	if len(clips) == 0 {
		return nil, s.missing(patient, index, strip, archived)
	}
	return clips, nil
}

// longest is the device with the most signal in the strip, the first by name of
// several.
func longest(stretches []*stretch, strip Strip) string {
	sums := make(map[string]time.Duration)
	best := ""
	for _, s := range stretches {
		from, to := later(s.Start, strip.From), earlier(s.end, strip.To)
		sums[s.device] += max(to.Sub(from), 0)
	}
	for device, sum := range sums {
		if most := sums[best]; sum > most || sum == most && device < best {
			best = device
		}
	}
	return best
}

// show makes a clip of what of a stretch lies in the strip; nil when that is hardly
// anything, or flat.
func show(part *stretch, index int, strip Strip) (*clip, error) {
	rec := part.Recording
	if len(strip.Leads) > 0 {
		var err error
		if rec, err = selected(rec, strip.Leads); err != nil {
			return nil, invalid("choose among those, or leave the leads out", "strip %d: %w", index+1, err)
		}
	}
	all, err := window.FromRecording(rec)
	if err != nil {
		return nil, problem(Failed, "choose other leads", "strip %d: %w", index+1, err)
	}
	at := func(t time.Time) int {
		return min(max(int(math.Round(part.at(t)*window.Rate)), 0), all.Len())
	}
	from, to := at(strip.From), at(strip.To)
	if to-from < shortest {
		return nil, nil
	}
	c := &clip{signal: all.Slice(from, to), of: part, first: from}
	c.shown = Shown{
		Strip: index, From: c.timeAt(0), To: c.timeAt(float64(to-from) / window.Rate),
		Device: part.device, Recording: part.recording,
	}
	if silent(c.signal) {
		return nil, nil
	}
	for slot, lead := range c.signal {
		if lead != nil {
			c.shown.Leads = append(c.shown.Leads, ecg.Slot(slot).String())
		}
	}
	return c, nil
}

// silent tells whether all leads are flat.
func silent(c *window.Clip) bool {
	for _, lead := range c.Scaled(window.ScaleMinMax) {
		for _, x := range lead {
			if x != 0 {
				return false
			}
		}
	}
	return true
}

func selected(rec *ecg.Recording, leads []string) (*ecg.Recording, error) {
	var index []int
	for _, lead := range leads {
		one, err := ecg.SelectLeads(rec.Names(), lead)
		if err != nil {
			return nil, err
		}
		index = append(index, one...)
	}
	out := *rec
	out.Leads = nil
	for _, i := range index {
		out.Leads = append(out.Leads, rec.Leads[i])
	}
	return &out, nil
}

// missing says why there is nothing to show.
func (s source) missing(patient string, index int, strip Strip, archived bool) error {
	newest, known := s.held.newest(patient, strip.Device)
	whose := "patient " + strconv.Quote(patient)
	if strip.Device != "" {
		whose = "device " + strconv.Quote(strip.Device) + " of " + whose
	}
	const layout = "2006-01-02T15:04:05Z"
	switch {
	case !archived:
		return problem(NoSignal, "let the analyzer read the archive: set its archive.folder",
			"the analyzer holds no signal of %s from %s to %s (strip %d) and cannot read the archive in %s",
			whose, strip.From.Format(layout), strip.To.Format(layout), index+1, s.archive)
	case known:
		return problem(NoSignal, "choose another time",
			"%s has no signal, or no electrode with contact, from %s to %s (strip %d); the newest signal ends at %s",
			whose, strip.From.Format(layout), strip.To.Format(layout), index+1, newest.Format(layout))
	}
	return problem(NoSignal, "check the name and the time; what is older than archive.retention is deleted",
		"no signal of %s is known from %s to %s (strip %d)", whose, strip.From.Format(layout), strip.To.Format(layout), index+1)
}

// resolve turns "the newest" into times.
func (s source) resolve(patient string, strips []Strip) ([]Strip, error) {
	out := append([]Strip{}, strips...)
	for i, strip := range out {
		if strip.Last == 0 {
			continue
		}
		newest, ok := s.held.newest(patient, strip.Device)
		if !ok {
			return nil, problem(NoSignal, "check the name, or ask about a time",
				"no signal of patient %q has come to this analyzer, so there is no newest", patient)
		}
		out[i].From, out[i].To, out[i].Last = newest.Add(-strip.Last), newest, 0
	}
	return out, nil
}

// asProblem makes any failure one that can be told.
func asProblem(err error) *Error {
	var p *Error
	if errors.As(err, &p) {
		return p
	}
	return problem(Failed, "the analyzer's log says more", "the question could not be answered: %w", err)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
