package kafka

import (
	kafkago "github.com/segmentio/kafka-go"
)

// Message is a record. To write one, set Key, Value and Headers; the topic and
// the partition are the writer's, and the time is now unless Time is set. In one that was read, Topic, Partition,
// Offset and Time are set too.
type Message = kafkago.Message

// Headers of the records on TopicSamples.
const (
	HeaderDevice  = "device"
	HeaderPatient = "patient"
)

// SampleMessage returns a record for TopicSamples. The chunk is not copied.
func SampleMessage(patient, device string, chunk []byte) Message {
	return Message{
		Key:   []byte(patient),
		Value: chunk,
		Headers: []kafkago.Header{
			{Key: HeaderDevice, Value: []byte(device)},
			{Key: HeaderPatient, Value: []byte(patient)},
		},
	}
}

// PatientMessage returns a record that is keyed by patient. The value is not
// copied.
func PatientMessage(patient string, value []byte) Message {
	return Message{Key: []byte(patient), Value: value}
}

// HeaderValue returns the value of the first header of that name, empty when
// there is none.
func HeaderValue(m Message, name string) string {
	for _, h := range m.Headers {
		if h.Key == name {
			return string(h.Value)
		}
	}
	return ""
}

// ProgressKey is the key of a recording on TopicProgress. Neither a patient nor
// a device has a slash in its name, so no two recordings share a key.
func ProgressKey(patient, device, recording string) []byte {
	return []byte(patient + "/" + device + "/" + recording)
}

// AlertKey is the key of an alert on TopicAlerts.
func AlertKey(patient, id string) []byte { return []byte(patient + "/" + id) }

// PartitionFor returns the partition, of n, of everything about a patient. It
// is the one that the Java client chooses for the same key.
func PartitionFor(patient string, n int) int {
	partitions := make([]int, n)
	for i := range partitions {
		partitions[i] = i
	}
	balancer := kafkago.Murmur2Balancer{Consistent: true}
	return balancer.Balance(Message{Key: []byte(patient)}, partitions...)
}
