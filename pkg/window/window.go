package window

import (
	"math"
	"slices"
	"time"

	"github.com/holterd/holter/pkg/ecg"
)

// Window is a stretch of contiguous signal of one recording, cut for a model.
type Window struct {
	// Segment is the ordinal of the contiguous signal in the recording, Index
	// that of the window in the segment.
	Segment, Index int
	// First is the position of sample 0 in the segment, Start its wall time.
	First int64
	Start time.Time
	// Clip is the signal in millivolts, without gaps as the model needs it.
	Clip *Clip
	// CoreFrom and CoreTo bound the samples of the window that it answers for:
	// the cores of a segment's windows partition the segment.
	CoreFrom, CoreTo int
	// EndsSegment says that the segment ends with this window, EndsRecording
	// that the recording does. A recording whose signal stops before its last
	// chunk ends without such a window: see Windower.Ended.
	EndsSegment, EndsRecording bool

	gaps  [ecg.Slots][]gap
	times []anchor
}

// Measured is the signal as it was measured: NaN in the gaps that Clip bridges, and
// without a lead that is only there because a Clip has one.
func (w Window) Measured() *Clip {
	var measured Clip
	for slot, gaps := range w.gaps {
		lead := w.Clip[slot]
		if lead == nil || len(gaps) == 1 && gaps[0].to-gaps[0].from == len(lead) {
			continue
		}
		if len(gaps) > 0 {
			lead = slices.Clone(lead)
		}
		for _, g := range gaps {
			for i := g.from; i < g.to; i++ {
				lead[i] = float32(math.NaN())
			}
		}
		measured[slot] = lead
	}
	return &measured
}

// anchor ties an instant to a position in the segment.
type anchor struct {
	position float64 // samples at 100 Hz from the segment's first
	time     int64   // ns since the Unix epoch
}

const period = float64(time.Second / Rate)

// TimeAt is the wall time of a sample of the window, by the device's time
// stamps. It may be asked for any sample, also the one after the last. A
// sample has the same time in every window that holds it.
func (w Window) TimeAt(sample int) time.Time {
	if len(w.times) == 0 { // made by hand
		return w.Start.Add(time.Duration(sample) * time.Second / Rate)
	}
	position := float64(w.First) + float64(sample)
	at := w.times[0]
	for _, a := range w.times[1:] {
		if a.position > position {
			break
		}
		at = a
	}
	return time.Unix(0, at.time+int64((position-at.position)*period)).UTC()
}

// End is the wall time at which the window's last sample ends.
func (w Window) End() time.Time { return w.TimeAt(w.Clip.Len()) }
