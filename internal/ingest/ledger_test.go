package ingest

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Whatever happens at once, every reading adds up.
func TestLedgerAlwaysAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fates := rapid.SliceOfN(rapid.Int32Range(0, int32(len(holterv1.Reason_name))), 0, 200).Draw(t, "fates")
		l := newLedger()
		var messages sync.WaitGroup
		for _, fate := range fates {
			messages.Go(func() {
				l.received()
				switch {
				case fate == 0:
					l.forwarded()
				case fate < int32(len(holterv1.Reason_name)):
					l.refused(holterv1.Reason(fate))
				}
			})
		}
		for range 50 {
			c := l.snapshot()
			require.Equal(t, c.Received, c.Forwarded+c.DeadLettered()+c.InFlight)
		}
		messages.Wait()
		c := l.snapshot()
		require.EqualValues(t, len(fates), c.Received)
		require.Equal(t, c.Received, c.Forwarded+c.DeadLettered()+c.InFlight)
	})
}
