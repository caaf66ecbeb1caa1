package kafka

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/rs/zerolog"
	kafkago "github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/testport"
)

func startAt(t *testing.T, opts Options) *Broker {
	t.Helper()
	b, err := Start(opts, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.InfoLevel))
	require.NoError(t, err)
	t.Cleanup(func() {
		if b.cluster != nil {
			require.NoError(t, b.Close())
		}
	})
	return b
}

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func createTopic(t *testing.T, addr, name, policy string, partitions int) {
	t.Helper()
	transport := &kafkago.Transport{}
	defer transport.CloseIdleConnections()
	client := kafkago.Client{Addr: kafkago.TCP(addr), Transport: transport}
	answer, err := client.CreateTopics(deadline(t), &kafkago.CreateTopicsRequest{Topics: []kafkago.TopicConfig{{
		Topic: name, NumPartitions: partitions, ReplicationFactor: 1,
		ConfigEntries: []kafkago.ConfigEntry{
			{ConfigName: "cleanup.policy", ConfigValue: policy},
			// Not regarded: a record of 1 ms age would be gone at once.
			{ConfigName: "retention.ms", ConfigValue: "1"},
		},
	}}})
	require.NoError(t, err)
	require.NoError(t, answer.Errors[name])
}

func writer(t *testing.T, addr, topic string) *kafkago.Writer {
	t.Helper()
	transport := &kafkago.Transport{}
	w := &kafkago.Writer{
		Addr: kafkago.TCP(addr), Topic: topic, RequiredAcks: kafkago.RequireAll,
		Balancer: &kafkago.Hash{}, BatchTimeout: time.Millisecond, Transport: transport,
	}
	t.Cleanup(func() { require.NoError(t, w.Close()); transport.CloseIdleConnections() })
	return w
}

func write(t *testing.T, w *kafkago.Writer, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		require.NoError(t, w.WriteMessages(deadline(t), kafkago.Message{Key: []byte("p"), Value: fmt.Append(nil, n)}))
	}
}

// readAll returns the values of a partition from its first to its last record.
func readAll(t *testing.T, addr, topic string, partition int) (values []string, first, end int64) {
	t.Helper()
	ctx := deadline(t)
	conn, err := kafkago.DialLeader(ctx, "tcp", addr, topic, partition)
	require.NoError(t, err)
	first, end, err = conn.ReadOffsets()
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	r := kafkago.NewReader(kafkago.ReaderConfig{Brokers: []string{addr}, Topic: topic, Partition: partition, MaxWait: 100 * time.Millisecond})
	require.NoError(t, r.SetOffset(first))
	for at := first; at < end; {
		m, err := r.ReadMessage(ctx)
		require.NoError(t, err)
		values = append(values, string(m.Value))
		at = m.Offset + 1
	}
	require.NoError(t, r.Close())
	return values, first, end
}

func numbers(from, to int) []string {
	var out []string
	for n := from; n < to; n++ {
		out = append(out, fmt.Sprint(n))
	}
	return out
}

func TestRecordsOffsetsAndAddressSurviveARestart(t *testing.T) {
	opts := Options{Addr: testport.Addr(t), Dir: t.TempDir()}
	b := startAt(t, opts)
	createTopic(t, b.Addr(), "ecg.samples", "delete", 1)
	write(t, writer(t, b.Addr(), "ecg.samples"), 0, 30)

	consume := func(addr string, n int) []string {
		r := kafkago.NewReader(kafkago.ReaderConfig{
			Brokers: []string{addr}, Topic: "ecg.samples", GroupID: "analyzer",
			StartOffset: kafkago.FirstOffset, MaxWait: 100 * time.Millisecond,
		})
		defer func() { require.NoError(t, r.Close()) }()
		var got []string
		for range n {
			m, err := r.FetchMessage(deadline(t))
			require.NoError(t, err)
			require.NoError(t, r.CommitMessages(deadline(t), m))
			got = append(got, string(m.Value))
		}
		return got
	}
	require.Equal(t, numbers(0, 10), consume(b.Addr(), 10))

	require.NoError(t, b.Close())
	b = startAt(t, opts)
	require.Equal(t, opts.Addr, b.Addr())
	write(t, writer(t, b.Addr(), "ecg.samples"), 30, 40)
	require.Equal(t, numbers(10, 40), consume(b.Addr(), 30))
}

