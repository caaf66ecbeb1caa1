package kafka_test

import (
	"context"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
)

// within is how long a test waits for what must happen.
const within = 20 * time.Second

func newCluster(t *testing.T, opts ...kfake.Opt) (*kfake.Cluster, config.Kafka) {
	t.Helper()
	cluster, err := kfake.NewCluster(opts...)
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	cfg := config.Default().Kafka
	cfg.Brokers = cluster.ListenAddrs()
	cfg.Partitions = 4
	return cluster, cfg
}

func newClient(t *testing.T, cfg config.Kafka) *kafka.Client {
	t.Helper()
	client, err := kafka.NewClient(cfg, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.InfoLevel))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// newTopics returns a client of a cluster that has Holter's topics.
func newTopics(t *testing.T, opts ...kfake.Opt) (*kfake.Cluster, *kafka.Client) {
	t.Helper()
	cluster, cfg := newCluster(t, opts...)
	client := newClient(t, cfg)
	require.NoError(t, client.EnsureTopics(deadline(t)))
	return cluster, client
}

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	t.Cleanup(cancel)
	return ctx
}
