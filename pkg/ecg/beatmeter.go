package ecg

// BeatMeter finds the beats of a recording that comes in windows, and tells how
// well they show. It remembers how high each lead's beats were, so that it knows a
// heart that stands still from noise, which one window alone does not: the line is
// flat, or all that is left of it is lower than a third of a beat. An electrode
// that loses its contact without the device noticing looks the same. A BeatMeter is
// not safe for concurrent use.
type BeatMeter struct {
	heights map[Slot]float64
}

// BeatState is a BeatMeter's memory, for JSON: the height of the beats of each lead
// in mV, in the band of QRS complexes.
type BeatState map[string]float64

// NewBeatMeter starts a recording; ResumeBeatMeter without a state does too.
func NewBeatMeter() *BeatMeter { return ResumeBeatMeter(nil) }

// ResumeBeatMeter goes on where State was taken. Leads that it does not know are
// left out.
func ResumeBeatMeter(state BeatState) *BeatMeter {
	m := &BeatMeter{heights: make(map[Slot]float64, len(state))}
	for name, height := range state {
		if slot, err := ParseLead(name); err == nil && height > 0 {
			m.heights[slot] = height
		}
	}
	return m
}

// State is what ResumeBeatMeter needs.
func (m *BeatMeter) State() BeatState {
	state := make(BeatState, len(m.heights))
	for slot, height := range m.heights {
		state[slot.String()] = height
	}
	return state
}

// Add takes the next window, its leads as for DetectQRS and NaN where nothing was
// measured. It returns the beats of all of it, as DetectQRS does, and the Quality
// of the samples from up to but without to, in which a standstill is clear.
// Windows may overlap.
func (m *BeatMeter) Add(slots []Slot, leads [][]float32, rate float64, from, to int) (beats []int, quality float64) {
	heights := make([]float64, len(slots))
	for i, slot := range slots {
		heights[i] = m.heights[slot]
	}
	d, ok := newDetector(leads, rate, heights)
	if !ok {
		return nil, 0
	}
	for i, slot := range slots {
		m.heights[slot] = d.leads[i].height
	}
	return d.beats(), d.worth(from, to)
}
