package state

import (
	"encoding/binary"
	"time"
)

// Seen is how much of an event was taken into account. LastBeat and End are
// the signal's time, Received the clock's on the wall, all in nanoseconds since
// the Unix epoch.
type Seen struct {
	LastBeat int64 // of the beats that were counted; 0: none
	End      int64
	Received int64
}

// Seen returns what is known of the event.
func (t *Tx) Seen(event string) (Seen, bool) { return readSeen(t.bucket(inSeen).get(event)) }

// SetSeen records it. There are as many as events, so they are kept small.
func (t *Tx) SetSeen(event string, s Seen) {
	t.bucket(inSeen).put(event, []byte(number(uint64(s.LastBeat))+number(uint64(s.End))+number(uint64(s.Received))))
}

func readSeen(value []byte) (Seen, bool) {
	if len(value) != 24 {
		return Seen{}, false
	}
	at := func(i int) int64 { return int64(binary.BigEndian.Uint64(value[i:])) }
	return Seen{LastBeat: at(0), End: at(8), Received: at(16)}, true
}

// Recording is how far a recording's events go.
type Recording struct {
	End      int64     `json:"e"` // of the latest event, nanoseconds since the Unix epoch
	Received time.Time `json:"r"` // when the newest of their messages came

	Analysed int64     `json:"a,omitempty"` // end of the latest window, nanoseconds since the Unix epoch
	Told     time.Time `json:"t,omitzero"`  // when that came
}

// newest is when anything came.
func (r Recording) newest() time.Time {
	if r.Told.After(r.Received) {
		return r.Told
	}
	return r.Received
}

// Recording returns what is known of a recording.
func (t *Tx) Recording(patient, device, recording string) (Recording, bool, error) {
	return get[Recording](t.bucket(inRecordings), join(patient, device, recording))
}

// SetRecording records it.
func (t *Tx) SetRecording(patient, device, recording string, r Recording) error {
	return put(t.bucket(inRecordings), join(patient, device, recording), r)
}

// Forget removes the events that were last received before the one time, and
// the recordings before the other.
func (t *Tx) Forget(events, recordings time.Time) {
	t.remove(inSeen, func(_ string, value []byte) bool {
		s, ok := readSeen(value)
		return !ok || s.Received < events.UnixNano()
	})
	b := t.bucket(inRecordings)
	t.remove(inRecordings, func(key string, _ []byte) bool {
		r, _, err := get[Recording](b, key)
		return err == nil && r.newest().Before(recordings)
	})
}

// remove deletes the records that is picks.
func (t *Tx) remove(bucket string, is func(key string, value []byte) bool) {
	b := t.bucket(bucket)
	for _, key := range b.keys("") {
		if is(key, b.get(key)) {
			b.delete(key)
		}
	}
}
