package config

import "time"

// Values of devices.unknown.
const (
	UnknownOwnPatient = "own-patient"
	UnknownRefuse     = "refuse"
)

// Default is the configuration without a file and without variables: all parts
// on this machine.
func Default() Config {
	return Config{
		Log:  Log{Level: "info", Format: "console"},
		HTTP: HTTP{Addr: "127.0.0.1:9100"},
		MQTT: MQTT{
			URL:         "tcp://127.0.0.1:1883",
			ClientID:    "holter-ingest",
			MaxInFlight: 256,
			MaxPayload:  1 << 20,
		},
		Kafka: Kafka{
			Brokers:     []string{"127.0.0.1:9092"},
			Partitions:  12,
			Replication: 1,
			Retention:   168 * time.Hour,
			Group:       "holter",
			Mechanism:   "plain",
		},
		Influx: Influx{
			URL:    "http://127.0.0.1:8086",
			Org:    "holter",
			Bucket: "holter",
		},
		Devices: Devices{Unknown: UnknownOwnPatient},
		Model: Model{
			Dir:        modelDir(),
			Device:     "cpu",
			Threads:    2,
			Batch:      16,
			BatchDelay: 5 * time.Millisecond,
		},
		Window: Window{
			Length:  10 * time.Second,
			Overlap: 4 * time.Second,
			MaxGap:  500 * time.Millisecond,
			Idle:    30 * time.Second,
		},
		Analyzer: Analyzer{Questions: []string{"V", "A", "L", "R", "AFIB"}},
		Alerter:  Alerter{LinkExpires: 24 * time.Hour},
		Archive:  Archive{Folder: "data/archive", Retention: 30 * 24 * time.Hour},
		Console:  Console{Addr: "127.0.0.1:8088"},
	}
}
