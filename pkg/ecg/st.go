package ecg

import (
	"math"
	"slices"
	"time"
)

// STRate is the sampling rate in Hz that ST segments are measured at. What is
// measured lies below 10 Hz, and ±5 ms of the J point change a slope of 1 mV/s by
// 5 µV, a twentieth of what makes an episode; the wearables' own rates would need
// filters for each and a second QRS detection, for nothing that is told apart.
const STRate = 100

// STWindow is a stretch of a recording whose ST segments are measured.
type STWindow struct {
	// Segment is the ordinal of the contiguous signal that the stretch is from: an
	// episode ends with its segment, the baseline holds for all.
	Segment int
	// Leads are millivolts at STRate for each of Slots, equally long.
	Leads [][]float32
	Slots []Slot
	// Beats are the R peaks, as DetectQRS finds them.
	Beats []int
	// CoreFrom and CoreTo bound the samples that are measured; what lies two
	// seconds around them helps. The cores of successive windows follow each other.
	CoreFrom, CoreTo int
	// At is the time of a sample, and of the one after the last.
	At func(sample int) time.Time
}

// STLevel is how far a lead's ST segment lay from the patient's baseline.
type STLevel struct {
	Lead      Slot
	From, To  time.Time
	Deviation float64 // µV; negative = depression
}

// STSpan is an episode as far as it has been measured.
type STSpan struct {
	Lead Slot
	// Start is where the deviation first exceeded 50 µV, End where it last did.
	Start, End time.Time
	// Peak is the largest deviation, µV; negative = depression.
	Peak float64
	// PeakAt is the middle of the block that has it.
	PeakAt time.Time
	// Open says that the episode goes on.
	Open bool
}

// STMeter measures the ST segment of a recording in µV against the patient's own
// baseline, and finds the episodes of elevation and depression, lead by lead.
//
// # Level
//
// The core is measured in blocks of at most 6 s. Of the beats within 2 s of a
// block those count that come in time (not premature, nor after a pause) and look
// like the lead's usual beat: correlation of the QRS complex 0.9 or more, amplitude
// within a factor of 1.6. A beat's level is its amplitude 80 ms after the J point,
// at 120 beats a minute or more 60 ms, above the straight line between its own PR
// segment and the next beat's, which takes baseline wander away. The block's level
// is the median of its beats'; without three of them, or when their scatter leaves
// the median unsure by more than 30 µV, there is none. So the Long-Term ST Database
// has it, with averages over 16 s (Jager et al., Med Biol Eng Comput 2003;41:172).
//
// The J point is where the steepness of the usual beat has fallen to what is not
// QRS, the isoelectric point the flattest 30 ms before its rise. Both are found on
// an average beat and then kept, so that a shifted segment cannot move the ruler
// that it is measured with.
//
// # Baseline
//
// The baseline is the median of the first five minutes' levels, in use from the
// first minute on (the European ST-T Database takes the first 30 s). From then on it
// follows the level with a time constant of an hour: ischaemia comes within
// minutes, the drifts that the Long-Term ST Database subtracts take hours. It stands
// still while the deviation is 100 µV or more and throughout an episode, however
// long. When the beats have had another shape for five minutes (bundle branch
// block, other electrodes) the lead begins anew. A change of posture that shifts
// the level without changing the QRS complex is an episode until it is undone.
//
// # Episode
//
// Deviations are the median of five blocks, half a minute. An episode has 100 µV or more without
// a break for at least 60 s. It begins where the deviation first exceeded 50 µV and
// ends where it last did, once it has stayed below for 30 s: protocol C of the
// Long-Term ST Database, and the customary "1 mm for 1 min" of ambulatory
// monitoring. (The European ST-T Database and protocol B ask for 30 s only.)
//
// The measurement does not know why: a change of heart rate, posture or drugs
// shifts ST segments too. An STMeter is not safe for concurrent use.
type STMeter struct {
	segment int
	leads   map[Slot]*stLead
}

// STState is an STMeter's memory, for JSON: a kilobyte for each lead.
type STState struct {
	Segment int               `json:"segment,omitempty"`
	Leads   map[string]stLead `json:"leads,omitempty"`
}

