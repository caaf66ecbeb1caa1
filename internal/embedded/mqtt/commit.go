package mqtt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// ackDelay is how long acknowledgements wait for appends to share their
// commit with.
const ackDelay = 100 * time.Millisecond

// commitBytes bounds one commit, so that the first message of a burst is
// acknowledged before the last has come.
const commitBytes = 4 << 20

// commitLoop writes what has been appended and acknowledged, in batches, each
// with one sync, until the journal is closed.
func (j *journal) commitLoop() {
	defer close(j.done)
	for {
		<-j.work
		appends, deletes, closed := j.takeWork()
		if len(appends) == 0 && len(deletes) > 0 && !closed {
			// Only acknowledgements: nobody waits for them.
			select {
			case <-j.work:
			case <-time.After(ackDelay):
			}
			var more []*pendingAppend
			more, deletes, closed = j.takeWork()
			appends = append(appends, more...)
		}
		if len(appends) > 0 || len(deletes) > 0 {
			j.commit(appends, deletes)
		}
		if closed && len(appends) == 0 {
			return
		}
		if len(appends) > 0 {
			signal(j.work) // there may be more than one commit took
		}
	}
}

// takeWork moves what is due into the caller's hands. Acknowledged entries
// stay in deleting until the commit, so that a reader still leaves them out.
func (j *journal) takeWork() (appends []*pendingAppend, deletes map[uint64]struct{}, closed bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	size, n := 0, 0
	for n < len(j.appends) && size < commitBytes {
		size += len(j.appends[n].payload)
		n++
	}
	appends = j.appends[:n:n]
	j.appends = j.appends[n:]
	if j.deleting == nil {
		j.deleting = j.acked
		j.acked = map[uint64]struct{}{}
	} else {
		for seq := range j.acked {
			j.deleting[seq] = struct{}{}
		}
		clear(j.acked)
	}
	return appends, j.deleting, j.closed
}

// commit writes one batch and tells those who wait for it.
func (j *journal) commit(appends []*pendingAppend, deletes map[uint64]struct{}) {
	var freed int64
	err := j.db.Update(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(messageBucket)
		freed = 0
		for seq := range deletes {
			key := seqKey(seq)
			freed += int64(len(bucket.Get(key)))
			if err := bucket.Delete(key); err != nil {
				return err
			}
		}
		for _, p := range appends {
			if err := p.store(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("writing the MQTT journal (is the disk full?): %w", err)
	}
	j.settle(appends, deletes, freed, err)
	for _, p := range appends {
		p.err = err
		close(p.done)
	}
	signal(j.changed)
}

// store writes a message in a transaction.
func (p *pendingAppend) store(tx *bolt.Tx) error {
	if p.keep {
		bucket := tx.Bucket(messageBucket)
		if err := bucket.Put(seqKey(p.seq), encodeEntry(p.topic, p.payload)); err != nil {
			return err
		}
		// The sequence outlives its entries, or a later one would get the
		// number of a settled one.
		if err := bucket.SetSequence(p.seq); err != nil {
			return err
		}
	}
	if !p.retain {
		return nil
	}
	bucket := tx.Bucket(retainedBucket)
	if len(p.payload) == 0 { // how MQTT takes a retained message back
		return bucket.Delete([]byte(p.topic))
	}
	return bucket.Put([]byte(p.topic), append([]byte{p.qos}, p.payload...))
}

// settle brings the counters in line with a commit's outcome.
func (j *journal) settle(appends []*pendingAppend, deletes map[uint64]struct{}, freed int64, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil {
		for _, p := range appends {
			if p.keep {
				j.messages--
				j.bytes -= int64(encodedSize(p.topic, p.payload))
			}
		}
		return // deletes stay in deleting and are tried again
	}
	j.messages -= int64(len(deletes))
	j.bytes -= freed
	j.deleting = nil
	if len(deletes) > 0 && !j.closed {
		close(j.room)
		j.room = make(chan struct{})
	}
}

func seqKey(seq uint64) []byte {
	return binary.BigEndian.AppendUint64(nil, seq)
}

// encodedSize is the length of encodeEntry's result.
func encodedSize(topic string, payload []byte) int {
	return 2 + len(topic) + len(payload)
}

func encodeEntry(topic string, payload []byte) []byte {
	out := make([]byte, 0, encodedSize(topic, payload))
	out = binary.BigEndian.AppendUint16(out, uint16(len(topic))) //nolint:gosec // MQTT bounds topics at 65535 bytes
	out = append(out, topic...)
	return append(out, payload...)
}

// decodeEntry reads an entry and copies it out of the database's memory.
func decodeEntry(seq uint64, value []byte) (entry, error) {
	if len(value) < 2 {
		return entry{}, errors.New("an entry is shorter than its header")
	}
	n := int(binary.BigEndian.Uint16(value))
	if len(value) < 2+n {
		return entry{}, errors.New("an entry is shorter than its topic")
	}
	return entry{
		seq:     seq,
		topic:   string(value[2 : 2+n]),
		payload: append([]byte(nil), value[2+n:]...),
	}, nil
}
