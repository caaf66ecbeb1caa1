package live

import (
	"math"
	"time"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	// rateOver is the time that heart rate and quality are means of.
	rateOver = time.Minute
	// windowsFor is how long they count after they were told.
	windowsFor = time.Hour
	// noisy is the quality below which most beats are missed or invented, see
	// ecg.Quality.
	noisy = .5
	// mostWindows bounds the windows that are kept; a minute has ten.
	mostWindows = 100
)

// minute is the last analysed minute of a device.
type minute struct {
	recording string
	windows   []window
	told      time.Time // by Kafka's clock
}

type window struct {
	id       string
	from, to time.Time
	beats    int
	quality  float64
}

// take adds a window. One that comes again, after a restart of the analyzer,
// changes nothing; one of another recording begins anew.
func (m *minute) take(w *holterv1.Window, at time.Time) {
	if w.Recording != m.recording {
		m.recording, m.windows = w.Recording, nil
	}
	m.told = later(m.told, at)
	next := window{w.Id, time.Unix(0, w.StartTimeNs), time.Unix(0, w.EndTimeNs), len(w.BeatOffsetsMs), w.Quality}
	kept := m.windows[:0]
	for _, x := range m.windows {
		if x.id == next.id {
			return
		}
		if next.to.Sub(x.to) < rateOver {
			kept = append(kept, x)
		}
	}
	m.windows = append(kept, next)
	m.windows = m.windows[max(0, len(m.windows)-mostWindows):]
}

// current tells whether it still counts.
func (m *minute) current(now time.Time) bool {
	return len(m.windows) > 0 && now.Sub(m.told) < windowsFor
}

// sum adds up beats and seconds, and seconds by their quality.
func (m *minute) sum() (beats int, seconds, clear float64) {
	for _, w := range m.windows {
		s := w.to.Sub(w.from).Seconds()
		beats += w.beats
		seconds += s
		clear += s * w.quality
	}
	return beats, seconds, clear
}

func (m *minute) noisy(now time.Time) bool {
	_, seconds, clear := m.sum()
	return m.current(now) && clear < noisy*seconds
}

// heartRate is the mean of the devices whose last minute was told at about the
// same time as the newest, in beats per minute; nil when there is none.
func (p *patient) heartRate(now time.Time) *float64 {
	var newest time.Time
	for _, d := range p.devices {
		newest = later(newest, d.last.told)
	}
	beats, seconds := 0, 0.
	for _, d := range p.devices {
		if d.last.current(now) && newest.Sub(d.last.told) < rateOver {
			b, s, _ := d.last.sum()
			beats += b
			seconds += s
		}
	}
	if beats == 0 {
		return nil
	}
	bpm := math.Round(600*float64(beats)/seconds) / 10
	return &bpm
}