func TestRetentionLeavesTheNewestRecord(t *testing.T) {
	opts := Options{Addr: "127.0.0.1:0", Dir: t.TempDir(), Retention: time.Millisecond, Maintenance: 10 * time.Millisecond}
	b := startAt(t, opts)
	createTopic(t, b.Addr(), "ecg.samples", "delete", 1)
	write(t, writer(t, b.Addr(), "ecg.samples"), 0, 20)
	require.Eventually(t, func() bool {
		p := b.cluster.PartitionInfo("ecg.samples", 0)
		return p.LogStartOffset == 19
	}, 20*time.Second, 10*time.Millisecond)

	// Offsets go on after a restart.
	require.NoError(t, b.Close())
	b = startAt(t, opts)
	write(t, writer(t, b.Addr(), "ecg.samples"), 20, 21)
	_, _, end := readAll(t, b.Addr(), "ecg.samples", 0)
	require.EqualValues(t, 21, end)
}

func TestCompactionKeepsTheNewestOfEveryKey(t *testing.T) {
	opts := Options{Addr: "127.0.0.1:0", Dir: t.TempDir(), CompactBytes: 1, Maintenance: 10 * time.Millisecond}
	b := startAt(t, opts)
	createTopic(t, b.Addr(), "ecg.progress", "compact", 1)
	createTopic(t, b.Addr(), "ecg.samples", "delete", 1)
	write(t, writer(t, b.Addr(), "ecg.samples"), 0, 20)
	write(t, writer(t, b.Addr(), "ecg.progress"), 0, 200)
	require.Eventually(t, func() bool {
		values, _, _ := readAll(t, b.Addr(), "ecg.progress", 0)
		return len(values) <= 20 && values[len(values)-1] == "199"
	}, 20*time.Second, 20*time.Millisecond)
	values, _, _ := readAll(t, b.Addr(), "ecg.samples", 0)
	require.Equal(t, numbers(0, 20), values)
	require.Eventually(t, func() bool {
		return *b.cluster.TopicInfo("ecg.samples").Configs[retentionKey] == "1"
	}, 20*time.Second, time.Millisecond, "the topic's setting stays as it was")

	require.NoError(t, b.Close())
	b = startAt(t, opts)
	values, _, end := readAll(t, b.Addr(), "ecg.progress", 0)
	require.Equal(t, "199", values[len(values)-1])
	require.EqualValues(t, 200, end)
}

func TestCompactionSparesATopicCreatedAfterTheStart(t *testing.T) {
	opts := Options{Addr: "127.0.0.1:0", Dir: t.TempDir(), CompactBytes: 1, Maintenance: 10 * time.Millisecond}
	b := startAt(t, opts)
	createTopic(t, b.Addr(), "ecg.progress", "compact", 1)
	require.NoError(t, b.Close())
	b = startAt(t, opts)
	createTopic(t, b.Addr(), "ecg.samples", "delete", 1)
	write(t, writer(t, b.Addr(), "ecg.samples"), 0, 20)
	write(t, writer(t, b.Addr(), "ecg.progress"), 0, 200)
	require.Eventually(t, func() bool {
		values, _, _ := readAll(t, b.Addr(), "ecg.progress", 0)
		return len(values) <= 20
	}, 20*time.Second, 20*time.Millisecond)
	values, _, _ := readAll(t, b.Addr(), "ecg.samples", 0)
	require.Equal(t, numbers(0, 20), values)
}

func TestStartErrors(t *testing.T) {
	b := startAt(t, Options{Addr: "127.0.0.1:0", Dir: t.TempDir()})
	_, err := Start(Options{Addr: b.Addr(), Dir: t.TempDir()}, zerolog.Nop())
	require.ErrorContains(t, err, "address already in use")
	for _, addr := range []string{"0.0.0.0:9092", ":9092", "[::]:9092"} {
		_, err = Start(Options{Addr: addr, Dir: t.TempDir()}, zerolog.Nop())
		require.ErrorContains(t, err, "names no interface")
	}
}
