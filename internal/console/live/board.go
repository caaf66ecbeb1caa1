package live

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/console/wire"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// connectedFor is how long a device counts as connected after it was heard:
// ingest tells of one that it hears every ten seconds.
const connectedFor = 45 * time.Second

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

type device struct {
	heard, will time.Time // by Kafka's clock
	told        time.Time // what the device said of itself
	battery     *float64
	leadsOff    []string
	clockOff    time.Duration
	last        minute
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

// Status takes a message of ecg.status that was written at a time. An older one
// may come after a newer one.
func (b *Board) Status(s *holterv1.DeviceStatus, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d := b.device(s.Patient, s.Device, at)
	if d == nil {
		return
	}
	if p := b.of(s.Patient); s.LastSampleTimeNs != nil {
		p.signal = later(p.signal, time.Unix(0, *s.LastSampleTimeNs))
	}
	if !s.Online {
		if !at.Before(d.heard) {
			d.will = later(d.will, at)
		}
		return
	}
	d.heard = later(d.heard, at)
	if !d.will.After(at) {
		d.will = time.Time{}
	}
	if s.Heartbeat || at.Before(d.told) {
		return
	}
	d.told, d.leadsOff, d.clockOff = at, s.LeadsOff, time.Unix(0, s.TimeNs).Sub(at)
	if s.BatteryPercent != nil {
		d.battery = s.BatteryPercent
	}
}

// device finds or makes a device of a patient; nil when it has another one since
// the time. The caller holds mu.
func (b *Board) device(patient, id string, at time.Time) *device {
	if was := b.owner[id]; was != "" && was != patient {
		if d := b.patients[was].devices[id]; d != nil && later(later(d.heard, d.will), d.last.told).After(at) {
			return nil // an old message of another partition
		}
		delete(b.patients[was].devices, id)
	}
	b.owner[id] = patient
	p := b.of(patient)
	if p.devices[id] == nil {
		p.devices[id] = &device{}
	}
	return p.devices[id]
}

// Window takes a message of ecg.windows that was written at a time.
func (b *Board) Window(w *holterv1.Window, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d := b.device(w.Patient, w.Device, at); d != nil {
		d.last.take(w, at)
	}
}

// untold tells whether a device of some patients has not told its state.
func (b *Board) untold(of func(patient string) bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, p := range b.patients {
		for _, d := range p.devices {
			if d.told.IsZero() && of(id) {
				return true
			}
		}
	}
	return false
}

// Progress takes a message of ecg.progress.
func (b *Board) Progress(m *holterv1.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.of(m.Patient)
	if b.owner[m.Device] == "" {
		b.owner[m.Device] = m.Patient
		p.devices[m.Device] = &device{}
	}
	if m.AnalysedUntilNs != 0 {
		p.analysed = later(p.analysed, time.Unix(0, m.AnalysedUntilNs))
		p.signal = later(p.signal, p.analysed)
	}
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

func (d *device) state(name string, now time.Time) wire.Device {
	out := wire.Device{ID: name, Battery: d.battery, LeadsOff: append([]string{}, d.leadsOff...), LastHeard: wire.Instant(d.heard), Noisy: d.last.noisy(now)}
	if !d.heard.IsZero() || !d.will.IsZero() {
		connected := d.will.IsZero() && now.Sub(d.heard) < connectedFor
		out.Connected = &connected
	}
	if !d.told.IsZero() {
		ms := d.clockOff.Milliseconds()
		out.ClockOffMS = &ms
	}
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
