package state

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const separator = "\x00"

// Fits tells whether a name from outside can be part of a key.
func Fits(name string) bool { return name != "" && !strings.Contains(name, separator) }

func join(parts ...string) string { return strings.Join(parts, separator) }

func join2(bucket, key string) string { return bucket + separator + key }

// cut takes the bucket off a journal's key.
func cut(key string) (bucket, rest string, ok bool) { return strings.Cut(key, separator) }

// Tx is a transaction. It is for one goroutine and ends with its function.
type Tx struct {
	shard   *shard
	changed map[string]map[string][]byte // nil where nothing may be changed
}

// bucket is the transaction's view of one kind of records.
type bucket struct {
	tx   *Tx
	name string
}

func (t *Tx) bucket(name string) bucket { return bucket{t, name} }

func (b bucket) get(key string) []byte {
	if value, ok := b.tx.changed[b.name][key]; ok {
		return value
	}
	return b.tx.shard.data[b.name][key]
}

// put records a value; nil deletes.
func (b bucket) put(key string, value []byte) {
	if value == nil && b.get(key) == nil {
		return
	}
	if b.tx.changed[b.name] == nil {
		b.tx.changed[b.name] = make(map[string][]byte)
	}
	b.tx.changed[b.name][key] = value
}

func (b bucket) delete(key string) { b.put(key, nil) }

// keys are those that begin with prefix, in order.
func (b bucket) keys(prefix string) []string {
	all := make(map[string]struct{})
	for key := range b.tx.shard.data[b.name] {
		if strings.HasPrefix(key, prefix) {
			all[key] = struct{}{}
		}
	}
	for key, value := range b.tx.changed[b.name] {
		if value == nil {
			delete(all, key)
		} else if strings.HasPrefix(key, prefix) {
			all[key] = struct{}{}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// next returns a number that is larger than those before, 1 at first.
func (b bucket) next() uint64 {
	meta := b.tx.bucket(inMeta)
	n := uint64(1)
	if last := meta.get(b.name); len(last) == 8 {
		n = binary.BigEndian.Uint64(last) + 1
	}
	meta.put(b.name, []byte(number(n)))
	return n
}

// get reads a record; ok is false when there is none.
func get[T any](b bucket, key string) (record T, ok bool, err error) {
	value := b.get(key)
	if value == nil {
		return record, false, nil
	}
	if err := json.Unmarshal(value, &record); err != nil {
		return record, false, fmt.Errorf("read %q from the alerter's state: %w", key, err)
	}
	return record, true, nil
}

func put(b bucket, key string, record any) error {
	value, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("write %q to the alerter's state: %w", key, err)
	}
	b.put(key, value)
	return nil
}

// each calls visit for every record whose key begins with prefix, in order of
// the keys. What the visitor changes is not visited.
func each[T any](b bucket, prefix string, visit func(key string, record T) error) error {
	for _, key := range b.keys(prefix) {
		record, _, err := get[T](b, key)
		if err != nil {
			return err
		}
		if err := visit(key, record); err != nil {
			return err
		}
	}
	return nil
}

// number writes n so that keys have the order of their numbers.
func number(n uint64) string { return string(binary.BigEndian.AppendUint64(nil, n)) }

func numberOf(key string) uint64 {
	if len(key) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64([]byte(key))
}
