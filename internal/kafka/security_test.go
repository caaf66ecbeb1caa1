package kafka_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/holterd/holter/internal/kafka"
)

func TestClientAuthenticates(t *testing.T) {
	for mechanism, method := range map[string]string{
		"plain": "PLAIN", "scram-sha-256": "SCRAM-SHA-256", "scram-sha-512": "SCRAM-SHA-512",
	} {
		t.Run(mechanism, func(t *testing.T) {
			_, cfg := newCluster(t, kfake.EnableSASL(), kfake.Superuser(method, "holter", "secret"))
			cfg.Mechanism, cfg.Username, cfg.Password = mechanism, "holter", "secret"
			require.NoError(t, newClient(t, cfg).EnsureTopics(deadline(t)))

			cfg.Password = "wrong"
			require.ErrorContains(t, newClient(t, cfg).Ping(deadline(t)), cfg.Brokers[0])
		})
	}
}

func TestClientSpeaksTLS(t *testing.T) {
	server := httptest.NewTLSServer(nil) // lends its certificate
	defer server.Close()
	_, cfg := newCluster(t, kfake.TLS(&tls.Config{Certificates: server.TLS.Certificates}))
	cfg.TLS = true
	require.ErrorAs(t, newClient(t, cfg).Ping(deadline(t)), new(x509.UnknownAuthorityError))

	cfg.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
	require.NoError(t, os.WriteFile(cfg.CAFile, pem.EncodeToMemory(block), 0o600))
	require.NoError(t, newClient(t, cfg).EnsureTopics(deadline(t)))

	require.NoError(t, os.WriteFile(cfg.CAFile, []byte("no certificate"), 0o600))
	_, err := kafka.NewClient(cfg, zerolog.Nop())
	require.ErrorContains(t, err, "holds no PEM certificate")
}
