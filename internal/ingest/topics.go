package ingest

import (
	"fmt"
	"strings"

	"github.com/holterd/holter/internal/registry"
)

// Kinds of MQTT topics, ecg/v1/{device}/{kind}.
const (
	KindSamples  = "samples"  // SampleChunk, from the device
	KindStatus   = "status"   // DeviceStatus, from the device
	KindButton   = "button"   // ButtonPress, from the device
	KindProgress = "progress" // Progress, to the device, retained
)

const topicPrefix = "ecg/v1/"

// Topic is the MQTT topic of a device.
func Topic(device, kind string) string { return topicPrefix + device + "/" + kind }

// parseTopic is the inverse of Topic for the kinds that devices publish.
func parseTopic(topic string) (device, kind string, err error) {
	rest, ok := strings.CutPrefix(topic, topicPrefix)
	device, kind, two := strings.Cut(rest, "/")
	if !ok || !two {
		return "", "", fmt.Errorf("topic %q is not %s{device}/samples, status or button", topic, topicPrefix)
	}
	if err := registry.CheckName(device); err != nil {
		return "", "", fmt.Errorf("device in topic %q: %w", topic, err)
	}
	switch kind {
	case KindSamples, KindStatus, KindButton:
		return device, kind, nil
	}
	return "", "", fmt.Errorf("topic %q ends in none of samples, status, button", topic)
}

// filters are the subscriptions.
func filters(qos byte) map[string]byte {
	return map[string]byte{
		Topic("+", KindSamples): qos,
		Topic("+", KindStatus):  qos,
		Topic("+", KindButton):  qos,
	}
}
