package mqtt

import (
	"net"
	"testing"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// A connection that comes while its predecessor still ends would otherwise
// inherit that one's messages, and the library send them a second time.
func TestTheNextConnectionWaitsForThePreviousToEnd(t *testing.T) {
	here, there := net.Pipe()
	t.Cleanup(func() { _ = there.Close() })
	cl := mochi.New(nil).NewClient(here, "pipe", session, false)
	cl.State.Inflight.Set(packets.Packet{PacketID: 7})
	d := newDelivery(nil, 1, zerolog.Nop())
	r := &run{
		client: cl, inFlight: map[uint16]uint64{7: 1},
		wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
	}
	d.current = r

	go d.end(cl)
	<-r.quit // it has begun to end, and waits for the goroutine that delivers
	stopped := make(chan struct{})
	go func() { d.stop(); close(stopped) }()
	select {
	case <-stopped:
		require.Fail(t, "the next connection did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	close(r.done)
	<-stopped
	require.Zero(t, cl.State.Inflight.Len())
}
