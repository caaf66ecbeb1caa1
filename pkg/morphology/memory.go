package morphology

import (
	"cmp"
	"math"
	"slices"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/window"
)

const (
	most   = 32                     // templates
	fading = 1 - 1.0/20000          // of counts, with each beat
	recent = 10 * window.Rate       // samples in which shapes repeat or do not
	same   = 15 * window.Rate / 100 // how far apart two windows may find one beat
)

// Memory knows the shapes of a recording's beats. It is not safe for concurrent
// use.
type Memory struct {
	state State
}

// State is a Memory, for JSON: some kilobytes. The zero State is that of a new one.
type State struct {
	// Leads are those that the shapes are of; with others, all begins anew.
	Leads   []ecg.Slot `json:"leads,omitempty"`
	Segment int        `json:"segment,omitempty"`
	Next    uint64     `json:"next,omitempty"` // ID of the next template
	// Templates are in no order.
	Templates []template `json:"templates,omitempty"`
	// Recent are the last seconds' beats.
	Recent []place `json:"recent,omitempty"`
	// Pulse is the rhythm of the segment's beats.
	Pulse *pulse `json:"pulse,omitempty"`
}

// place is where a beat of a template lies in its segment.
type place struct {
	At       int64  `json:"at"`
	Template uint64 `json:"template"`
}

// New knows nothing yet.
func New() *Memory { return &Memory{} }

// Resume goes on where State was taken.
func Resume(s State) *Memory { return &Memory{state: s.clone()} }

// State is what Resume needs.
func (m *Memory) State() State { return m.state.clone() }

func (s State) clone() State {
	s.Leads, s.Recent, s.Templates = slices.Clone(s.Leads), slices.Clone(s.Recent), slices.Clone(s.Templates)
	for i := range s.Templates {
		s.Templates[i].Shape = slices.Clone(s.Templates[i].Shape)
	}
	s.Pulse = s.Pulse.clone()
	return s
}

// Beats are the beats of a window's core, as Memory.Add has sorted them.
type Beats struct {
	own    []own
	around []uint64 // templates of the beats of the last seconds
}

type own struct {
	sample   int // of the window
	template uint64
	odds     odds
	run      *run // that it belongs to, as far as it goes
}

// Add takes the beats of a window's core in. Windows come in order, every one once.
// Without a model that tells of single beats whether they are ventricular it does
// nothing.
func (m *Memory) Add(w Window) Beats {
	if _, ok := w.told(judged[ventricular]); !ok {
		return Beats{}
	}
	m.begin(w)
	var b Beats
	for _, sample := range w.Beats {
		at := w.First + int64(sample)
		if n := len(m.state.Recent); sample < w.CoreFrom-same || sample >= w.CoreTo || n > 0 && at <= m.state.Recent[n-1].At+same {
			continue
		}
		one := own{sample: sample, odds: w.oddsAt(sample)}
		one.template = m.sort(w, one)
		one.run = m.state.Pulse.beat(at, w.early(sample), one.odds[ventricular])
		b.own = append(b.own, one)
		m.state.Recent = append(m.state.Recent, place{at, one.template})
	}
	since := w.First + int64(w.CoreTo) - recent
	m.state.Recent = slices.DeleteFunc(m.state.Recent, func(p place) bool { return p.At < since })
	for _, p := range m.state.Recent {
		b.around = append(b.around, p.Template)
	}
	return b
}

// begin forgets what another segment or other leads leave behind.
func (m *Memory) begin(w Window) {
	if leads := w.leads(); !slices.Equal(leads, m.state.Leads) {
		m.state = State{Leads: leads, Segment: w.Segment, Next: m.state.Next}
	}
	if w.Segment != m.state.Segment {
		m.state.Segment, m.state.Recent, m.state.Pulse = w.Segment, nil, nil
	}
	if m.state.Pulse == nil {
		m.state.Pulse = &pulse{Last: unplaced}
	}
}

// sort finds or makes the template of a beat and counts the beat in.
func (m *Memory) sort(w Window, b own) uint64 {
	_, size := w.shapeAt(b.sample)
	t, s := m.match(w, b.sample, math.Log(max(size, 1e-9)))
	for i := range m.state.Templates {
		m.state.Templates[i].Count *= fading
		for k := range judged {
			m.state.Templates[i].Sum[k] *= fading
		}
	}
	if t == nil {
		s.round()
		t = m.add(template{ID: m.state.Next, Shape: s, Size: math.Log(max(size, 1e-9))})
		m.state.Next++
	} else {
		t.follow(s, math.Log(max(size, 1e-9)))
	}
	t.Count++
	for k := range judged {
		t.Sum[k] += b.odds[k]
	}
	return t.ID
}

// match is the template that a beat fits best, and its shape moved to fit; no
// template if it fits none.
func (m *Memory) match(w Window, sample int, logSize float64) (*template, shape) {
	unmoved, _ := w.shapeAt(sample)
	var found *template
	highest, fit := alike, unmoved
	for by := -shift; by <= shift; by++ {
		s, _ := w.shapeAt(sample + by)
		for i := range m.state.Templates {
			t := &m.state.Templates[i]
			if math.Abs(t.Size-logSize) >= size {
				continue
			}
			if c := s.correlation(t.Shape); c >= highest {
				found, highest, fit = t, c, s
			}
		}
	}
	return found, fit
}

// add takes a template in; the one of fewest beats gives way, of several the
// oldest.
func (m *Memory) add(t template) *template {
	if len(m.state.Templates) == most {
		least := slices.MinFunc(m.state.Templates, func(a, b template) int {
			return cmp.Or(cmp.Compare(a.Count, b.Count), cmp.Compare(a.ID, b.ID))
		})
		m.state.Templates = slices.DeleteFunc(m.state.Templates, func(x template) bool { return x.ID == least.ID })
	}
	m.state.Templates = append(m.state.Templates, t)
	return &m.state.Templates[len(m.state.Templates)-1]
}

func (m *Memory) template(id uint64) *template {
	for i := range m.state.Templates {
		if m.state.Templates[i].ID == id {
			return &m.state.Templates[i]
		}
	}
	return nil
}
