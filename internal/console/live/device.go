package live

import (
	"time"

	"github.com/holterd/holter/internal/console/wire"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// connectedFor is how long a device counts as connected after it was heard:
// ingest tells of one that it hears every ten seconds.
const connectedFor = 45 * time.Second

type device struct {
	heard, will time.Time // by Kafka's clock
	told        time.Time // what the device said of itself
	battery     *float64
	leadsOff    []string
	clockOff    time.Duration
	last        minute
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
