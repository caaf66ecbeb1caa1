package state

import (
	"strings"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
)

// OpenAlert is an alert that is not over.
type OpenAlert struct {
	Alert alert.Alert `json:"alert"`
	// Met is when the condition was last met, in the signal's time,
	// nanoseconds since the Unix epoch; Received is when that was learnt, by
	// the clock on the wall.
	Met      int64     `json:"met"`
	Received time.Time `json:"received"`
	// Partition of the topic that the alert's messages come from.
	Partition int `json:"partition"`
}

// Open returns the patient's open alert of the key.
func (t *Tx) Open(patient, key string) (OpenAlert, bool, error) {
	return get[OpenAlert](t.bucket(inOpen), join(patient, key))
}

// SetOpen records an open alert under its patient and key.
func (t *Tx) SetOpen(o OpenAlert) error {
	return put(t.bucket(inOpen), join(o.Alert.Patient, o.Alert.Key), o)
}

// RemoveOpen forgets an open alert.
func (t *Tx) RemoveOpen(o OpenAlert) error {
	return t.bucket(inOpen).Delete(join(o.Alert.Patient, o.Alert.Key))
}

// OpenOf returns the patient's open alerts.
func (t *Tx) OpenOf(patient string) ([]OpenAlert, error) {
	return t.open(append([]byte(patient), separator...))
}

// AllOpen returns every open alert.
func (t *Tx) AllOpen() ([]OpenAlert, error) { return t.open(nil) }

func (t *Tx) open(prefix []byte) (all []OpenAlert, err error) {
	err = each(t.bucket(inOpen), prefix, func(_ []byte, o OpenAlert) error {
		all = append(all, o)
		return nil
	})
	return all, err
}

// OpenWith returns the open alerts of that key, whosever they are.
func (t *Tx) OpenWith(key string) (all []OpenAlert, err error) {
	b := t.bucket(inOpen)
	c := b.Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if _, found, _ := strings.Cut(string(k), separator); found != key {
			continue
		}
		o, _, err := get[OpenAlert](b, k)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}
