package ingest

import (
	"errors"

	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/registry"
)

// Check reads what the configuration names and ingest needs (registry,
// certificates) and reports everything that is wrong. It connects to nothing.
func Check(cfg config.Config) error {
	_, devices := registry.Open(cfg.Devices)
	_, mqtt := tlsConfig(cfg.MQTT)
	_, brokers := kafka.NewClient(cfg.Kafka, zerolog.Nop())
	return errors.Join(devices, mqtt, brokers)
}
