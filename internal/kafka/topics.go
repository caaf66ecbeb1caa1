package kafka

import (
	"strconv"
	"time"

	kafkago "github.com/segmentio/kafka-go"

	"github.com/holterd/holter/internal/config"
)

// Topics. All are keyed by patient, except the compacted ones: the key of
// TopicProgress is ProgressKey, that of TopicAlerts AlertKey, those of
// TopicAlerter are the alerter's own; their partition is that of the patient. All
// have the same number of partitions, so that a patient has the same partition in
// each.
const (
	TopicSamples    = "ecg.samples"    // SampleChunk, as the device sent it
	TopicStatus     = "ecg.status"     // DeviceSignal
	TopicEvents     = "ecg.events"     // Event
	TopicWindows    = "ecg.windows"    // Window
	TopicAlerts     = "ecg.alerts"     // Alert, compacted
	TopicAlerter    = "ecg.alerter"    // state of the alerters, compacted
	TopicCommands   = "ecg.commands"   // AlertCommand
	TopicDeadLetter = "ecg.deadletter" // DeadLetter
	TopicProgress   = "ecg.progress"   // Progress, compacted
	TopicQuestions  = "ecg.questions"  // Question
	TopicAnswers    = "ecg.answers"    // Answer
)

// Topic is a topic as EnsureTopics creates it.
type Topic struct {
	Name      string
	Compacted bool
}

// Topics returns every topic of Holter.
func Topics() []Topic {
	return []Topic{
		{Name: TopicSamples},
		{Name: TopicStatus},
		{Name: TopicEvents},
		{Name: TopicWindows},
		{Name: TopicAlerts, Compacted: true},
		{Name: TopicAlerter, Compacted: true},
		{Name: TopicCommands},
		{Name: TopicDeadLetter},
		{Name: TopicProgress, Compacted: true},
		{Name: TopicQuestions},
		{Name: TopicAnswers},
	}
}

// maxMessageBytes leaves room around the largest payload, one mebibyte.
const maxMessageBytes = 2 << 20

// settings are the topic's configuration entries.
func (t Topic) settings(cfg config.Kafka) map[string]string {
	s := map[string]string{
		"cleanup.policy":      "delete",
		"retention.ms":        strconv.FormatInt(cfg.Retention.Milliseconds(), 10),
		"min.insync.replicas": strconv.Itoa(minInSync(cfg.Replication)),
		"max.message.bytes":   strconv.Itoa(maxMessageBytes),
	}
	if t.Compacted {
		s["cleanup.policy"] = "compact"
		// They are rewritten all the time: keep what is read at a start small.
		s["segment.ms"] = strconv.FormatInt((10 * time.Minute).Milliseconds(), 10)
		s["min.cleanable.dirty.ratio"] = "0.1"
		delete(s, "retention.ms")
	}
	return s
}

// minInSync is the majority: an acknowledged record survives the loss of any
// minority, and writing goes on while a majority lives.
func minInSync(replication int) int { return replication/2 + 1 }

func (t Topic) creation(cfg config.Kafka) kafkago.TopicConfig {
	tc := kafkago.TopicConfig{
		Topic:             t.Name,
		NumPartitions:     cfg.Partitions,
		ReplicationFactor: cfg.Replication,
	}
	for name, value := range t.settings(cfg) {
		tc.ConfigEntries = append(tc.ConfigEntries, kafkago.ConfigEntry{ConfigName: name, ConfigValue: value})
	}
	return tc
}
