package replay

import (
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// inbox keeps what arrives at a broker, over its restarts.
type inbox struct {
	mu     sync.Mutex
	chunks []*holterv1.SampleChunk
	status []*holterv1.DeviceStatus
	// arrived is called for every chunk, without the lock.
	arrived func(count int)
}

func (b *inbox) receive(t *testing.T, pk packets.Packet) {
	switch pk.TopicName {
	case "ecg/v1/dev/samples":
		chunk := &holterv1.SampleChunk{}
		if err := proto.Unmarshal(pk.Payload, chunk); err != nil {
			t.Errorf("chunk: %v", err)
		}
		b.mu.Lock()
		b.chunks = append(b.chunks, chunk)
		count := len(b.chunks)
		b.mu.Unlock()
		if b.arrived != nil {
			b.arrived(count)
		}
	case "ecg/v1/dev/status":
		status := &holterv1.DeviceStatus{}
		if err := proto.Unmarshal(pk.Payload, status); err != nil {
			t.Errorf("status: %v", err)
		}
		b.mu.Lock()
		b.status = append(b.status, status)
		b.mu.Unlock()
	}
}

// sequences returns the sequence numbers in the order of arrival.
func (b *inbox) sequences() []uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []uint64
	for _, chunk := range b.chunks {
		out = append(out, chunk.Sequence)
	}
	return out
}

// chunk returns the chunk that arrived at a place.
func (b *inbox) chunk(i int) *holterv1.SampleChunk {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.chunks[i]
}

func (b *inbox) online() []bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []bool
	for _, status := range b.status {
		out = append(out, status.Online)
	}
	return out
}

// requireComplete checks that every chunk arrived and that, repeats aside, none
// came before the one that precedes it.
func (b *inbox) requireComplete(t *testing.T, chunks int) {
	t.Helper()
	next := uint64(0)
	for _, sequence := range b.sequences() {
		require.LessOrEqual(t, sequence, next, "chunk %d came before chunk %d", sequence, next)
		if sequence == next {
			next++
		}
	}
	require.EqualValues(t, chunks, next)
}

// allowAll lets every client do everything.
type allowAll struct{ broker.HookBase }

func (*allowAll) Provides(b byte) bool {
	return b == broker.OnConnectAuthenticate || b == broker.OnACLCheck
}
func (*allowAll) OnConnectAuthenticate(*broker.Client, packets.Packet) bool { return true }
func (*allowAll) OnACLCheck(*broker.Client, string, bool) bool              { return true }

// openBroker listens on the address; "127.0.0.1:0" takes any port.
func openBroker(t *testing.T, addr string, box *inbox) (*broker.Server, string) {
	t.Helper()
	server := broker.New(&broker.Options{InlineClient: true, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	require.NoError(t, server.AddHook(new(allowAll), nil))
	socket, err := net.Listen("tcp", addr)
	require.NoError(t, err)
	require.NoError(t, server.AddListener(listeners.NewNet("test", socket)))
	require.NoError(t, server.Subscribe("ecg/v1/#", 1, func(_ *broker.Client, _ packets.Subscription, pk packets.Packet) {
		box.receive(t, pk)
	}))
	require.NoError(t, server.Serve())
	return server, socket.Addr().String()
}

// startBroker runs a broker until the test ends.
func startBroker(t *testing.T, box *inbox) (*broker.Server, string) {
	t.Helper()
	server, addr := openBroker(t, "127.0.0.1:0", box)
	t.Cleanup(func() { _ = server.Close() })
	return server, addr
}

// report publishes a progress record as the system would.
func report(t *testing.T, server *broker.Server, progress *holterv1.Progress) {
	t.Helper()
	payload, err := proto.Marshal(progress)
	require.NoError(t, err)
	require.NoError(t, server.Publish("ecg/v1/dev/progress", payload, true, 1))
}
