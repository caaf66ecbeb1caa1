package mqtt

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/mochi-mqtt/server/v2/hooks/storage"
	"github.com/mochi-mqtt/server/v2/packets"
	bolt "go.etcd.io/bbolt"
)

// retained returns the topics' retained messages as they were left on disk.
func (j *journal) retained() ([]message, error) {
	var out []message
	err := j.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(retainedBucket).ForEach(func(topic, value []byte) error {
			if len(value) == 0 {
				return errors.New("a retained message is shorter than its header")
			}
			out = append(out, message{topic: string(topic), payload: bytes.Clone(value[1:]), qos: value[0], retain: true})
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("reading the MQTT journal: %w", err)
	}
	return out, nil
}

// StoredRetainedMessages gives the library the retained messages at its start.
func (h *hook) StoredRetainedMessages() ([]storage.Message, error) {
	stored, err := h.journal.retained()
	if err != nil {
		return nil, err
	}
	out := make([]storage.Message, 0, len(stored))
	for _, m := range stored {
		out = append(out, storage.Message{
			T:           storage.RetainedKey,
			FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: m.qos, Retain: true},
			TopicName:   m.topic,
			Payload:     m.payload,
		})
	}
	return out, nil
}
