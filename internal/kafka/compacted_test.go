package kafka_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/holterd/holter/internal/kafka"
)

// deleteBefore drops the oldest records of every partition.
func deleteBefore(t *testing.T, cluster *kfake.Cluster, topic string, partitions int, offset int64) {
	t.Helper()
	admin, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...))
	require.NoError(t, err)
	defer admin.Close()
	req := kmsg.NewPtrDeleteRecordsRequest()
	req.TimeoutMillis = 5000
	rt := kmsg.DeleteRecordsRequestTopic{Topic: topic}
	for p := range partitions {
		rt.Partitions = append(rt.Partitions, kmsg.DeleteRecordsRequestTopicPartition{Partition: int32(p), Offset: offset})
	}
	req.Topics = append(req.Topics, rt)
	for _, shard := range admin.RequestSharded(deadline(t), req) {
		require.NoError(t, shard.Err)
		for _, p := range shard.Resp.(*kmsg.DeleteRecordsResponse).Topics[0].Partitions {
			require.Zero(t, p.ErrorCode)
		}
	}
}

func progress(key, value string) kafka.Message {
	return kafka.Message{Key: []byte(key), Value: []byte(value)}
}

func TestReadCompactedKeepsTheNewestOfEveryKey(t *testing.T) {
	cluster, client := newTopics(t, kfake.NumBrokers(1))
	empty, err := client.ReadCompacted(deadline(t), kafka.TopicProgress, 1)
	require.NoError(t, err)
	require.Empty(t, empty)

	writer := client.NewWriter()
	require.NoError(t, writer.WriteTo(deadline(t), kafka.TopicProgress, 1,
		progress("a", "1"), progress("b", "1"), progress("c", "1"), progress("a", "2"), progress("b", "")))
	check := func() {
		newest, err := client.ReadCompacted(deadline(t), kafka.TopicProgress, 1)
		require.NoError(t, err)
		got := make(map[string]string)
		for key, m := range newest {
			got[key] = string(m.Value)
		}
		require.Equal(t, map[string]string{"a": "2", "c": "1"}, got)
	}
	check()
	cluster.Compact()
	check()
}

func TestReadCompactedNamesWhatItCouldNotRead(t *testing.T) {
	_, client := newTopics(t)
	_, err := client.ReadCompacted(deadline(t), kafka.TopicProgress, 9)
	require.ErrorContains(t, err, "partition 9 of ecg.progress")
}
