package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"

	"github.com/holterd/holter/internal/kafka"
)

func numbered(from, to int) []kafka.Message {
	var batch []kafka.Message
	for i := from; i < to; i++ {
		batch = append(batch, kafka.PatientMessage("p", []byte(strconv.Itoa(i))))
	}
	return batch
}

// values reads everything in a partition, by a client of another make.
func values(t *testing.T, cluster *kfake.Cluster, topic string, partition int32) []string {
	t.Helper()
	reader, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {partition: kgo.NewOffset().AtStart()}}))
	require.NoError(t, err)
	defer reader.Close()
	req := kmsg.NewPtrListOffsetsRequest()
	req.ReplicaID = -1
	req.Topics = []kmsg.ListOffsetsRequestTopic{{Topic: topic, Partitions: []kmsg.ListOffsetsRequestTopicPartition{
		{Partition: partition, Timestamp: -1, CurrentLeaderEpoch: -1},
	}}}
	res, err := req.RequestWith(deadline(t), reader)
	require.NoError(t, err)
	var list []string
	for end := res.Topics[0].Partitions[0].Offset; int64(len(list)) < end; {
		fetches := reader.PollFetches(deadline(t))
		require.NoError(t, fetches.Err())
		fetches.EachRecord(func(r *kgo.Record) { list = append(list, string(r.Value)) })
	}
	return list
}

func TestPartitionForAgreesWithOtherClients(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		patient, n := rapid.String().Draw(t, "patient"), rapid.IntRange(1, 64).Draw(t, "n")
		other := kgo.StickyKeyPartitioner(nil).ForTopic("").Partition(&kgo.Record{Key: []byte(patient)}, n)
		require.Equal(t, other, kafka.PartitionFor(patient, n))
	})
}

func TestWriterPutsAPatientInTheSamePartitionOfEveryTopic(t *testing.T) {
	cluster, client := newTopics(t)
	writer := client.NewWriter()
	want := kafka.PartitionFor("p", 4)
	require.NoError(t, writer.Write(deadline(t), kafka.TopicSamples, kafka.SampleMessage("p", "d", []byte("chunk"))))
	require.NoError(t, writer.WriteTo(deadline(t), kafka.TopicProgress, want, kafka.Message{
		Key: kafka.ProgressKey("p", "d", "r"), Value: []byte("progress"),
	}))
	require.Equal(t, []string{"chunk"}, values(t, cluster, kafka.TopicSamples, int32(want)))
	require.Equal(t, []string{"progress"}, values(t, cluster, kafka.TopicProgress, int32(want)))
}

func TestWriterKeepsOrderWhenThePartitionMoves(t *testing.T) {
	cluster, client := newTopics(t, kfake.NumBrokers(3))
	writer := client.NewWriter()
	var want []string
	for i := range 60 {
		if i%10 == 5 {
			cluster.ShufflePartitionLeaders()
		}
		require.NoError(t, writer.WriteTo(deadline(t), kafka.TopicSamples, 1, numbered(2*i, 2*i+2)...))
		want = append(want, strconv.Itoa(2*i), strconv.Itoa(2*i+1))
	}
	require.Equal(t, want, values(t, cluster, kafka.TopicSamples, 1))
}

// A lost answer means a second copy of the batch: after the first and before
// whatever follows.
func TestWriterRepeatsABatchWhoseAnswerWasLost(t *testing.T) {
	cluster, client := newTopics(t)
	writer := client.NewWriter()
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.RequestTimedOut})
	require.NoError(t, writer.WriteTo(deadline(t), kafka.TopicSamples, 0, numbered(0, 2)...))
	require.NoError(t, writer.WriteTo(deadline(t), kafka.TopicSamples, 0, numbered(2, 3)...))
	require.Equal(t, []string{"0", "1", "0", "1", "2"}, values(t, cluster, kafka.TopicSamples, 0))
}

func TestWriterHasOneBatchOfAPartitionUnderWay(t *testing.T) {
	cluster, client := newTopics(t)
	var mu sync.Mutex
	underWay, most := 0, 0
	cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		mu.Lock()
		underWay++
		most = max(most, underWay)
		mu.Unlock()
		cluster.SleepControl(func() { time.Sleep(5 * time.Millisecond) })
		mu.Lock()
		underWay--
		mu.Unlock()
		return nil, nil, false
	})
	writer := client.NewWriter()
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			require.NoError(t, writer.WriteTo(deadline(t), kafka.TopicSamples, 0, numbered(0, 1)...))
		})
	}
	group.Wait()
	mu.Lock()
	require.Equal(t, 1, most)
	mu.Unlock()
	require.Len(t, values(t, cluster, kafka.TopicSamples, 0), 20)
}

func TestWriterSplitsLargeBatches(t *testing.T) {
	cluster, client := newTopics(t)
	var requests atomic.Int32
	cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		requests.Add(1)
		return nil, nil, false
	})
	var batch []kafka.Message
	for range 5 {
		batch = append(batch, kafka.PatientMessage("p", make([]byte, 600<<10)))
	}
	require.NoError(t, client.NewWriter().WriteTo(deadline(t), kafka.TopicDeadLetter, 0, batch...))
	require.EqualValues(t, 5, requests.Load())
	require.Len(t, values(t, cluster, kafka.TopicDeadLetter, 0), 5)
}

func TestWriterGivesUpAtOnceOnWhatCannotPass(t *testing.T) {
	_, client := newTopics(t)
	err := client.NewWriter().WriteTo(deadline(t), kafka.TopicEvents, 0, kafka.PatientMessage("p", make([]byte, 3<<20)))
	require.ErrorIs(t, err, kafkago.MessageSizeTooLarge)
	require.ErrorContains(t, err, "partition 0 of ecg.events")
}

func TestWriterEndsWithItsContext(t *testing.T) {
	cluster, client := newTopics(t)
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: -1})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err := client.NewWriter().WriteTo(ctx, kafka.TopicEvents, 0, numbered(0, 1)...)
	require.True(t, errors.Is(err, context.DeadlineExceeded) || errors.Is(err, kafkago.NotEnoughReplicas), fmt.Sprint(err))
}
