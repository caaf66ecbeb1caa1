package state

import "time"

// Device is when a device was heard. Times are by the clock on the wall, except
// LastSample.
type Device struct {
	Patient    string    `json:"patient"`
	LastSample int64     `json:"last_sample"` // nanoseconds since the Unix epoch; 0: not known
	Heard      time.Time `json:"heard"`
	Will       time.Time `json:"will,omitzero"` // when the broker said that it is gone; zero: it did not

	LeadsOff []string      `json:"leads_off,omitempty"`
	OffSince time.Time     `json:"off_since,omitzero"`  // since when any lead is
	Battery  *float64      `json:"battery,omitempty"`   // percent; nil: not known
	ClockOff time.Duration `json:"clock_off,omitempty"` // how far its clock is ahead
	Analysed int64         `json:"analysed,omitempty"`  // end of what was analysed, nanoseconds since the Unix epoch
	Behind   time.Time     `json:"behind,omitzero"`     // since when signal waits for its analysis; zero: it does not
}

// Device returns what is known of a device.
func (t *Tx) Device(device string) (Device, bool, error) {
	return get[Device](t.bucket(inDevices), device)
}

// SetDevice records it.
func (t *Tx) SetDevice(device string, d Device) error {
	return put(t.bucket(inDevices), device, d)
}

// RemoveDevice forgets it.
func (t *Tx) RemoveDevice(device string) { t.bucket(inDevices).delete(device) }

// EachDevice visits all devices.
func (t *Tx) EachDevice(visit func(device string, d Device) error) error {
	return each(t.bucket(inDevices), "", visit)
}
