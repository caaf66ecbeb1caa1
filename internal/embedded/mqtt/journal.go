package mqtt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// errJournalClosed is what an append gets while the broker stops.
var errJournalClosed = errors.New("the broker is stopping")

// errGone ends an append whose publisher has gone away while it waited for
// room.
var errGone = errors.New("the publisher has disconnected")

var (
	messageBucket  = []byte("messages") // sequence number → entry
	retainedBucket = []byte("retained") // topic → retained message
)

// message is what the journal is given.
type message struct {
	topic   string
	payload []byte
	qos     byte
	keep    bool // for the session, until it is acknowledged
	retain  bool // as the topic's last message
}

// entry is one message of the journal.
type entry struct {
	seq     uint64
	topic   string
	payload []byte
}

// journal is a durable queue of messages in order of acceptance. Appends of
// several publishers share one sync of the disk. It is safe for concurrent
// use.
type journal struct {
	db       *bolt.DB
	maxBytes int64

	mu       sync.Mutex
	nextSeq  uint64              // guarded by mu
	appends  []*pendingAppend    // guarded by mu: accepted, not yet on disk
	acked    map[uint64]struct{} // guarded by mu: settled, not yet deleted on disk
	deleting map[uint64]struct{} // guarded by mu: acked entries of the commit under way
	messages int64               // guarded by mu
	bytes    int64               // guarded by mu
	closed   bool                // guarded by mu
	room     chan struct{}       // guarded by mu: closed and replaced whenever space is freed

	work    chan struct{} // wakes the committer
	changed chan struct{} // tells the reader that there is more to read
	done    chan struct{} // closed when the committer has ended
}

// pendingAppend is a message on its way to the disk.
type pendingAppend struct {
	message
	seq  uint64        // of a message to keep
	done chan struct{} // closed once err is set
	err  error
}

// wait returns once the message is on disk, or cannot be.
func (p *pendingAppend) wait() error {
	<-p.done
	return p.err
}

// openJournal opens or creates the journal in dir. maxBytes bounds what may
// wait in it.
func openJournal(dir string, maxBytes int64) (*journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("creating the MQTT journal's folder %s: %w", dir, err)
	}
	path := filepath.Join(dir, "journal.db")
	// The list of free pages is rebuilt at opening instead of being written
	// with every commit.
	db, err := bolt.Open(path, 0o600, &bolt.Options{
		Timeout:        2 * time.Second,
		NoFreelistSync: true,
		FreelistType:   bolt.FreelistMapType,
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("opening the MQTT journal %s: another process has it open; stop that one first", path)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the MQTT journal %s: %w", path, err)
	}
	j := &journal{
		db:       db,
		maxBytes: maxBytes,
		acked:    map[uint64]struct{}{},
		room:     make(chan struct{}),
		work:     make(chan struct{}, 1),
		changed:  make(chan struct{}, 1),
		done:     make(chan struct{}),
	}
	if err := j.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("reading the MQTT journal %s: %w", path, err), db.Close())
	}
	go j.commitLoop()
	return j, nil
}

// load counts what a former run has left.
func (j *journal) load() error {
	return j.db.Update(func(tx *bolt.Tx) error {
		bucket, err := tx.CreateBucketIfNotExists(messageBucket)
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucketIfNotExists(retainedBucket); err != nil {
			return err
		}
		j.nextSeq = bucket.Sequence() + 1
		return bucket.ForEach(func(_, value []byte) error {
			j.messages++
			j.bytes += int64(len(value))
			return nil
		})
	})
}

// append accepts a message and returns before it is on disk: see
// pendingAppend.wait. For a message to keep it blocks while the journal is
// full, until gone reports true; the order of calls is the order of delivery.
func (j *journal) append(m message, gone func() bool) (*pendingAppend, error) {
	for {
		j.mu.Lock()
		if j.closed {
			j.mu.Unlock()
			return nil, errJournalClosed
		}
		if !m.keep || j.bytes < j.maxBytes {
			p := j.enqueue(m)
			j.mu.Unlock()
			signal(j.work)
			return p, nil
		}
		room := j.room
		j.mu.Unlock()
		select {
		case <-room:
		case <-time.After(time.Second): // a disconnect has no channel of its own
			if gone() {
				return nil, errGone
			}
		}
	}
}

// enqueue gives a message its place. It is called with mu held.
func (j *journal) enqueue(m message) *pendingAppend {
	p := &pendingAppend{message: m, done: make(chan struct{})}
	if m.keep {
		p.seq = j.nextSeq
		j.nextSeq++
		j.messages++
		j.bytes += int64(encodedSize(m.topic, m.payload))
	}
	j.appends = append(j.appends, p)
	return p
}

// ack settles a message: it will not be read again and is deleted soon. A
// kill before that brings it back, once.
func (j *journal) ack(seq uint64) {
	j.mu.Lock()
	j.acked[seq] = struct{}{}
	j.mu.Unlock()
	signal(j.work)
}

// read returns up to n unsettled messages that are on disk, from sequence
// number from on, in order.
func (j *journal) read(from uint64, n int) ([]entry, error) {
	// Taken before the view begins: what is deleted while it lasts is still in
	// the view, and no longer among the deleting.
	settled := j.settled()
	var out []entry
	err := j.db.View(func(tx *bolt.Tx) error {
		cursor := tx.Bucket(messageBucket).Cursor()
		for key, value := cursor.Seek(seqKey(from)); key != nil && len(out) < n; key, value = cursor.Next() {
			seq := binary.BigEndian.Uint64(key)
			if _, ok := settled[seq]; ok {
				continue
			}
			e, err := decodeEntry(seq, value)
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the MQTT journal: %w", err)
	}
	return out, nil
}

// settled returns the messages that were acknowledged and may still be on disk.
func (j *journal) settled() map[uint64]struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	all := maps.Clone(j.acked)
	maps.Copy(all, j.deleting)
	return all
}

// pending returns how many messages, and how many bytes of them, are not
// settled.
func (j *journal) pending() (messages, bytes int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.messages - int64(len(j.acked)) - int64(len(j.deleting)), j.bytes
}

// close settles what is under way on disk and closes the file.
func (j *journal) close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	close(j.room) // whoever waits for room sees closed
	j.mu.Unlock()
	signal(j.work)
	<-j.done
	if err := j.db.Close(); err != nil {
		return fmt.Errorf("closing the MQTT journal: %w", err)
	}
	return nil
}

// signal leaves a mark in a channel of capacity one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
