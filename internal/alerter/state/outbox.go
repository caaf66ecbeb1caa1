package state

import (
	"encoding/binary"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
)

// Record is an alert that is still to be published.
type Record struct {
	Sequence uint64
	Alert    alert.Alert
}

// Publish puts the alert, as it is now, at the end of what is to be published.
func (t *Tx) Publish(a alert.Alert) error {
	b := t.bucket(inOutbox)
	n, err := b.NextSequence()
	if err != nil {
		return err
	}
	return put(b, number(n), a)
}

// Unpublished returns the oldest records, at most so many.
func (t *Tx) Unpublished(most int) ([]Record, error) {
	var all []Record
	b := t.bucket(inOutbox)
	c := b.Cursor()
	for k, _ := c.First(); k != nil && len(all) < most; k, _ = c.Next() {
		a, _, err := get[alert.Alert](b, k)
		if err != nil {
			return nil, err
		}
		all = append(all, Record{Sequence: binary.BigEndian.Uint64(k), Alert: a})
	}
	return all, nil
}

// Published forgets records that were published.
func (t *Tx) Published(records []Record) error {
	for _, r := range records {
		if err := t.bucket(inOutbox).Delete(number(r.Sequence)); err != nil {
			return err
		}
	}
	return nil
}

// Notification is something that a target is still to be told.
type Notification struct {
	Sequence uint64      `json:"-"`
	ID       string      `json:"id"`     // the same in every try
	Target   string      `json:"target"` // name
	Alert    alert.Alert `json:"alert"`  // as it was
	Made     time.Time   `json:"made"`
	Attempts int         `json:"attempts"`
	Next     time.Time   `json:"next"` // not before
	Problem  string      `json:"problem,omitempty"`
}

// Notify adds a notification and sets its sequence.
func (t *Tx) Notify(n *Notification) error {
	b := t.bucket(inPending)
	sequence, err := b.NextSequence()
	if err != nil {
		return err
	}
	n.Sequence = sequence
	return put(b, number(sequence), n)
}

// Retry records the outcome of a try.
func (t *Tx) Retry(n Notification) error { return put(t.bucket(inPending), number(n.Sequence), n) }

// Told forgets a notification that was delivered or given up.
func (t *Tx) Told(n Notification) error { return t.bucket(inPending).Delete(number(n.Sequence)) }

// Pending returns the notifications that are neither delivered nor given up,
// oldest first.
func (t *Tx) Pending() ([]Notification, error) {
	var all []Notification
	err := each(t.bucket(inPending), nil, func(key []byte, n Notification) error {
		n.Sequence = binary.BigEndian.Uint64(key)
		all = append(all, n)
		return nil
	})
	return all, err
}