// NewSTMeter starts a recording; ResumeSTMeter with the zero STState does too.
func NewSTMeter() *STMeter { return ResumeSTMeter(STState{}) }

// ResumeSTMeter goes on where State was taken. Leads that it does not know are
// left out.
func ResumeSTMeter(state STState) *STMeter {
	m := &STMeter{segment: state.Segment, leads: map[Slot]*stLead{}}
	for name, lead := range state.Leads {
		if slot, err := ParseLead(name); err == nil && lead.sane() {
			lead = lead.clone()
			m.leads[slot] = &lead
		}
	}
	return m
}

// State is what ResumeSTMeter needs.
func (m *STMeter) State() STState {
	state := STState{Segment: m.segment, Leads: make(map[string]stLead, len(m.leads))}
	for slot, lead := range m.leads {
		state.Leads[slot.String()] = lead.clone()
	}
	return state
}

// Add measures a window. It returns the levels of its core, the episodes that
// ended in it and those that go on, as far as they are known: up to two blocks
// before the core's end. Windows come in order, every one once.
func (m *STMeter) Add(w STWindow) (levels []STLevel, spans []STSpan) {
	m.begin(w.Segment)
	for from, to := range stBlocks(w.CoreFrom, w.CoreTo) {
		block := beatsIn(&w, from, to)
		for i, slot := range w.Slots {
			lead := m.lead(slot)
			deviation, ok := lead.measure(&block, w.Leads[i])
			if !ok {
				continue
			}
			levels = append(levels, STLevel{Lead: slot, From: block.start, To: block.end, Deviation: deviation})
			if e, over := lead.follow(block.start.UnixNano(), block.end.UnixNano(), deviation); over {
				spans = append(spans, e.span(slot, false))
			}
		}
	}
	for _, slot := range w.Slots {
		if e := m.lead(slot).Episode; e.Declared {
			spans = append(spans, e.span(slot, true))
		}
	}
	return levels, spans
}

// begin ends the episodes of the segment before.
func (m *STMeter) begin(segment int) {
	if m.segment == segment {
		return
	}
	m.segment = segment
	for _, lead := range m.leads {
		lead.Episode, lead.Recent = stEpisode{}, nil
	}
}

func (m *STMeter) lead(slot Slot) *stLead {
	if m.leads[slot] == nil {
		m.leads[slot] = &stLead{}
	}
	return m.leads[slot]
}

const (
	stBlock  = 6 * STRate // samples that get one level, at most
	stMargin = 2 * STRate // samples around them whose beats count too
)

// stBlocks cuts a core into equal blocks.
func stBlocks(from, to int) func(yield func(int, int) bool) {
	n := (to - from + stBlock - 1) / stBlock
	return func(yield func(int, int) bool) {
		for i := range n {
			if !yield(from+(to-from)*i/n, from+(to-from)*(i+1)/n) {
				return
			}
		}
	}
}

// stBeats are the beats of a block, the same for all leads.
type stBeats struct {
	start, end time.Time
	beats      []int // R peaks of the beats that come in time
	interval   int   // usual RR interval in samples
}

const (
	premature = 0.8 // of the usual interval before a beat
	delayed   = 1.5
)

func beatsIn(w *STWindow, from, to int) stBeats {
	b := stBeats{start: w.At(from), end: w.At(to)}
	first, _ := slices.BinarySearch(w.Beats, from-stMargin)
	last, _ := slices.BinarySearch(w.Beats, to+stMargin)
	var intervals []float64
	for i := max(first, 1); i < last; i++ {
		intervals = append(intervals, float64(w.Beats[i]-w.Beats[i-1]))
	}
	if len(intervals) == 0 {
		return b
	}
	usual := middle(intervals)
	b.interval = int(usual)
	for i := first; i < last; i++ {
		if i > 0 {
			if rr := float64(w.Beats[i] - w.Beats[i-1]); rr < premature*usual || rr > delayed*usual {
				continue
			}
		}
		b.beats = append(b.beats, w.Beats[i])
	}
	return b
}

// tenth rounds to a tenth of a µV: what is remembered stays short in JSON.
func tenth(uv float64) float64 { return math.Round(10*uv) / 10 }
