package state

import "time"

// Device is when a device was heard. Times are by the clock on the wall, except
// LastSample.
type Device struct {
	Patient    string    `json:"patient"`
	Partition  int       `json:"partition"`   // of ecg.status
	LastSample int64     `json:"last_sample"` // nanoseconds since the Unix epoch; 0: not known
	Heard      time.Time `json:"heard"`
	Will       time.Time `json:"will,omitzero"` // when the broker said that it is gone; zero: it did not
}

// Device returns what is known of a device.
func (t *Tx) Device(device string) (Device, bool, error) {
	return get[Device](t.bucket(inDevices), []byte(device))
}

// SetDevice records it.
func (t *Tx) SetDevice(device string, d Device) error {
	return put(t.bucket(inDevices), []byte(device), d)
}

// EachDevice visits all devices. The visitor may not change the state.
func (t *Tx) EachDevice(visit func(device string, d Device) error) error {
	return each(t.bucket(inDevices), nil, func(key []byte, d Device) error { return visit(string(key), d) })
}
