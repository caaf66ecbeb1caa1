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
	// Announced tells that the configuration's targets know of it, or will.
	Announced bool `json:"announced,omitempty"`
	// Except is a target that is not told.
	Except string `json:"except,omitempty"`
	// Due is when the next step of the escalation is taken; zero: never.
	Due time.Time `json:"due,omitzero"`
	// Published is when the topic of alerts was last told.
	Published time.Time `json:"published,omitzero"`
	// Told are the targets and people who know of it.
	Told []Addressee `json:"told,omitempty"`
}

// Addressee is a target, and who reads it where that is known.
type Addressee struct {
	Target string `json:"target"`
	Person string `json:"person,omitempty"`
}

// Closed is an alert that is over and still published.
type Closed struct {
	ID      string    `json:"id"`
	Patient string    `json:"patient"`
	At      time.Time `json:"at"`
}

// Silence is a key of which nobody is notified for a while.
type Silence struct {
	Until  time.Time `json:"until"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

// Open returns the patient's open alert of the key.
func (t *Tx) Open(patient, key string) (OpenAlert, bool, error) {
	return get[OpenAlert](t.bucket(inOpen), join(patient, key))
}

// SetOpen records an open alert under its patient and key.
func (t *Tx) SetOpen(o OpenAlert) error {
	return put(t.bucket(inOpen), join(o.Alert.Patient, o.Alert.Key), o)
}

// Close forgets an open alert, but for when it ended.
func (t *Tx) Close(o OpenAlert, at time.Time) error {
	t.bucket(inOpen).delete(join(o.Alert.Patient, o.Alert.Key))
	return put(t.bucket(inClosed), o.Alert.ID, Closed{ID: o.Alert.ID, Patient: o.Alert.Patient, At: at})
}

// ForgetClosed lets the alerts that ended before then be deleted where they
// were published.
func (t *Tx) ForgetClosed(before time.Time) error {
	b := t.bucket(inClosed)
	return each(b, "", func(key string, c Closed) error {
		if !c.At.Before(before) {
			return nil
		}
		b.delete(key)
		return t.publish(Record{Forgotten: &c})
	})
}

// OpenOf returns the patient's open alerts.
func (t *Tx) OpenOf(patient string) ([]OpenAlert, error) { return t.open(join(patient, "")) }

// AllOpen returns every open alert.
func (t *Tx) AllOpen() ([]OpenAlert, error) { return t.open("") }

func (t *Tx) open(prefix string) (all []OpenAlert, err error) {
	err = each(t.bucket(inOpen), prefix, func(_ string, o OpenAlert) error {
		all = append(all, o)
		return nil
	})
	return all, err
}

// OpenWith returns the open alerts of that key, whosever they are.
func (t *Tx) OpenWith(key string) (all []OpenAlert, err error) {
	b := t.bucket(inOpen)
	for _, k := range b.keys("") {
		if _, found, _ := strings.Cut(k, separator); found != key {
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

// Silence returns the silence of the patient's key, if there is one.
func (t *Tx) Silence(patient, key string) (Silence, error) {
	s, _, err := get[Silence](t.bucket(inSilences), join(patient, key))
	return s, err
}

// SetSilence records it.
func (t *Tx) SetSilence(patient, key string, s Silence) error {
	return put(t.bucket(inSilences), join(patient, key), s)
}

// Commanded tells whether the command was carried out, and remembers that it is
// now.
func (t *Tx) Commanded(id string, now time.Time) (before bool) {
	b := t.bucket(inCommands)
	if b.get(id) != nil {
		return true
	}
	b.put(id, []byte(number(uint64(now.UnixNano()))))
	return false
}

// ForgetCommands removes commands and silences that ended before then.
func (t *Tx) ForgetCommands(before time.Time) {
	t.remove(inCommands, func(_ string, value []byte) bool { return int64(numberOf(string(value))) < before.UnixNano() })
	b := t.bucket(inSilences)
	t.remove(inSilences, func(key string, _ []byte) bool {
		s, _, err := get[Silence](b, key)
		return err == nil && s.Until.Before(before)
	})
}
