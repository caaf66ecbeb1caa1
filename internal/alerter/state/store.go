// Package state keeps what the alerter must not forget: sliding windows,
// devices, open alerts, what is still to be published and whom to notify, and
// how far Kafka was read. It is held in memory, one part for each partition of
// the topics, and everything that one transaction changes goes to a journal as
// one batch, the offsets of the messages that led to it included. So whoever
// reads the journal, after a crash or in another process, has a state that no
// message is missing from and none counts twice in.
//
// It knows formats and keys, not rules.
package state

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Buckets.
const (
	inMeta       = "meta"       // name → sequence
	inOffsets    = "offsets"    // topic → next offset
	inSeen       = "seen"       // event id → Seen
	inRecordings = "recordings" // patient, device, recording → Recording
	inWindows    = "windows"    // rule, patient, device → Window
	inDevices    = "devices"    // device → Device
	inOpen       = "open"       // patient, key → OpenAlert
	inClosed     = "closed"     // alert id → Closed
	inSilences   = "silences"   // patient, key → Silence
	inCommands   = "commands"   // command id → time
	inOutbox     = "outbox"     // sequence → Record
	inPending    = "pending"    // patient, sequence → Notification
)

// Change is what became of a record.
type Change struct {
	Key   string
	Value []byte // nil: it was deleted
}

// Journal is where the state outlives the process.
type Journal interface {
	// Write appends a partition's changes, and returns when they are safe.
	Write(ctx context.Context, partition int, changes []Change) error
}

// ErrNotHere is returned for a partition that was not loaded: it is another
// alerter's.
var ErrNotHere = errors.New("the partition's state is not here")

const (
	// patience is how long a change waits for the journal. What the journal does
	// not take then follows later: with the broker away, telling somebody twice
	// is better than not at all.
	patience = 5 * time.Second
	again    = 2 * time.Second
)

// Store is the state. It is safe for concurrent use.
type Store struct {
	journal Journal
	now     func() time.Time

	mu     sync.Mutex
	shards map[int]*shard // guarded by mu; by partition
	retry  time.Time      // guarded by mu; the journal is not tried before
}

// shard is one partition's state.
type shard struct {
	flushing sync.Mutex // held while the journal is written, so that it keeps the order

	mu      sync.RWMutex
	data    map[string]map[string][]byte // guarded by mu; bucket → key → value
	unsaved map[string][]byte            // guarded by mu; changes that the journal does not have
}

// New returns an empty store; without a journal it lives in memory only.
func New(journal Journal) *Store {
	return &Store{journal: journal, now: time.Now, shards: make(map[int]*shard)}
}

// Load replaces a partition's state by the records of the journal.
func (s *Store) Load(partition int, records map[string][]byte) error {
	sh := &shard{data: make(map[string]map[string][]byte), unsaved: make(map[string][]byte)}
	for key, value := range records {
		bucket, rest, ok := cut(key)
		if !ok {
			return fmt.Errorf("the alerter's state has a record with the key %q, which no version writes", key)
		}
		sh.put(bucket, rest, value)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shards[partition] = sh
	return nil
}

// Drop forgets a partition's state, which stays in the journal.
func (s *Store) Drop(partition int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.shards, partition)
}

// Partitions are those that are loaded.
func (s *Store) Partitions() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.shards))
}

func (s *Store) shard(partition int) (*shard, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sh, ok := s.shards[partition]
	if !ok {
		return nil, fmt.Errorf("partition %d: %w", partition, ErrNotHere)
	}
	return sh, nil
}

// Update runs change in a transaction, which leaves no trace when it returns an
// error. Update returns when the journal has what was changed, or does not
// answer.
func (s *Store) Update(partition int, change func(*Tx) error) error {
	sh, err := s.shard(partition)
	if err != nil {
		return err
	}
	if err := sh.update(change); err != nil {
		return err
	}
	s.Flush(partition)
	return nil
}

func (sh *shard) update(change func(*Tx) error) error {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	tx := &Tx{shard: sh, changed: make(map[string]map[string][]byte)}
	if err := change(tx); err != nil {
		return err
	}
	for bucket, changes := range tx.changed {
		for key, value := range changes {
			sh.put(bucket, key, value)
			sh.unsaved[join2(bucket, key)] = value
		}
	}
	return nil
}

func (sh *shard) put(bucket, key string, value []byte) {
	if value == nil {
		delete(sh.data[bucket], key)
		return
	}
	if sh.data[bucket] == nil {
		sh.data[bucket] = make(map[string][]byte)
	}
	sh.data[bucket][key] = value
}

// View runs look on the state as it is, without changing it.
func (s *Store) View(partition int, look func(*Tx) error) error {
	sh, err := s.shard(partition)
	if err != nil {
		return err
	}
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	return look(&Tx{shard: sh})
}

// Flush gives the journal what it does not have of a partition; it tells
// whether that worked.
func (s *Store) Flush(partition int) bool {
	sh, err := s.shard(partition)
	if err != nil {
		return true // nothing is here to be lost
	}
	sh.flushing.Lock()
	defer sh.flushing.Unlock()
	changes := sh.take()
	if len(changes) == 0 || s.journal == nil {
		return true
	}
	if s.waits() {
		sh.giveBack(changes)
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.journal.Write(ctx, partition, changes); err != nil {
		sh.giveBack(changes)
		s.mu.Lock()
		s.retry = s.now().Add(again)
		s.mu.Unlock()
		return false
	}
	return true
}

// Save is Flush that does not wait for a journal that did not answer lately.
func (s *Store) Save(partition int) bool {
	s.mu.Lock()
	s.retry = time.Time{}
	s.mu.Unlock()
	return s.Flush(partition)
}

func (s *Store) waits() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now().Before(s.retry)
}

// take returns the unsaved changes. Offsets come last: where a journal splits a
// large batch, messages then count again, which they may, and none is missed.
func (sh *shard) take() []Change {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	changes := make([]Change, 0, len(sh.unsaved))
	for key, value := range sh.unsaved {
		changes = append(changes, Change{Key: key, Value: value})
	}
	clear(sh.unsaved)
	isOffset := func(c Change) int {
		if bucket, _, _ := cut(c.Key); bucket == inOffsets {
			return 1
		}
		return 0
	}
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(isOffset(a), isOffset(b)), cmp.Compare(a.Key, b.Key))
	})
	return changes
}

// giveBack keeps changes for the next time, but for those that were changed
// again since.
func (sh *shard) giveBack(changes []Change) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for _, c := range changes {
		if _, newer := sh.unsaved[c.Key]; !newer {
			sh.unsaved[c.Key] = c.Value
		}
	}
}
