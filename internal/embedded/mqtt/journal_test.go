package mqtt

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// What was settled before a reader begins never comes again, whichever moment
// of its deletion the reader falls into.
func TestWhatIsSettledIsNotReadAgain(t *testing.T) {
	j, err := openJournal(t.TempDir(), 1<<20)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, j.close()) })
	const n = 40
	for range n {
		p, err := j.append(message{topic: "ecg/v1/d1/samples", payload: []byte("x"), qos: 1, keep: true}, func() bool { return false })
		require.NoError(t, err)
		require.NoError(t, p.wait())
	}

	var settled atomic.Uint64
	go func() {
		for seq := uint64(1); seq <= n; seq++ {
			j.ack(seq)
			settled.Store(seq)
			for len(j.settled()) > 0 { // one commit for each
				runtime.Gosched()
			}
		}
	}()
	for before := uint64(0); before < n; {
		before = settled.Load()
		entries, err := j.read(0, n)
		require.NoError(t, err)
		for _, e := range entries {
			require.Greater(t, e.seq, before)
		}
	}
}
