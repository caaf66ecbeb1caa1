package ingest

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const within = 30 * time.Second

var start = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

// fastTiming keeps the tests short.
var fastTiming = timing{
	keepAlive:    time.Second,
	pingTimeout:  10 * time.Second, // a busy machine is not a broken link
	connect:      10 * time.Second,
	stall:        100 * time.Millisecond,
	firstRetry:   10 * time.Millisecond,
	longestRetry: 100 * time.Millisecond,
	writePause:   10 * time.Millisecond,
	grace:        300 * time.Millisecond,
}

// bench is a service with its brokers.
type bench struct {
	*Service
	t       testing.TB
	cluster *kfake.Cluster
	gate    *gatedWriter
	metrics *prometheus.Registry
	stop    func()
}

// gatedWriter can hold writes up, or make them fail.
type gatedWriter struct {
	next    writer
	open    atomic.Bool
	failing atomic.Bool
}

func (g *gatedWriter) WriteTo(ctx context.Context, topic string, partition int, messages ...kafka.Message) error {
	for !g.open.Load() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	if g.failing.Load() {
		return errors.New("Kafka is away")
	}
	return g.next.WriteTo(ctx, topic, partition, messages...)
}

// newBench starts a cluster and prepares a service; change has its say before
// anything is made from the configuration.
func newBench(t testing.TB, mqttURL string, change func(*config.Config), opts ...kfake.Opt) *bench {
	t.Helper()
	cluster, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	cfg := config.Default()
	cfg.MQTT.URL = mqttURL
	cfg.Kafka.Brokers = cluster.ListenAddrs()
	cfg.Kafka.Partitions = 4
	if change != nil {
		change(&cfg)
	}
	require.NoError(t, cfg.Validate())
	log := zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.WarnLevel)
	b := &bench{t: t, cluster: cluster, metrics: prometheus.NewRegistry()}
	b.Service, err = New(cfg, log, b.metrics)
	require.NoError(t, err)
	b.timing = fastTiming
	b.gate = &gatedWriter{next: b.writer}
	b.gate.open.Store(true)
	b.writer = b.gate
	return b
}

// run starts the service; it is stopped, and must end well, at the test's end
// or by stop.
func (b *bench) run() *bench {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	watched := b.watchLedger(ctx)
	var once sync.Once
	b.stop = func() {
		once.Do(func() {
			cancel()
			require.NoError(b.t, <-done)
			<-watched
		})
	}
	b.t.Cleanup(b.stop)
	b.eventually(b.Ready)
	return b
}

// watchLedger checks the counters' promise all the time.
func (b *bench) watchLedger(ctx context.Context) (done chan struct{}) {
	done = make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			c := b.Counts()
			if c.Received != c.Forwarded+c.DeadLettered()+c.InFlight {
				b.t.Errorf("counters disagree: %+v", c)
				return
			}
			time.Sleep(100 * time.Microsecond)
		}
	}()
	return done
}

func (b *bench) eventually(condition func() bool) {
	b.t.Helper()
	require.Eventually(b.t, condition, within, 2*time.Millisecond)
}

// reader follows a topic.
func (b *bench) reader(topic string) *kgo.Client {
	b.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.cluster.ListenAddrs()...), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(50*time.Millisecond))
	require.NoError(b.t, err)
	b.t.Cleanup(client.Close)
	return client
}

// read returns records of the topic until enough says so.
func (b *bench) read(topic string, enough func([]*kgo.Record) bool) []*kgo.Record {
	b.t.Helper()
	client := b.reader(topic)
	ctx, cancel := context.WithTimeout(b.t.Context(), within)
	defer cancel()
	var records []*kgo.Record
	for !enough(records) {
		fetches := client.PollFetches(ctx)
		require.NoError(b.t, fetches.Err(), "%d records of %s", len(records), topic)
		records = append(records, fetches.Records()...)
	}
	return records
}

func count(n int) func([]*kgo.Record) bool {
	return func(records []*kgo.Record) bool { return len(records) >= n }
}

// chunk is a valid one, one second long.
func chunk(device string, sequence uint64) *holterv1.SampleChunk {
	return &holterv1.SampleChunk{
		Device:         device,
		Recording:      "r",
		Sequence:       sequence,
		StartTimeNs:    start.Add(time.Duration(sequence) * time.Second).UnixNano(),
		SamplingRateHz: 100,
		Leads:          []*holterv1.LeadSamples{{Name: "MLII", Gain: 200, Samples: make([]int32, 100)}},
	}
}

func encode(t testing.TB, m proto.Message) []byte {
	t.Helper()
	data, err := proto.Marshal(m)
	require.NoError(t, err)
	return data
}

// sequences returns each device's sequence numbers in the order of the records.
func sequences(t testing.TB, records []*kgo.Record) map[string][]uint64 {
	t.Helper()
	list := make(map[string][]uint64)
	for _, r := range records {
		c := &holterv1.SampleChunk{}
		require.NoError(t, proto.Unmarshal(r.Value, c))
		list[c.Device] = append(list[c.Device], c.Sequence)
	}
	return list
}

// complete tells whether a device's chunks are all there; none may come before
// the one that precedes it, repetitions aside.
func complete(t testing.TB, sequences []uint64, n int) bool {
	t.Helper()
	next := uint64(0)
	for _, s := range sequences {
		require.LessOrEqual(t, s, next, "chunk %d came before chunk %d: %v", s, next, sequences)
		next = max(next, s+1)
	}
	return next == uint64(n)
}

// allComplete waits for n chunks of each device.
func (b *bench) allComplete(devices []string, n int) {
	b.t.Helper()
	b.read(kafka.TopicSamples, func(records []*kgo.Record) bool {
		list := sequences(b.t, records)
		for _, d := range devices {
			if !complete(b.t, list[d], n) {
				return false
			}
		}
		return true
	})
}

// lasting are the options of a cluster that can be started again at its address,
// from its data.
func lasting(address, dir string) []kfake.Opt {
	listen := func(network, _ string) (net.Listener, error) { return net.Listen(network, address) }
	return []kfake.Opt{kfake.NumBrokers(1), kfake.ListenFn(listen), kfake.DataDir(dir), kfake.SyncWrites()}
}

// reopen starts such a cluster again.
func reopen(t testing.TB, address, dir string) *kfake.Cluster {
	t.Helper()
	cluster, err := kfake.NewCluster(lasting(address, dir)...)
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	return cluster
}
