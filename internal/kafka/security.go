package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"

	"github.com/holterd/holter/internal/config"
)

func tlsConfig(cfg config.Kafka) (*tls.Config, error) {
	if !cfg.TLS {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.CAFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(cfg.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read kafka.ca_file: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("kafka.ca_file %s holds no PEM certificate", cfg.CAFile)
	}
	return c, nil
}

func mechanism(cfg config.Kafka) (sasl.Mechanism, error) {
	if cfg.Username == "" {
		return nil, nil
	}
	var algorithm scram.Algorithm
	switch cfg.Mechanism {
	case "plain":
		return plain.Mechanism{Username: cfg.Username, Password: cfg.Password}, nil
	case "scram-sha-256":
		algorithm = scram.SHA256
	case "scram-sha-512":
		algorithm = scram.SHA512
	default:
		return nil, fmt.Errorf("kafka.mechanism %q is not one of plain, scram-sha-256, scram-sha-512", cfg.Mechanism)
	}
	m, err := scram.Mechanism(algorithm, cfg.Username, cfg.Password)
	if err != nil {
		return nil, fmt.Errorf("prepare %s for kafka.username: %w", cfg.Mechanism, err)
	}
	return m, nil
}
