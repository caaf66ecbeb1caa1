package ingest

import (
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/registry"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// message is one MQTT message from its arrival to its acknowledgement.
type message struct {
	topic   string
	payload []byte
	at      time.Time
	ack     func()

	kind    string
	device  registry.Device
	refused *refusal // found before the payload was looked at

	settled chan struct{} // closed when Kafka has it
}

// receive finds out whose the message is.
func (s *Service) receive(topic string, payload []byte, ack func()) *message {
	m := &message{topic: topic, payload: payload, at: s.now(), ack: ack, settled: make(chan struct{})}
	name, kind, err := parseTopic(topic)
	if err != nil {
		m.refused = refuse(holterv1.Reason_REASON_TOPIC, "%v", err)
		return m
	}
	m.kind = kind
	if m.device, err = s.registry.Lookup(name); err != nil {
		m.device.Name = name
		m.refused = refuse(holterv1.Reason_REASON_UNKNOWN_DEVICE, "%v", err)
		return m
	}
	if limit := int(s.cfg.MQTT.MaxPayload); len(payload) > limit {
		m.refused = refuse(holterv1.Reason_REASON_OVERSIZED,
			"the message has %d bytes; mqtt.max_payload is %d: send shorter chunks", len(payload), limit)
	}
	return m
}

// key is what the message's records are keyed by.
func (m *message) key() string {
	if m.device.Patient != "" {
		return m.device.Patient
	}
	return m.device.Name
}

// keptPayload is how much of a refused message is kept.
const keptPayload = 1 << 20

// deadLetter is the record of a refused message.
func (m *message) deadLetter(r *refusal, now time.Time) (kafka.Message, error) {
	value, err := proto.Marshal(&holterv1.DeadLetter{
		TimeNs:  now.UnixNano(),
		Topic:   strings.ToValidUTF8(m.topic, "\uFFFD"),
		Device:  m.device.Name,
		Patient: m.device.Patient,
		Reason:  r.reason,
		Detail:  strings.ToValidUTF8(r.detail, "\uFFFD"),
		Payload: m.payload[:min(len(m.payload), keptPayload)],
	})
	return kafka.PatientMessage(m.key(), value), err
}
