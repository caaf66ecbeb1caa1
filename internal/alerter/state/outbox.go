package state

import (
	"cmp"
	"slices"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
)

// Record is something that is still to be published: an alert as it was, the
// end of what is kept of one, or a command.
type Record struct {
	Sequence  uint64       `json:"-"`
	Alert     *alert.Alert `json:"alert,omitempty"`
	Forgotten *Closed      `json:"forgotten,omitempty"`
	Command   []byte       `json:"command,omitempty"` // AlertCommand, for every partition
}

// Publish puts the alert, as it is now, at the end of what is to be published.
func (t *Tx) Publish(a alert.Alert) error { return t.publish(Record{Alert: &a}) }

// Send puts a command to every partition there.
func (t *Tx) Send(command []byte) error { return t.publish(Record{Command: command}) }

func (t *Tx) publish(r Record) error {
	b := t.bucket(inOutbox)
	return put(b, number(b.next()), r)
}

// Unpublished returns the oldest records, at most so many.
func (t *Tx) Unpublished(most int) ([]Record, error) {
	var all []Record
	b := t.bucket(inOutbox)
	keys := b.keys("")
	for _, key := range keys[:min(most, len(keys))] {
		r, _, err := get[Record](b, key)
		if err != nil {
			return nil, err
		}
		r.Sequence = numberOf(key)
		all = append(all, r)
	}
	return all, nil
}

// Published forgets records that were published.
func (t *Tx) Published(records []Record) {
	for _, r := range records {
		t.bucket(inOutbox).delete(number(r.Sequence))
	}
}

// Notification is something that a target is still to be told.
type Notification struct {
	Partition int         `json:"-"`
	Sequence  uint64      `json:"-"`                // within the partition
	ID        string      `json:"id"`               // the same in every try
	Target    string      `json:"target"`           // name
	Person    string      `json:"person,omitempty"` // who reads it, where that is known
	Alert     alert.Alert `json:"alert"`            // as it was
	// Also are other alerts of the patient that are told of together with it.
	Also     []alert.Alert `json:"also,omitempty"`
	Made     time.Time     `json:"made"`
	Attempts int           `json:"attempts"`
	Next     time.Time     `json:"next"` // not before
	Problem  string        `json:"problem,omitempty"`
}

// key has the patient in it, so that what is to be told of one is found without
// reading it all.
func (n Notification) key() string { return join(n.Alert.Patient, number(n.Sequence)) }

// Notify adds a notification and sets its sequence.
func (t *Tx) Notify(n *Notification) error {
	b := t.bucket(inPending)
	n.Sequence = b.next()
	return put(b, n.key(), n)
}

// Retry records the outcome of a try, or another change.
func (t *Tx) Retry(n Notification) error { return put(t.bucket(inPending), n.key(), n) }

// Told forgets a notification that was delivered, given up or withdrawn.
func (t *Tx) Told(n Notification) { t.bucket(inPending).delete(n.key()) }

// Pends tells whether a notification is neither delivered, given up nor
// withdrawn.
func (t *Tx) Pends(n Notification) bool { return t.bucket(inPending).get(n.key()) != nil }

// Pending returns the notifications that are neither delivered, given up nor
// withdrawn, oldest first.
func (t *Tx) Pending() ([]Notification, error) { return t.pending("") }

// PendingOf returns those about a patient.
func (t *Tx) PendingOf(patient string) ([]Notification, error) { return t.pending(join(patient, "")) }

func (t *Tx) pending(prefix string) ([]Notification, error) {
	var all []Notification
	err := each(t.bucket(inPending), prefix, func(key string, n Notification) error {
		n.Sequence = numberOf(key[len(key)-8:])
		all = append(all, n)
		return nil
	})
	slices.SortFunc(all, func(a, b Notification) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return all, err
}
