package summary

import (
	"slices"
	"sort"
	"time"

	"github.com/holterd/holter/internal/influx"
)

// turn is a time that counts with one recording of one device.
type turn struct {
	Span
	device, recording string
}

type turns []turn

// overlap is how far the own parts of two devices' windows may overlap.
const overlap = 50 * time.Millisecond

// take sorts the windows, leaves out those of a device that records beside
// another one, and says whose turn it is when.
func take(windows []influx.Window) ([]influx.Window, turns) {
	windows = slices.Clone(windows)
	slices.SortStableFunc(windows, func(a, b influx.Window) int { return a.From.Compare(b.From) })
	var kept []influx.Window
	var all turns
	for _, w := range windows {
		n := len(all)
		switch {
		case n > 0 && w.From.Before(all[n-1].To.Add(-overlap)):
			continue
		case n > 0 && all[n-1].device == w.Device && all[n-1].recording == w.Recording && w.From.Sub(all[n-1].To) < overlap:
			all[n-1].To = w.To
		default:
			all = append(all, turn{Span{w.From, w.To}, w.Device, w.Recording})
		}
		kept = append(kept, w)
	}
	return kept, all
}

// at is the turn at a time.
func (t turns) at(at time.Time) (turn, bool) {
	i := sort.Search(len(t), func(i int) bool { return t[i].To.After(at) })
	if i == len(t) || at.Before(t[i].From) {
		return turn{}, false
	}
	return t[i], true
}

// has tells whether it is a recording's turn. A beat of an event may lie a little
// outside what was analysed.
func (t turns) has(device, recording string, at time.Time) bool {
	x, ok := t.at(at)
	return !ok || x.device == device && x.recording == recording
}
