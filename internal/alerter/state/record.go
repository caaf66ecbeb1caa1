package state

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"

	"go.etcd.io/bbolt"
)

const separator = "\x00"

// Fits tells whether a name from outside can be part of a key.
func Fits(name string) bool { return name != "" && !strings.Contains(name, separator) }

func join(parts ...string) []byte { return []byte(strings.Join(parts, separator)) }

// get reads a record; ok is false when there is none.
func get[T any](b *bbolt.Bucket, key []byte) (record T, ok bool, err error) {
	value := b.Get(key)
	if value == nil {
		return record, false, nil
	}
	if err := json.Unmarshal(value, &record); err != nil {
		return record, false, fmt.Errorf("read %q from the alerter's state: %w", key, err)
	}
	return record, true, nil
}

func put(b *bbolt.Bucket, key []byte, record any) error {
	value, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("write %q to the alerter's state: %w", key, err)
	}
	return b.Put(key, value)
}

// each calls visit for every record whose key begins with prefix, in order of
// the keys. The bucket is not to be changed meanwhile.
func each[T any](b *bbolt.Bucket, prefix []byte, visit func(key []byte, record T) error) error {
	c := b.Cursor()
	for k, v := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		var record T
		if err := json.Unmarshal(v, &record); err != nil {
			return fmt.Errorf("read %q from the alerter's state: %w", k, err)
		}
		if err := visit(k, record); err != nil {
			return err
		}
	}
	return nil
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
