package replay

import (
	"io"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// flakyProxy passes a random number of bytes each way, then breaks the connection:
// messages get lost whole, in part, or only their acknowledgements.
type flakyProxy struct {
	addr   string
	breaks atomic.Int64
}

func startFlakyProxy(t *testing.T, target string) *flakyProxy {
	t.Helper()
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = socket.Close() })
	proxy := &flakyProxy{addr: socket.Addr().String()}
	random := rand.New(rand.NewPCG(1, 2))
	go func() {
		for {
			near, err := socket.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", target)
			if err != nil {
				_ = near.Close()
				continue
			}
			limit := 2000 + random.Int64N(20000)
			if proxy.breaks.Load() >= 12 {
				limit = 1 << 40
			}
			go proxy.pass(far, near, limit)
			go proxy.pass(near, far, 4+limit/100)
		}
	}()
	return proxy
}

func (p *flakyProxy) pass(to, from net.Conn, limit int64) {
	_, _ = io.CopyN(to, from, limit)
	p.breaks.Add(1)
	_ = to.Close()
	_ = from.Close()
}
