package live

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/console/wire"
)

// Board is how everything stands. It is safe for concurrent use.
type Board struct {
	mu       sync.Mutex
	patients map[string]*patient // guarded by mu
	owner    map[string]string   // guarded by mu; patient of each device
}

type patient struct {
	devices  map[string]*device
	alerts   map[string]alert.Alert
	signal   time.Time // newest sample
	analysed time.Time
}

// NewBoard returns an empty board.
func NewBoard() *Board {
	return &Board{patients: make(map[string]*patient), owner: make(map[string]string)}
}

// of finds or makes a patient. The caller holds mu.
func (b *Board) of(id string) *patient {
	p := b.patients[id]
	if p == nil {
		p = &patient{devices: make(map[string]*device), alerts: make(map[string]alert.Alert)}
		b.patients[id] = p
	}
	return p
}

// Know adds a patient that nothing is known of yet.
func (b *Board) Know(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of(id)
}

// Alert takes an alert as it now stands.
func (b *Board) Alert(a alert.Alert) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of(a.Patient).alerts[a.ID] = a
}

// Forget takes an alert away that is long over.
func (b *Board) Forget(patient, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.of(patient).alerts, id)
}

// Patients are all patients, the most urgent first.
func (b *Board) Patients(now time.Time) []wire.Patient {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]wire.Patient, 0, len(b.patients))
	rank := make(map[string]int, len(b.patients))
	for id, p := range b.patients {
		line, urgency := p.line(id, now)
		rank[id] = urgency
		all = append(all, line)
	}
	slices.SortFunc(all, func(x, y wire.Patient) int {
		return cmp.Or(cmp.Compare(rank[y.ID], rank[x.ID]), cmp.Compare(x.ID, y.ID))
	})
	return all
}

// Patient is one of them.
func (b *Board) Patient(id string, now time.Time) (wire.Patient, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.patients[id]
	if p == nil {
		return wire.Patient{}, false
	}
	line, _ := p.line(id, now)
	return line, true
}

// Alerts are those of a patient, or of all when it is "", the newest first.
func (b *Board) Alerts(of string, open bool) []alert.Alert {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := []alert.Alert{}
	for id, p := range b.patients {
		if of != "" && id != of {
			continue
		}
		for _, a := range p.alerts {
			if !open || a.State != alert.Resolved {
				all = append(all, a)
			}
		}
	}
	slices.SortFunc(all, func(x, y alert.Alert) int { return cmp.Or(y.Raised.Compare(x.Raised), cmp.Compare(x.ID, y.ID)) })
	return all
}

// FindAlert is the patient's alert of that id.
func (b *Board) FindAlert(patient, id string) (alert.Alert, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.patients[patient]
	if p == nil {
		return alert.Alert{}, false
	}
	a, ok := p.alerts[id]
	return a, ok
}

// line is the patient as the list shows it, with how urgent it is.
func (p *patient) line(id string, now time.Time) (wire.Patient, int) {
	out := wire.Patient{
		ID: id, Urgency: "none", LastSignal: wire.Instant(p.signal), AnalysedUntil: wire.Instant(p.analysed),
		HeartRate: p.heartRate(now), Devices: []wire.Device{},
	}
	var first alert.Alert
	urgency := 0
	for _, a := range p.alerts {
		if a.State == alert.Resolved {
			continue
		}
		out.OpenAlerts++
		u := 2 * int(a.Priority)
		if a.State == alert.Triggered {
			out.Unacknowledged++
			u++
		}
		if u > urgency || u == urgency && a.Raised.After(first.Raised) {
			urgency, first = u, a
		}
	}
	if urgency > 0 {
		out.Urgency, out.Title = first.Priority.String(), first.Title
	}
	for _, name := range slices.Sorted(maps.Keys(p.devices)) {
		out.Devices = append(out.Devices, p.devices[name].state(name, now))
	}
	return out, urgency
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
