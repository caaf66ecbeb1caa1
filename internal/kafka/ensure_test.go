package kafka_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/holterd/holter/internal/kafka"
)

func TestEnsureTopicsIsIdempotentAndWaitsForTheCluster(t *testing.T) {
	cluster, cfg := newCluster(t)
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.CreateTopics}, Topic: kafka.TopicSamples, Err: kerr.TopicAlreadyExists})
	ctx, cancel := context.WithCancel(deadline(t))
	defer cancel()
	log := zerolog.New(zerolog.NewTestWriter(t)).Hook(zerolog.HookFunc(func(_ *zerolog.Event, _ zerolog.Level, message string) {
		if strings.Contains(message, "leaders") {
			cancel() // it waits
		}
	}))
	client, err := kafka.NewClient(cfg, log)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.Ping(deadline(t)))

	// The faulted topic is said to exist but does not: no leaders to be found.
	require.ErrorContains(t, client.EnsureTopics(ctx), "leaders")

	require.NoError(t, client.EnsureTopics(deadline(t)))
	require.NoError(t, client.EnsureTopics(deadline(t)))
}

func TestEnsureTopicsReportsAWrongNumberOfPartitions(t *testing.T) {
	_, cfg := newCluster(t, kfake.SeedTopics(3, kafka.TopicEvents))
	err := newClient(t, cfg).EnsureTopics(deadline(t))
	require.ErrorContains(t, err, "ecg.events has 3 partitions and kafka.partitions is 4: set kafka.partitions to 3")
}

func TestEnsureTopicsReportsATopicThatIsNotCompacted(t *testing.T) {
	_, cfg := newCluster(t, kfake.SeedTopics(4, kafka.TopicProgress))
	err := newClient(t, cfg).EnsureTopics(deadline(t))
	require.ErrorContains(t, err, "ecg.progress has cleanup.policy=delete, not compact")
	require.ErrorContains(t, err, "ecg.progress has max.message.bytes=1048588, not 2097152")
}

func TestEnsureTopicsNamesTheBrokerThatIsAway(t *testing.T) {
	cluster, cfg := newCluster(t)
	cluster.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	require.ErrorContains(t, newClient(t, cfg).EnsureTopics(ctx), cfg.Brokers[0])
}
