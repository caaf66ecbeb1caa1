package mqtt

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What can be decoded is what was encoded; anything else is refused.
func FuzzDecodeEntry(f *testing.F) {
	f.Add(encodeEntry("ecg/v1/d/samples", []byte("chunk")))
	f.Add(encodeEntry("", nil))
	f.Add([]byte{0})
	f.Add([]byte{0xff, 0xff, 'x'})
	f.Fuzz(func(t *testing.T, value []byte) {
		e, err := decodeEntry(3, value)
		if err != nil {
			require.Zero(t, e)
			return
		}
		require.EqualValues(t, 3, e.seq)
		require.Equal(t, value, encodeEntry(e.topic, e.payload))
		require.Equal(t, len(value), encodedSize(e.topic, e.payload))
	})
}
