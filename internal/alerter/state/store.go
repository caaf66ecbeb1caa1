// Package state keeps what the alerter must not forget in one file (bbolt):
// sliding windows, devices, open alerts, what is still to be published and
// whom to notify, and how far Kafka was read. Everything that follows from a
// batch of messages is written in one transaction together with their offsets,
// so that a crash neither repeats nor loses an alert.
//
// It knows formats and keys, not rules.
package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

const (
	fileName = "alerter.db"
	format   = "1"
	lockWait = 3 * time.Second
)

// Buckets.
const (
	inMeta       = "meta"
	inOffsets    = "offsets"    // topic, partition → next offset
	inSeen       = "seen"       // event id → Seen
	inRecordings = "recordings" // patient, device, recording → Recording
	inWindows    = "windows"    // rule, patient, device → Window
	inDevices    = "devices"    // device → Device
	inOpen       = "open"       // patient, key → Open
	inOutbox     = "outbox"     // sequence → Record
	inPending    = "pending"    // sequence → Notification
)

// Store is the file. It is safe for concurrent use; one process has it open at
// a time.
type Store struct {
	db *bbolt.DB
}

// Options of Open.
type Options struct {
	// Unsynced leaves it to the operating system when to write: what was
	// changed survives the process, not the machine. For tests.
	Unsynced bool
}

// Open opens the store in the folder dir, or makes both.
func Open(dir string, o Options) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the alerter's state folder (alerter.state): %w", err)
	}
	path := filepath.Join(dir, fileName)
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: lockWait, FreelistType: bbolt.FreelistMapType, NoSync: o.Unsynced, NoGrowSync: o.Unsynced,
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("open %s: another alerter has it open; stop that one, or set another alerter.state", path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the alerter's state %s: %w", path, err)
	}
	s := &Store{db: db}
	if err := s.Update(prepare); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare %s: %w", path, err), db.Close())
	}
	return s, nil
}

func prepare(tx *Tx) error {
	for _, name := range []string{
		inMeta, inOffsets, inSeen, inRecordings, inWindows, inDevices, inOpen, inOutbox, inPending,
	} {
		if _, err := tx.tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	meta := tx.bucket(inMeta)
	switch found := string(meta.Get([]byte("format"))); found {
	case format:
		return nil
	case "":
		return meta.Put([]byte("format"), []byte(format))
	default:
		return fmt.Errorf("it has format %q and this program writes %q; use the program that wrote it", found, format)
	}
}

// Close closes the file, after the transactions that run.
func (s *Store) Close() error { return s.db.Close() }

// Update runs change in a transaction that is on disk when Update returns nil,
// and leaves no trace when it returns an error.
func (s *Store) Update(change func(*Tx) error) error {
	return s.db.Update(func(tx *bbolt.Tx) error { return change(&Tx{tx: tx}) })
}

// View runs look on the state as it is, without changing it.
func (s *Store) View(look func(*Tx) error) error {
	return s.db.View(func(tx *bbolt.Tx) error { return look(&Tx{tx: tx}) })
}

// Tx is a transaction. It is for one goroutine and ends with its function.
type Tx struct {
	tx *bbolt.Tx
}

func (t *Tx) bucket(name string) *bbolt.Bucket { return t.tx.Bucket([]byte(name)) }
