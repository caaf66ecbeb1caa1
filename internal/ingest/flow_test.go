package ingest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/testport"
)

// publishChunks publishes n chunks of each device, in turn.
func publishChunks(t *testing.T, b *scriptedBroker, devices []string, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		for _, d := range devices {
			b.publish(Topic(d, KindSamples), encode(t, chunk(d, uint64(i))))
		}
	}
}

func names(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("device-%d", i))
	}
	return list
}

func maxInFlight(n int) func(*config.Config) {
	return func(cfg *config.Config) { cfg.MQTT.MaxInFlight = n }
}

// acknowledged waits until the broker is rid of everything, and checks that the
// acknowledgements came in order.
func (b *bench) acknowledged(broker *scriptedBroker) {
	b.t.Helper()
	b.eventually(func() bool { return broker.pending() == 0 })
	broker.see(func() { require.False(b.t, broker.unordered, "acknowledged out of turn") })
}

func TestForwardsAsReceivedAndAcknowledges(t *testing.T) {
	broker := newScriptedBroker(t, 20)
	b := newBench(t, broker.url(), nil).run()
	payload := encode(t, chunk("d", 0))
	broker.publish("ecg/v1/d/samples", payload)
	record := b.read(kafka.TopicSamples, count(1))[0]
	require.Equal(t, payload, record.Value)
	require.Equal(t, "d", string(record.Key))
	require.Equal(t, []kgo.RecordHeader{{Key: "device", Value: []byte("d")}, {Key: "patient", Value: []byte("d")}}, record.Headers)
	require.EqualValues(t, kafka.PartitionFor("d", 4), record.Partition)
	b.acknowledged(broker)
	require.Equal(t, uint64(1), b.Counts().Forwarded)
}

func TestAcknowledgesOnlyWhatKafkaHas(t *testing.T) {
	broker := newScriptedBroker(t, 20)
	b := newBench(t, broker.url(), nil)
	b.gate.open.Store(false)
	b.run()
	publishChunks(t, broker, names(3), 0, 2)
	b.eventually(func() bool { return b.Counts().InFlight == 6 })
	require.Equal(t, 6, broker.pending())
	b.gate.open.Store(true)
	b.acknowledged(broker)
	b.allComplete(names(3), 2)
}

// A full queue in front of a Kafka that stands still: the connection lives on,
// pings and all.
func TestPingsGoOnWhileKafkaStandsStill(t *testing.T) {
	broker := newScriptedBroker(t, 32)
	b := newBench(t, broker.url(), maxInFlight(32))
	b.gate.open.Store(false)
	b.run()
	publishChunks(t, broker, names(4), 0, 50)
	b.eventually(func() bool { return b.Counts().InFlight == 32 })
	var before int
	broker.see(func() { before = broker.pings })
	b.eventually(func() (enough bool) {
		broker.see(func() { enough = broker.pings >= before+4 })
		return enough
	})
	broker.see(func() { require.Equal(t, 1, broker.connections) })
	b.gate.open.Store(true)
	b.allComplete(names(4), 50)
	b.acknowledged(broker)
	broker.see(func() { require.Equal(t, 1, broker.connections) })
}

// A broker that sends without limit is hung up on; nothing is lost, and no more
// than the limit is ever held.
func TestHangsUpOnABrokerThatDoesNotStop(t *testing.T) {
	broker := newScriptedBroker(t, 0)
	b := newBench(t, broker.url(), maxInFlight(16))
	b.gate.open.Store(false)
	b.run()
	publishChunks(t, broker, names(2), 0, 100)
	b.eventually(func() bool { return b.link.get() == nil })
	require.LessOrEqual(t, b.Counts().InFlight, uint64(17)) // one is in the acknowledger's hands
	b.gate.open.Store(true)
	b.allComplete(names(2), 100)
	b.acknowledged(broker)
}

func TestLosesNothingWhenTheConnectionBreaks(t *testing.T) {
	broker := newScriptedBroker(t, 20)
	b := newBench(t, broker.url(), nil).run()
	for i := range 8 {
		publishChunks(t, broker, names(3), 20*i, 20*(i+1))
		b.eventually(func() bool { return b.Counts().Received > uint64(30*i) })
		broker.cut()
	}
	b.allComplete(names(3), 160)
	b.acknowledged(broker)
}

func TestLosesNothingWhenKafkaFails(t *testing.T) {
	broker := newScriptedBroker(t, 20)
	b := newBench(t, broker.url(), nil).run()
	b.cluster.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicas, Count: 2},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.RequestTimedOut, Count: 2},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicasAfterAppend, Count: 2},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.TopicAuthorizationFailed, Count: 2},
	)
	publishChunks(t, broker, names(3), 0, 60)
	b.allComplete(names(3), 60)
	b.acknowledged(broker)
}

func TestLosesNothingWhileKafkaIsAway(t *testing.T) {
	broker := newScriptedBroker(t, 20)
	address, dir := testport.Addr(t), t.TempDir()
	b := newBench(t, broker.url(), nil, lasting(address, dir)...).run()
	publishChunks(t, broker, names(3), 0, 30)
	b.eventually(func() bool { return b.Counts().Forwarded > 10 })
	b.cluster.Close()
	publishChunks(t, broker, names(3), 30, 60)
	b.eventually(func() bool { return b.Counts().InFlight >= 20 })

	b.cluster = reopen(t, address, dir)
	b.allComplete(names(3), 60)
	b.acknowledged(broker)
}

// What is in flight when the service ends reaches Kafka and is acknowledged.
func TestSettlesBeforeItEnds(t *testing.T) {
	broker := newScriptedBroker(t, 20)
	b := newBench(t, broker.url(), nil)
	b.timing.grace = within
	b.gate.open.Store(false)
	b.run()
	publishChunks(t, broker, names(1), 0, 10)
	b.eventually(func() bool { return b.Counts().InFlight == 10 })
	time.AfterFunc(50*time.Millisecond, func() { b.gate.open.Store(true) })
	b.stop()
	require.Zero(t, b.Counts().InFlight)
	b.eventually(func() bool { return broker.pending() == 0 })
	b.allComplete(names(1), 10)
}

func TestGoesOnWithTheSessionAfterARestart(t *testing.T) {
	broker := newScriptedBroker(t, 20)
	first := newBench(t, broker.url(), nil)
	first.gate.failing.Store(true)
	first.run()
	publishChunks(t, broker, names(2), 0, 10)
	first.eventually(func() bool { return first.Counts().InFlight == 20 })
	first.stop()
	require.EqualValues(t, 20, first.Counts().InFlight)
	require.Equal(t, 20, broker.pending())

	second := newBench(t, broker.url(), nil).run()
	second.allComplete(names(2), 10)
	second.acknowledged(broker)
}
